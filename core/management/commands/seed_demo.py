"""``manage.py seed_demo``: accounts and data to try the platform with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core import seeding


class Command(BaseCommand):
    help = "Lay the demo data; a second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clear", action="store_true", help="take the demo data away instead")

    def handle(self, *, clear: bool, **options: Any) -> None:
        if clear:
            seeding.clear()
            self.stdout.write("The demo data is gone.")
        else:
            seeding.lay()
            self.stdout.write(
                "Demo users: premium_user_1, premium_user_2, user_1 to user_5; their password is testpass123."
            )
            if settings.DEBUG:
                self.stdout.write("The operator's name at /admin/ is operator, with the same password.")
