"""The app of the shared kernel: loads what the other apps register with it."""

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # Importing these registers checks, metrics, an eraser and background work.
        from core import checks, figures, idempotency, live_settings, outbox  # noqa: F401
        from core.mail import delivery  # noqa: F401

        post_migrate.connect(live_settings.store_declared, sender=self)
        autodiscover_modules("personal_data")
        if connection.vendor == "postgresql":
            from psycopg_pool.base import AttemptWithBackoff

            # psycopg's default backoff (1, 2, 4 ... seconds) would notice a database's return just as late.
            AttemptWithBackoff.DELAY_BACKOFF = 1.0
