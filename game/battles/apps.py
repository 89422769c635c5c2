"""The battles app; it has its own tables."""

from django.apps import AppConfig


class BattlesConfig(AppConfig):
    name = "game.battles"
    label = "battles"

    def ready(self) -> None:
        from game.battles import live

        assert live  # imported because it registers background tasks
