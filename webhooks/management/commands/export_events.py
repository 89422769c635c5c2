"""``manage.py export_events``: prints logged events for analytics."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webhooks import selectors


class Command(BaseCommand):
    help = """Print the events of the log (EVENT_LOG_DAYS) as JSON lines, the oldest first.

Each line has id, at, type and data. To continue later, give the id of the last line with --after. Events of
the last minute are left out, since older ones may still be committed."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="the id after which to begin")
        parser.add_argument("--type", action="append", default=[], help="only these types; may be repeated")

    def handle(self, *, after: int, type: list[str], **options: Any) -> None:
        for line in selectors.logged(after=after, types=type):
            self.stdout.write(line)
