"""``manage.py seed_demo``: accounts and data to try the platform with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from core import seeding
from core.checks import refuse_demo_data


class Command(BaseCommand):
    help = "Lay the demo data; a second time changes nothing. Refused where DEBUG is off."

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--clear", action="store_true", help="take the demo data away, then lay it anew")
        how.add_argument("--only-clear", action="store_true", help="take the demo data away")

    def handle(self, *, clear: bool, only_clear: bool, **options: Any) -> None:
        if only_clear:
            seeding.clear()
            self.stdout.write("The demo data is gone.")
            return
        refuse_demo_data()
        with transaction.atomic():
            if clear:
                seeding.clear()
            seeding.lay()
        self.stdout.write(
            "Demo users: premium_user_1, premium_user_2, user_1 to user_5; their password is testpass123.\n"
            "The operator's name at /admin/ is operator, with the same password."
        )
