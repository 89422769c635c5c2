"""The progression app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProgressionConfig(AppConfig):
    name = "progression"

    def ready(self) -> None:
        # Importing this registers the level in public profiles.
        from progression import profiles  # noqa: F401

        post_migrate.connect(lay_declared, sender=self)


def lay_declared(**of: Any) -> None:
    """Write rows for what apps declare of the economy."""
    from progression.models import economy

    economy.lay_declared()
