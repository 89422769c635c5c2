"""The progression app."""

from django.apps import AppConfig


class ProgressionConfig(AppConfig):
    name = "progression"

    def ready(self) -> None:
        # Importing this registers the level in public profiles.
        from progression import profiles  # noqa: F401
