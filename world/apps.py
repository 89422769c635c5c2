"""The world app."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "world"

    def ready(self) -> None:
        # It registers a reaction and what other workers may tell.
        from world import live  # noqa: F401
