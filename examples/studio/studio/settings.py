"""The platform's settings, with the studio's app, its name and its looks."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# The folder with .env, the SQLite database and the files of the embedded servers.
os.environ.setdefault("PROJECT_DIR", str(PROJECT))
os.environ.setdefault("THEME", str(PROJECT / "theme.toml"))
os.environ.setdefault("SHIPPED_GAMES", "chess,pong")
os.environ.setdefault("SECTIONS", "lobbies,shop")
os.environ.setdefault("FIRST_GAME", "studio")
os.environ.setdefault("EVENT_LOG_DAYS", "30")

from gameplatform.settings import *  # noqa: E402, F403
from gameplatform.settings import EXTRA_APPS, INSTALLED_APPS  # noqa: E402

EXTRA_APPS = ["studio", *EXTRA_APPS]
INSTALLED_APPS = [*INSTALLED_APPS, "studio"]
