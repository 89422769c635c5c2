"""What lobbies and conversations hold about a person."""

from typing import Any

from django.db.models import Q

from chat import services
from chat.events import MessageDeleted
from chat.models import DirectMessage, Lobby, LobbyMessage, Membership, Report, Sanction, Thread
from core.personal_data import erases, exports
from realtime.publishing import publish


@exports("lobbies")
def lobbies(user_id: int) -> list[dict[str, Any]]:
    """The lobbies that the person is a member of."""
    rows = Membership.objects.filter(user_id=user_id).order_by("joined_at")
    return [dict(row) for row in rows.values("lobby_id", "lobby__name", "lobby__title", "role", "joined_at")]


@exports("lobby_messages")
def lobby_messages(user_id: int) -> list[dict[str, Any]]:
    """What the person said in lobbies."""
    rows = LobbyMessage.objects.filter(sender_id=user_id).order_by("pk")
    return [dict(row) for row in rows.values("id", "lobby_id", "content", "created_at", "deleted_at")]


@exports("lobby_sanctions")
def lobby_sanctions(user_id: int) -> list[dict[str, Any]]:
    """Bans and mutes of the person."""
    rows = Sanction.objects.filter(user_id=user_id).order_by("created_at")
    return [dict(row) for row in rows.values("lobby_id", "kind", "reason", "created_at", "until")]


@exports("message_reports")
def message_reports(user_id: int) -> list[dict[str, Any]]:
    """What the person reported."""
    rows = Report.objects.filter(reporter_id=user_id).order_by("created_at")
    return [dict(row) for row in rows.values("message_id", "reason", "created_at", "settled_at")]


@exports("direct_messages")
def direct_messages(user_id: int) -> list[dict[str, Any]]:
    """What the person and friends said to each other."""
    rows = DirectMessage.objects.filter(Q(sender_id=user_id) | Q(receiver_id=user_id)).order_by("pk")
    return [
        dict(row) for row in rows.values("id", "sender_id", "receiver_id", "content", "created_at", "read_at")
    ]


@erases
def erase(user_id: int) -> None:
    """The person's words go, from conversations with both sides of them; their lobbies go to others."""
    services.leave_every_lobby(user_id=user_id)
    Lobby.objects.filter(owner_id=user_id).update(owner=None)
    Membership.objects.filter(user_id=user_id).delete()
    said = LobbyMessage.objects.filter(sender_id=user_id)
    shown = said.filter(deleted_at=None, lobby__status=Lobby.Status.OPEN).order_by("pk")
    for lobby, message_id in shown.values_list("lobby__name", "pk"):
        publish(MessageDeleted(lobby=lobby, id=message_id))
    said.delete()
    Report.objects.filter(reporter_id=user_id).delete()
    Thread.objects.filter(Q(low_id=user_id) | Q(high_id=user_id)).delete()
