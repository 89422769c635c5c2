"""``manage.py seed_demo``: create demo accounts and data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from core import seeding
from core.checks import refuse_demo_data


class Command(BaseCommand):
    help = "Create the demo data; running it again changes nothing. Refused unless DEBUG is on."

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--clear", action="store_true", help="delete the demo data, then create it again")
        how.add_argument("--only-clear", action="store_true", help="delete the demo data")

    def handle(self, *, clear: bool, only_clear: bool, **options: Any) -> None:
        if only_clear:
            seeding.clear()
            self.stdout.write("The demo data has been deleted.")
            return
        refuse_demo_data()
        with transaction.atomic():
            if clear:
                seeding.clear()
            seeding.seed()
        self.stdout.write(
            "Demo users: premium_user_1, premium_user_2, user_1 to user_5; their password is testpass123.\n"
            "The operator's name at /admin/ is operator, with the same password."
        )
