"""Messages as text and back, and the making of those that are often made."""

import json
from collections.abc import Mapping
from typing import Any

from gameplatform_client.errors import ProtocolError

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
