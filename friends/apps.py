"""The friends app."""

from django.apps import AppConfig


class FriendsConfig(AppConfig):
    name = "friends"

    def ready(self) -> None:
        # Importing these registers background tasks and the visibility of public profiles.
        from friends import housekeeping, live, profiles  # noqa: F401
