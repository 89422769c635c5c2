"""The world app."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "world"

    def ready(self) -> None:
        # They register background tasks, reactions, a count, and what other workers may tell.
        from world import counts, reactions  # noqa: F401
        from world.live import growth, keeping, positions, sockets  # noqa: F401
