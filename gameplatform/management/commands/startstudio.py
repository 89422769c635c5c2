"""``manage.py startstudio``: lays out a project of one's own beside the platform."""

import keyword
import os
import re
from argparse import RawDescriptionHelpFormatter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import scaffolding
from game.author import catalogue
from game.management.commands.startgame import TEMPLATES as GAME

PROJECT = Path(__file__).resolve().parents[2] / "new_studio"

NEXT = """\
{folder} contains a project with a playable game. In it:

  make dev        serve it, with demo data
  make test       test it

Its README.md tells what the files are for.
"""


class Command(BaseCommand):
    help = """Create a project beside the platform: settings, a game, a hook, a route, a page and their tests.

The folder must be new. Its name is used for the app and for the game: lower-case words joined by
underscores. Django's startproject is a command of its own, which knows nothing of the platform."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs |= {"formatter_class": RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="such as ../lantern")

    def handle(self, *, folder: Path, **options: Any) -> None:
        folder = folder.resolve()
        name = folder.name
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name):
            raise CommandError(f"{name!r} is not a valid name: use lower-case words joined by underscores.")
        if folder.is_relative_to(settings.BASE_DIR):
            raise CommandError("The project must be outside the platform's folder, such as ../lantern.")
        if folder.exists():
            raise CommandError(f"{folder} exists already.")
        if find_spec(name) is not None or catalogue.offers(name):
            raise CommandError(f"There is a package or a game named {name} already.")
        words = scaffolding.words(name) | {"platform": os.path.relpath(settings.BASE_DIR, folder)}
        for templates, target in ((PROJECT, folder), (GAME, folder / name)):
            for written in scaffolding.write(templates, target, words):
                self.stdout.write(f"wrote {written}")
        self.stdout.write(NEXT.format(folder=folder))
