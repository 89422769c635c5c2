"""The game app; discovers the games and queues of all installed apps, as the admin discovers ``admin.py``."""

from django.apps import AppConfig, apps
from django.conf import settings


class GameConfig(AppConfig):
    name = "game"

    def ready(self) -> None:
        # They register themselves.
        from game import client_types, games, housekeeping, profiles, reactions  # noqa: F401
        from game.author import catalogue, queues, reloading
        from game.live import draining, figures, relayed  # noqa: F401
        from realtime.catalogue.namespaces import declare

        names = [config.name for config in apps.get_app_configs()]
        catalogue.discover(names)
        if "all" not in settings.SHIPPED_GAMES:
            catalogue.keep(settings.SHIPPED_GAMES, games)
        queues.discover(names)
        declare("games", client_types.namespaces)
        if settings.DEBUG:
            reloading.watch(name for name in names if name in settings.EXTRA_APPS)
