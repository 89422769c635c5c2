"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # They register their background tasks and counts.
        from accounts import counts, housekeeping, live  # noqa: F401
