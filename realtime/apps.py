"""The app of the realtime layer."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from realtime import checks, figures  # noqa: F401  (they register themselves)
