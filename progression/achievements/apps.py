"""Achievements: an app of its own inside progression, with its own tables."""

from django.apps import AppConfig


class AchievementsConfig(AppConfig):
    name = "progression.achievements"
    label = "achievements"

    def ready(self) -> None:
        # Importing this registers the reactions.
        from progression.achievements import reactions  # noqa: F401
