"""Parties: an app of its own inside matchmaking, with its own tables."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "matchmaking.parties"
    label = "parties"

    def ready(self) -> None:
        # Importing this declares voice channels and registers a reaction.
        from matchmaking.parties import reactions  # noqa: F401
