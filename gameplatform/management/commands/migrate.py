"""``manage.py migrate``: Django's, of the databases with journals too."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from game import journals


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["database"] == DEFAULT_DB_ALIAS:
            for number in journals.numbers()[1:]:
                super().handle(*args, **{**options, "database": journals.alias(number)})
