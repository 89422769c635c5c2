"""The app of the project itself: checks of how the apps fit together, and the hooks of extra apps."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings


class PlatformConfig(AppConfig):
    name = "gameplatform"

    def ready(self) -> None:
        from gameplatform import checks  # noqa: F401  (they register themselves)

        for name in settings.EXTRA_APPS:
            if find_spec(f"{name}.hooks"):
                import_module(f"{name}.hooks")
