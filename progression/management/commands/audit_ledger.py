"""``manage.py audit_ledger``: check that the ledger matches the players' holdings."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from progression import ledger


class Command(BaseCommand):
    help = "Check that the entries of the ledger add up to the balances and quantities that players own."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                # A consistent snapshot of all tables, despite concurrent purchases.
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            wrong = list(ledger.audit())
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            raise CommandError(f"The ledger does not add up: {len(wrong)} differences.")
        self.stdout.write("The ledger adds up.")
