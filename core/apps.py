"""The kernel's app: finds what the other apps register with it."""

from django.apps import AppConfig
from django.db import connection
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # They register checks, figures and an eraser.
        from core import checks, figures, idempotency  # noqa: F401

        autodiscover_modules("personal_data")
        if connection.vendor == "postgresql":
            from psycopg_pool.base import AttemptWithBackoff

            # A pool would look for a lost database after 1, 2, 4 ... seconds, and miss its return by as many.
            AttemptWithBackoff.DELAY_BACKOFF = 1.0
