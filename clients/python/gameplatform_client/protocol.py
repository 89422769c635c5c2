"""Messages as text and back, and the making of those that are often made."""

import json
from collections.abc import Mapping
from typing import Any

from gameplatform_client.errors import ProtocolError
from gameplatform_client.messages import MessageType

Message = dict[str, Any]
"""A JSON object with a ``type``; ``messages`` has a typed dictionary for each."""


def serialize(message: Mapping[str, Any]) -> str:
    """The message as one text frame."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def deserialize(text: str | bytes) -> Message:
    """The message in a text frame. Raises ``ProtocolError`` for what is no JSON object with a ``type``."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("The frame is not valid JSON.") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError("A message is one JSON object with a type.")
    return message


def create_chat_message(
    content: str,
    channel: str | None = None,
    sender_id: int | None = None,
    sender_name: str | None = None,
) -> Message:
    """A ``chat`` as a client sends it; with a sender, as the server tells it."""
    return _message(
        MessageType.CHAT, content=content, channel=channel, sender_id=sender_id, sender_name=sender_name
    )


def create_character_update(
    character_id: int,
    character_name: str | None = None,
    location_id: int | None = None,
    position: Mapping[str, float] | None = None,
    level: int | None = None,
    faction: str | None = None,
    health: int | None = None,
    max_health: int | None = None,
    last_seen: str | None = None,
) -> Message:
    """A ``character_update`` as a client sends it, to ask; with the rest, as the server tells it."""
    return _message(
        MessageType.CHARACTER_UPDATE,
        character_id=character_id,
        character_name=character_name,
        location_id=location_id,
        position=position,
        level=level,
        faction=faction,
        health=health,
        max_health=max_health,
        last_seen=last_seen,
    )


def create_shard_captured_message(
    shard_id: int,
    faction: str | None = None,
    character_id: int | None = None,
    character_name: str | None = None,
) -> Message:
    """A ``shard_captured`` as a client sends it, to ask; with who did it, as the server tells it."""
    return _message(
        MessageType.SHARD_CAPTURED,
        shard_id=shard_id,
        faction=faction,
        character_id=character_id,
        character_name=character_name,
    )


def _message(message_type: MessageType, **fields: Any) -> Message:
    given = {name: value for name, value in fields.items() if value is not None}
    return {"type": message_type.value, **given}
