"""The matchmaking app."""

from django.apps import AppConfig


class MatchmakingConfig(AppConfig):
    name = "matchmaking"

    def ready(self) -> None:
        # They register a background task and a count.
        from matchmaking import counts, matcher  # noqa: F401
