"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Importing these registers checks, background tasks, reactions and counts.
        from accounts import checks, counts, housekeeping, live, own_profile, reactions  # noqa: F401
