"""The progression app."""

from django.apps import AppConfig


class ProgressionConfig(AppConfig):
    name = "progression"

    def ready(self) -> None:
        # They register a check, and the level in public profiles.
        from progression import checks, profiles  # noqa: F401
