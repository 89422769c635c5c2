"""Lobby and direct messages alike: the columns that both have, quotes and reactions."""

from collections.abc import Iterable, Mapping
from typing import Any

from chat import events
from core.ids import UserId
from friends.events import Person

LAST_MESSAGES = 50
"""The number of messages in the first frame of a lobby or a conversation."""
QUOTED_CHARACTERS = 100
MESSAGE = (
    "id",
    "content",
    "sender_id",
    "sender__username",
    "sender__is_premium",
    "created_at",
    "edited_at",
    "reply_to_id",
    "reply_to__sender__username",
    "reply_to__content",
    "reply_to__deleted_at",
)
"""The columns of a message that :func:`said` takes."""

Reacted = Mapping[int, list[events.Reactions]]
"""The reactions by message id."""


def by_message(rows: Iterable[tuple[int, str, UserId]]) -> Reacted:
    """Return reactions (message id, kind, user id) by message, each kind once, in the order of the rows."""
    found: dict[int, dict[str, list[UserId]]] = {}
    for message_id, kind, user_id in rows:
        found.setdefault(message_id, {}).setdefault(kind, []).append(user_id)
    return {
        message_id: [events.Reactions(kind=kind, user_ids=user_ids) for kind, user_ids in kinds.items()]
        for message_id, kinds in found.items()
    }


def said(row: Any, reacted: Reacted) -> dict[str, Any]:
    """Return the fields of an ``events.Said`` from a row with the columns of ``MESSAGE``."""
    reply_to = None
    if row.reply_to_id is not None:
        content = row.reply_to__content if row.reply_to__deleted_at is None else ""
        reply_to = quote(row.reply_to_id, row.reply_to__sender__username, content)
    return {
        "id": row.id,
        "content": row.content,
        "sender": Person(id=row.sender_id, username=row.sender__username, is_premium=row.sender__is_premium),
        "created_at": row.created_at,
        "edited_at": row.edited_at,
        "reply_to": reply_to,
        "reactions": reacted.get(row.id, []),
    }


def quote(message_id: int, username: str, content: str) -> events.Quote:
    """Return the quote of a message."""
    return events.Quote(id=message_id, username=username, content=content[:QUOTED_CHARACTERS])
