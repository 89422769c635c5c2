"""Trading: an app of its own inside the world, with its own tables."""

from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "world.trading"
    label = "trading"

    def ready(self) -> None:
        # They register background tasks and reactions.
        from world.trading import housekeeping, live, reactions  # noqa: F401
