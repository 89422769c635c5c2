"""The matchmaking app."""

from django.apps import AppConfig


class MatchmakingConfig(AppConfig):
    name = "matchmaking"

    def ready(self) -> None:
        # Importing these registers background tasks, reactions and a count.
        from matchmaking import counts, matcher, reactions  # noqa: F401
