"""``manage.py maintenance begin|end|status``: stop new games, let running ones end, and open again."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import maintenance
from core.refusals import Refusal


class Command(BaseCommand):
    help = "Announce maintenance: no new games begin, running ones go on, operators stay in. Or end it."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        begin = acts.add_parser("begin", help="Announce it to everybody who is connected")
        begin.add_argument("--in", type=int, default=0, dest="minutes", help="Minutes from now")
        begin.add_argument("--for", type=int, dest="length", help="Minutes after which it is over by itself")
        begin.add_argument("--message", default="", help="A sentence for the players")
        acts.add_parser("end", help="Open again")
        acts.add_parser("status", help="Print whether there is one")

    def handle(self, *, act: str, **options: Any) -> None:
        if act == "begin":
            self._begin(options["minutes"], options["length"], options["message"])
        elif act == "end":
            self.stdout.write("Over." if maintenance.end() else "There was none.")
        else:
            window = maintenance.announced()
            self.stdout.write("None." if window is None else _words(window))

    def _begin(self, minutes: int, length: int | None, message: str) -> None:
        starts_at = timezone.now() + timedelta(minutes=minutes)
        ends_at = None if length is None else starts_at + timedelta(minutes=length)
        try:
            row = maintenance.announce(starts_at=starts_at, ends_at=ends_at, message=message[:200])
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(_words(maintenance.window(row)))


def _words(window: maintenance.Window) -> str:
    end = f"until {window.ends_at:%Y-%m-%d %H:%M} UTC" if window.ends_at else "until it is ended"
    return f"From {window.starts_at:%Y-%m-%d %H:%M} UTC {end}."
