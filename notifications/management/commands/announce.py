"""``manage.py announce "text"``: send an announcement to everybody who is connected."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.refusals import Invalid
from notifications import services


class Command(BaseCommand):
    help = "Send an announcement to everybody with an open notifications socket, on all workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("message")

    def handle(self, *, message: str, **options: Any) -> None:
        try:
            services.announce(message)
        except Invalid as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write("Announced.")
