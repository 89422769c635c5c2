"""Queries about the messages of lobbies."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from chat import events
from chat.events import LobbyId
from chat.models import LobbyMessage, LobbyReaction, Membership
from chat.refusals import UnknownMessage
from chat.selectors.said import LAST_MESSAGES, MESSAGE, by_message, said
from core.statements import statement


def standing(lobby_id: Any) -> QuerySet[LobbyMessage]:
    """Return the lobby's messages that were not deleted."""
    return LobbyMessage.objects.filter(lobby_id=lobby_id, deleted_at=None)


@statement
def messages(lobby_id: LobbyId) -> QuerySet[LobbyMessage, Any]:
    """Return the lobby's messages, newest first, as rows for :func:`shown_messages`."""
    return standing(lobby_id).order_by("-id").values_list(*MESSAGE, "mentions", named=True)


@statement
def _one_message(lobby_id: LobbyId, message_id: int) -> QuerySet[LobbyMessage, Any]:
    found: QuerySet[LobbyMessage, Any] = messages.queryset(lobby_id).filter(pk=message_id)
    return found


def shown_message(lobby_id: LobbyId, message_id: int) -> events.Text | None:
    """Return a message as shown to members, or None if it was deleted."""
    found = shown_messages(_one_message(lobby_id, message_id))
    return found[0] if found else None


@statement
def _reactions(message_ids: Collection[int]) -> QuerySet[LobbyReaction, Any]:
    return _to_messages(message_ids)


@statement
def latest_reactions(lobby_id: LobbyId) -> QuerySet[LobbyReaction, Any]:
    """Return the reactions to the lobby's last messages, as rows for :func:`with_reactions`."""
    latest = standing(lobby_id).order_by("-id").values("pk")[:LAST_MESSAGES]
    return _to_messages(latest)


def _to_messages(message_ids: Any) -> QuerySet[LobbyReaction, Any]:
    reactions = LobbyReaction.objects.filter(message_id__in=message_ids).order_by("pk")
    return reactions.values_list("message_id", "kind", "user_id")


@statement
def mentioned(lobby_ids: Collection[LobbyId], names: Collection[str]) -> QuerySet[Membership, Any]:
    """Return the members of these lobbies with these names, each as (lobby id, name, user id)."""
    named = Membership.objects.filter(lobby_id__in=lobby_ids, user__username__in=names)
    return named.values_list("lobby_id", "user__username", "user_id")


@statement
def quotes(lobby_ids: Collection[LobbyId], message_ids: Collection[int]) -> QuerySet[LobbyMessage, Any]:
    """Return these messages of these lobbies, each as (lobby id, message id, author, content)."""
    quoted = LobbyMessage.objects.filter(lobby_id__in=lobby_ids, pk__in=message_ids, deleted_at=None)
    return quoted.values_list("lobby_id", "pk", "sender__username", "content")


def message(lobby_id: LobbyId, message_id: int) -> LobbyMessage:
    """Return a message that was not deleted. Raises ``UnknownMessage``."""
    found = standing(lobby_id).filter(pk=message_id).first()
    if found is None:
        raise UnknownMessage
    return found


def shown_messages(rows: Iterable[Any]) -> list[events.Text]:
    """Return messages as shown to members."""
    found = list(rows)
    return with_reactions(found, _reactions([row.id for row in found]) if found else ())


def with_reactions(rows: Iterable[Any], reactions: Iterable[Any]) -> list[events.Text]:
    """Return messages as shown to members, given the rows of the reactions to them."""
    reacted = by_message(reactions)
    return [events.Text(**said(row, reacted), mentions=row.mentions) for row in rows]
