"""The friends app."""

from django.apps import AppConfig


class FriendsConfig(AppConfig):
    name = "friends"

    def ready(self) -> None:
        # They register background tasks, and what public profiles leave out.
        from friends import housekeeping, live, profiles  # noqa: F401
