"""The chat app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        # Importing these registers a background task, reactions and a count.
        from chat import counts, live, reactions  # noqa: F401
