"""``manage.py startgame``: creates the files of a new game."""

import keyword
import re
import shlex
from argparse import RawDescriptionHelpFormatter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import scaffolding
from game.author import catalogue

TEMPLATES = Path(__file__).resolve().parents[2] / "new_game"

NEXT = """\
{folder}/ contains a playable game, a race to ten. Change its rules, then try it:

  make install                     once, for the tests
  python -m pytest {folder}        its rules, tested without a server
  {found}EXTRA_APPS={name} make dev        on the page, and on its own at /static/{name}/index.html;
                                   all its seats in one window at /dev/games/{name}/
  {found}EXTRA_APPS={name} python manage.py simulate {name} --serve        bots play it over real sockets

docs/write-a-game.md describes everything that rules can do.
"""


class Command(BaseCommand):
    help = """Create an app with a new game: games.py with example rules, a test of them, a board and a page.

The name is used for the app and for the game: lower-case words joined by underscores. Existing files are
never overwritten."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs |= {"formatter_class": RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="such as dice_duel")
        parser.add_argument(
            "--into", default=str(settings.PROJECT_DIR), help="the folder (default: the project's)"
        )

    def handle(self, *, name: str, into: str, **options: Any) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name):
            raise CommandError(f"{name!r} is not a valid name: use lower-case words joined by underscores.")
        if name in {game.name for game in catalogue.all()}:
            raise CommandError(f"There is a game named {name} already.")
        parent = Path(into).resolve()
        folder = parent / name
        if folder.exists() or find_spec(name) is not None:
            raise CommandError(f"A package or folder named {name} exists already.")
        for written in scaffolding.write(TEMPLATES, folder, scaffolding.words(name)):
            self.stdout.write(f"wrote {written}")
        found = "" if parent == settings.PROJECT_DIR else f"PYTHONPATH={shlex.quote(str(parent))} "
        self.stdout.write(NEXT.format(folder=shlex.quote(str(folder)), name=name, found=found))
