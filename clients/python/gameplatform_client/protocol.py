"""Serialisation of messages, and constructors for common ones."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from gameplatform_client.errors import ProtocolError
from gameplatform_client.messages import MessageType
from gameplatform_client.records import OpenRecord

Message: TypeAlias = OpenRecord
"""A JSON object with a ``type``; ``messages`` has a class for each, to annotate handlers with."""

Id: TypeAlias = int | str
"""A number, or the same as a string."""

SECOND_NAMES = {
    MessageType.COMBAT_DAMAGE: ("amount", "damage"),
    MessageType.SHARD_CAPTURED: ("shard_name", "name"),
}
"""Fields with two names, of which older servers send only the second."""


def number(given: Id) -> Id:
    """Return an id as the server expects it: a number, if the string is one."""
    return int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() else given


def serialize(message: Mapping[str, Any]) -> str:
    """Return the message as a text frame."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def deserialize(text: str | bytes) -> Message:
    """Parse a text frame. Raises ``ProtocolError`` if it is not a JSON object with a ``type``."""
    try:
        message = json.loads(text, object_hook=Message)
    except (ValueError, RecursionError):
        raise ProtocolError("The frame is not valid JSON.") from None
    if not isinstance(message, Message) or not isinstance(message.get("type"), str):
        raise ProtocolError("A message is one JSON object with a type.")
    if message["type"] in SECOND_NAMES:
        name, other = SECOND_NAMES[message["type"]]
        if other in message:
            message.setdefault(name, message[other])
    return message


def create_chat_message(
    content: str,
    channel: str | None = None,
    sender_id: Id | None = None,
    sender_name: str | None = None,
) -> Message:
    """Create a ``chat`` as sent by a client; with a sender, as sent by the server."""
    return _message(
        MessageType.CHAT, content=content, channel=channel, sender_id=sender_id, sender_name=sender_name
    )


def create_character_update(
    character_id: Id,
    character_name: str | None = None,
    location_id: Id | None = None,
    position: Mapping[str, float] | None = None,
    level: int | None = None,
    faction: str | None = None,
    health: int | None = None,
    max_health: int | None = None,
    last_seen: str | None = None,
) -> Message:
    """Create a ``character_update`` request; with further fields, as sent by the server."""
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
    shard_id: Id,
    faction: str | None = None,
    character_id: Id | None = None,
    character_name: str | None = None,
    shard_name: str | None = None,
) -> Message:
    """Create a ``shard_captured`` request; with further fields, as sent by the server."""
    return _message(
        MessageType.SHARD_CAPTURED,
        shard_id=shard_id,
        name=shard_name,
        shard_name=shard_name,
        faction=faction,
        character_id=character_id,
        character_name=character_name,
    )


def _message(message_type: MessageType, **fields: Any) -> Message:
    given = {name: value for name, value in fields.items() if value is not None}
    return Message(type=message_type.value, **given)
