"""The shared request handling of new messages."""

from typing import NamedTuple

from rest_framework.request import Request

from accounts.authentication import identity
from chat import pacing, rules, serializers
from chat.commands import ChatMessage
from chat.refusals import UnknownReaction
from core import speech
from core.calls import run_before
from core.ids import UserId
from core.parsers import read

REACT = (
    f"React to a message, with one of {', '.join(f'`{kind}`' for kind in rules.REACTIONS)}. "
    "Repeating it changes nothing. 404 `unknown_message`, `unknown_reaction`, 429 `rate_limited`."
)
TAKE_BACK = "Take the reaction back; without one it changes nothing. 404 `unknown_message`."


def check_kind(kind: str) -> str:
    """Return the kind of a reaction. Raises ``UnknownReaction``."""
    if kind not in rules.REACTIONS:
        raise UnknownReaction
    return kind


class Draft(NamedTuple):
    """A message to be stored: its sender, its cleaned content and the id of the message it answers."""

    sender_id: UserId
    content: str
    reply_to: int | None


def read_message(request: Request, shape: type[serializers.EditedMessage] = serializers.NewMessage) -> Draft:
    """Return the message of a request's body; it counts against the sender's rate limit.

    Hooks see it as the command that a socket takes.
    Raises ``InvalidContent`` and ``RateLimited``.
    """
    user_id = identity(request).user_id
    body = read(shape, request.data)
    content = speech.clean(body["content"])
    pacing.take_sync(user_id)
    call = run_before(ChatMessage(message=content, reply_to=body.get("reply_to")), user_id=user_id)
    return Draft(user_id, speech.clean(call.message), call.reply_to)
