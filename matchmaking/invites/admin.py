"""Invites for operators: who asked whom, and a way to cancel it."""

from django.contrib import admin
from django.http import HttpRequest

from core.operators import OperatorAdmin, ReadOnly, operation
from matchmaking.invites import services
from matchmaking.invites.models import Invite


@admin.register(Invite)
class Invites(ReadOnly, OperatorAdmin):
    """All invites of the last days, the newest first."""

    list_display = ("id", "kind", "from_user", "to_user", "game", "status", "created_at", "expires_at")
    list_filter = ("kind", "status")
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__username", "to_user__username")
    ordering = ("-pk",)
    actions = ("cancel",)

    @operation("Cancel, if it is pending")
    def cancel(self, request: HttpRequest, invite: Invite) -> None:
        services.cancel_all(Invite.objects.filter(pk=invite.pk))
