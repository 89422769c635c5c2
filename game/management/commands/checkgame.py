"""``manage.py checkgame``: play games at random without a server, check their rules, and print figures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.refusals import Refusal
from game import testing
from game.author import catalogue
from game.author.refusals import RulesError


class Command(BaseCommand):
    help = (
        "Play games at random, check what the platform requires of rules (see game.testing), and print each "
        "game's length in moves (real time: seconds), its legal moves a turn, and how often each seat wins."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="game", help="its name in the catalogue (default: all)"
        )
        parser.add_argument("--games", type=int, default=20, help="games played of each (default: 20)")

    def handle(self, *, names: list[str], games: int, **options: Any) -> None:
        if games < 1:
            raise CommandError("Play at least one game.")
        try:
            kinds = [catalogue.get(name) for name in names] or catalogue.all()
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        failures = 0
        self.stdout.write(testing.TABLE_HEAD)
        for kind in kinds:
            try:
                self.stdout.write(testing.table_row(kind, testing.check(kind, games=games)))
            except (AssertionError, RulesError) as failure:
                failures += 1
                self.stderr.write(f"{kind.name:<20}{failure}")
        if failures:
            raise CommandError(f"The rules of {failures} of {len(kinds)} games need work; see above.")
