"""Combat: an app of its own inside the world, with its own tables."""

from django.apps import AppConfig


class CombatConfig(AppConfig):
    name = "world.combat"
    label = "combat"

    def ready(self) -> None:
        # They register background tasks and reactions.
        from world.combat import housekeeping, live, reactions  # noqa: F401
