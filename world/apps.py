"""The world app."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "world"

    def ready(self) -> None:
        # Importing them registers background tasks, reactions, a status count and relayed calls.
        from world import counts, reactions  # noqa: F401
        from world.live import growth, keeping, positions, sockets  # noqa: F401
