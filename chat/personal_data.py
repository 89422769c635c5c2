"""Personal data in lobbies and conversations."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from chat import services
from chat.events import MessageDeleted
from chat.models import (
    DirectMessage,
    DirectReaction,
    Lobby,
    LobbyMessage,
    LobbyReaction,
    Membership,
    Report,
    Sanction,
    Thread,
)
from core.ids import UserId
from core.personal_data import erases, exports, merges
from core.retention import retains
from realtime.publishing import publish


@exports("lobbies")
def lobbies(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's lobby memberships."""
    rows = Membership.objects.filter(user_id=user_id).order_by("joined_at")
    return [dict(row) for row in rows.values("lobby_id", "lobby__name", "lobby__title", "role", "joined_at")]


@exports("lobby_messages")
def lobby_messages(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's lobby messages."""
    rows = LobbyMessage.objects.filter(sender_id=user_id).order_by("pk")
    return [dict(row) for row in rows.values("id", "lobby_id", "content", "created_at", "deleted_at")]


@exports("lobby_sanctions")
def lobby_sanctions(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's bans and mutes."""
    rows = Sanction.objects.filter(user_id=user_id).order_by("created_at")
    return [dict(row) for row in rows.values("lobby_id", "kind", "reason", "created_at", "until")]


@exports("message_reports")
def message_reports(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's reports."""
    rows = Report.objects.filter(reporter_id=user_id).order_by("created_at")
    shown = ("kind", "message_id", "direct_message_id", "game_id", "reason", "created_at", "settled_at")
    return [dict(row) for row in rows.values(*shown)]


@exports("message_reactions")
def message_reactions(user_id: UserId) -> list[dict[str, Any]]:
    """Export the user's reactions to messages."""
    return [
        {"conversation": conversation, **row}
        for conversation, model in (("lobby", LobbyReaction), ("direct", DirectReaction))
        for row in model.objects.filter(user_id=user_id).order_by("pk").values("message_id", "kind")
    ]


@exports("direct_messages")
def direct_messages(user_id: UserId) -> list[dict[str, Any]]:
    """Export the direct messages from and to the user."""
    rows = DirectMessage.objects.filter(Q(sender_id=user_id) | Q(receiver_id=user_id)).order_by("pk")
    return [
        dict(row) for row in rows.values("id", "sender_id", "receiver_id", "content", "created_at", "read_at")
    ]


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Move conversations, lobbies and sanctions."""
    services.take_over(kept_id=kept_id, former_id=former_id)


@erases
def erase(user_id: UserId) -> None:
    """Delete the user's messages and conversations, and hand over their lobbies."""
    services.leave_every_lobby(user_id=user_id)
    Lobby.objects.filter(owner_id=user_id).update(owner=None)
    Membership.objects.filter(user_id=user_id).delete()
    said = LobbyMessage.objects.filter(sender_id=user_id)
    shown = said.filter(deleted_at=None, lobby__status=Lobby.Status.OPEN).order_by("pk")
    for lobby, message_id in shown.values_list("lobby__name", "pk"):
        publish(MessageDeleted(lobby=lobby, id=message_id))
    said.delete()
    LobbyReaction.objects.filter(user_id=user_id).delete()
    concerned = Q(reporter_id=user_id) | Q(about_id=user_id) | Q(other_id=user_id)
    Report.objects.filter(concerned).delete()
    Thread.objects.filter(Q(low_id=user_id) | Q(high_id=user_id)).delete()


@retains("chat")
def old_lobby_messages(before: datetime) -> int:
    """Delete old lobby messages, except those of which somebody complains."""
    complained_of = Report.objects.filter(settled_at=None, kind=Report.Kind.MESSAGE).values("message")
    old = LobbyMessage.objects.filter(created_at__lt=before).exclude(pk__in=complained_of)
    return old.delete()[1].get("chat.LobbyMessage", 0)


@retains("direct_messages")
def old_direct_messages(before: datetime) -> int:
    """Delete old direct messages, except those of which somebody complains."""
    complained_of = Report.objects.filter(settled_at=None, kind=Report.Kind.DIRECT).values("direct_message")
    old = DirectMessage.objects.filter(created_at__lt=before).exclude(pk__in=complained_of)
    return old.delete()[1].get("chat.DirectMessage", 0)
