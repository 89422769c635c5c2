"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Importing this registers the reactions.
        from notifications import reactions  # noqa: F401
