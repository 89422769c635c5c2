"""``manage.py apply_retention``: delete what the retention periods no longer keep."""

from typing import Any

from django.core.management.base import BaseCommand

from core import retention


class Command(BaseCommand):
    help = "Delete old messages, sign-ins and idle guests by the RETENTION_ settings, as every night."

    def handle(self, **options: Any) -> None:
        for kind, count in retention.apply():
            self.stdout.write(f"{kind}: {count} deleted")
