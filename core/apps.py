"""The kernel's app: finds what the other apps register with it."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import idempotency  # noqa: F401  (it registers an eraser)

        autodiscover_modules("personal_data")
