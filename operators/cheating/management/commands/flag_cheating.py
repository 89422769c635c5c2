"""``manage.py flag_cheating``: search for signs of cheating, as every night."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from operators.cheating import services


class Command(BaseCommand):
    help = "Search the games and trades that ended since the last run for signs of cheating, as every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, help="Search those of the last DAYS days again.")

    def handle(self, **options: Any) -> None:
        if (days := options["days"]) is not None:
            services.search_again(since=timezone.now() - timedelta(days=days))
        self.stdout.write(f"{services.search(within_s=float('inf'))} new flags")
