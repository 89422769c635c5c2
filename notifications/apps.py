"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # They react to what other apps announce.
        from notifications import reactions  # noqa: F401
