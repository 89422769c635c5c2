"""The search for cheating: it raises flags with evidence, which operators decide in the queue of reports."""

from django.apps import AppConfig


class CheatingConfig(AppConfig):
    name = "operators.cheating"
    label = "cheating"

    def ready(self) -> None:
        # Importing it registers the nightly run and its settings.
        from operators.cheating import housekeeping  # noqa: F401
