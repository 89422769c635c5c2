"""The voice app: who talks in which channel, and the signals by which their clients connect. No tables."""

from django.apps import AppConfig


class VoiceConfig(AppConfig):
    name = "voice"

    def ready(self) -> None:
        # Importing this registers a background task and a request between workers.
        from voice import live  # noqa: F401
