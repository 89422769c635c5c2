"""The world app."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "world"

    def ready(self) -> None:
        # They register what other workers may tell, reactions, background tasks, content.
        from world import live  # noqa: F401

        for part in ("combat", "shards", "trading"):
            for room in ("admin", "live", "personal_data", "reactions", "seeding"):
                if find_spec(f"world.{part}.{room}"):
                    import_module(f"world.{part}.{room}")
