"""``manage.py archive_journal``: archive the journals of games that are over, as every night."""

from typing import Any

from django.core.management.base import BaseCommand

from game import services


class Command(BaseCommand):
    help = "Archive the journals of games that ended JOURNAL_ARCHIVE_AFTER days ago, as every night."

    def handle(self, **options: Any) -> None:
        services.add_months()
        count = services.archive_due(within_s=float("inf"))
        self.stdout.write(f"{count} archived")
