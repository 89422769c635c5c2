"""The push app; it has its own tables."""

from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "notifications.push"
    label = "push"

    def ready(self) -> None:
        from notifications.push import live, reactions

        assert live, reactions  # imported because they register themselves
