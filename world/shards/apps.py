"""Shards: an app of its own inside the world, with its own tables."""

from django.apps import AppConfig


class ShardsConfig(AppConfig):
    name = "world.shards"
    label = "shards"

    def ready(self) -> None:
        # They register a background task and a reaction.
        from world.shards import live, reactions  # noqa: F401
