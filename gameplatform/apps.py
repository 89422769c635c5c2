"""The app of the project itself: checks of how the apps fit together, and what extra apps register."""

from importlib import import_module

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "gameplatform"

    def ready(self) -> None:
        from game import payouts
        from gameplatform import checks, extensions, reference  # noqa: F401  (checks register themselves)
        from realtime.catalogue import files

        files.further.append(reference.contents)

        for module in extensions.modules(*extensions.REGISTERING):
            rewards = getattr(import_module(module), "rewards", None)
            # Else it is a module or a function that has this name.
            if isinstance(rewards, list):
                payouts.declare(rewards)
