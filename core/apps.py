"""The kernel's app: finds what the other apps register with it."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # They register checks, figures and an eraser.
        from core import checks, figures, idempotency  # noqa: F401

        autodiscover_modules("personal_data")
