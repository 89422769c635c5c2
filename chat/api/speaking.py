"""The shared request handling of new messages."""

from rest_framework.request import Request

from accounts.authentication import identity
from chat import pacing, serializers
from chat.commands import ChatMessage
from core import speech
from core.calls import run_before
from core.ids import UserId
from core.parsers import read


def read_message(request: Request) -> tuple[UserId, str]:
    """Return the sender's id and the cleaned content; counts against the sender's rate limit.

    Hooks see it as the command that a socket takes.
    Raises ``InvalidContent`` and ``RateLimited``.
    """
    user_id = identity(request).user_id
    content = speech.clean(read(serializers.NewMessage, request.data)["content"])
    pacing.take_sync(user_id)
    call = run_before(ChatMessage(message=content), user_id=user_id)
    return user_id, speech.clean(call.message)
