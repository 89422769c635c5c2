"""The world app."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

PARTS = ("world.combat", "world.shards", "world.trading")


class WorldConfig(AppConfig):
    name = "world"

    def ready(self) -> None:
        # Importing them registers background tasks, reactions, a status count and relayed calls.
        from world import counts, reactions  # noqa: F401
        from world.live import growth, keeping, positions, sockets  # noqa: F401

        for part in PARTS:
            for room in ("admin", "housekeeping", "live", "personal_data", "reactions", "seeding"):
                if find_spec(f"{part}.{room}"):
                    import_module(f"{part}.{room}")
