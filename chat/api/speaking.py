"""What a request says, wherever it is said."""

from rest_framework.request import Request

from accounts.authentication import identity
from chat import pacing, serializers
from core import speech
from core.parsers import read


def said(request: Request) -> tuple[int, str]:
    """Who says what; it counts against the allowance of who says it.

    Raises ``InvalidContent`` and ``RateLimited``.
    """
    user_id = identity(request).user_id
    content = speech.clean(read(serializers.NewMessage, request.data)["content"])
    pacing.take_sync(user_id)
    return user_id, content
