"""The databases with the journals of games: the main one, or those of ``JOURNAL_DATABASE_URL``.

A game's journal stays where it was when the game was created. Number 0 is the main database.
"""

import secrets
import time
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from core.refusals import Unavailable
from realtime import worker

PREFIX = "journal_"
TABLES = ("journalentry", "archivedjournal")
AVOIDED_FOR_S = 10.0


class _Avoided(dict[str, float]):
    """The databases that this worker cannot write to, and until when they get no new games."""


def avoid(name: str) -> None:
    """Create new games in other databases for a while, because this one fails."""
    worker.held(_Avoided)[name] = time.monotonic() + AVOIDED_FOR_S


def alias(number: int) -> str:
    """Return the name of a database in the settings. Raises ``Unavailable`` for one that is not there."""
    name = f"{PREFIX}{number}" if number else DEFAULT_DB_ALIAS
    if name not in settings.DATABASES:
        raise Unavailable("The database of this game's journal is not configured.")
    return name


def numbers() -> list[int]:
    """Return the numbers of all databases."""
    return [0, *(int(name.removeprefix(PREFIX)) for name in settings.DATABASES if name.startswith(PREFIX))]


def choose() -> int:
    """Return the number of the database for a new game: any that does not fail, if there is one."""
    others = numbers()[1:]
    now, avoided = time.monotonic(), worker.held(_Avoided)
    working = [number for number in others if avoided.get(alias(number), now) <= now]
    return secrets.choice(working or others) if others else 0


class Router:
    """Keeps all other tables out of the journals' databases."""

    def allow_migrate(
        self, database: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        if database.startswith(PREFIX):
            return app_label == "game" and model_name in TABLES
        return None
