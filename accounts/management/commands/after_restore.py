"""``manage.py after_restore``: run once on a restored backup, before the workers start."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import services


class Command(BaseCommand):
    help = "Keep people signed in, guests above all, on a restored backup. Run it before the workers start."

    def handle(self, *args: Any, **options: Any) -> None:
        count = services.keep_signed_in_after_restore()
        self.stdout.write(f"{count} sessions go on.")
