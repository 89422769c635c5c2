"""``manage.py generate_catalogue``: writes the documents that are generated from messages and routes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.catalogue import files


class Command(BaseCommand):
    help = "Write the generated documents in docs/ and what the clients know of messages from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether they are up to date")

    def handle(self, *, check: bool, **options: Any) -> None:
        if check:
            if stale := files.stale():
                names = ", ".join(path.name for path in stale)
                raise CommandError(f"Out of date: {names}. Run manage.py generate_catalogue.")
            return
        for path, text in files.contents().items():
            path.write_text(text)
            self.stdout.write(f"Wrote {path.name}")
