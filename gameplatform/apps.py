"""The app of the project itself: checks of how the apps fit together."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "gameplatform"

    def ready(self) -> None:
        from gameplatform import checks  # noqa: F401  (they register themselves)
