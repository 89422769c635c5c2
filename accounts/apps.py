"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Importing these registers checks, background tasks, reactions, counts and mails.
        from accounts import (  # noqa: F401
            checks,
            counts,
            housekeeping,
            live,
            own_profile,
            reactions,
            recovery,
        )
