"""Invites: an app of its own inside matchmaking, with its own tables."""

from django.apps import AppConfig


class InvitesConfig(AppConfig):
    name = "matchmaking.invites"
    label = "invites"

    def ready(self) -> None:
        # They register background tasks and reactions.
        from matchmaking.invites import expiry, reactions  # noqa: F401
