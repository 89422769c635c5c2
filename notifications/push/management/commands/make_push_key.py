from typing import Any

from django.core.management.base import BaseCommand

from notifications.push import rules


class Command(BaseCommand):
    help = (
        "Print a new key for push notifications, as a line for .env. Devices subscribe anew after a change."
    )

    def handle(self, **_: Any) -> None:
        self.stdout.write(f"PUSH_KEY={rules.new_key()}")
