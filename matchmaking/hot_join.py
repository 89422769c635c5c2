"""Joining the queue on the event loop: a thousand simultaneous joins share a few transactions."""

import asyncio
from typing import Annotated

import msgspec
import structlog
from django.http import HttpResponse

from accounts import live, tokens
from core.renderers import encode
from matchmaking import services
from matchmaking.serializers import DEFAULT_GAME


class _Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """A request to join alone; any other body goes to the serializer, which also reports errors."""

    game: Annotated[str, msgspec.Meta(pattern=r"^\w{1,40}\Z")] = DEFAULT_GAME
    mode: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z][A-Za-z0-9_-]{0,39})?\Z")] = ""


_decode = msgspec.json.Decoder(_Wanted).decode


async def hot_join(token: str, body: bytes) -> HttpResponse | None:
    """Return the response to ``POST /game/join/``.

    Returns None if the ordinary view must answer: the session has to be looked up, or the request has more
    fields.
    """
    try:
        wanted = _decode(body)
    except msgspec.DecodeError:
        return None
    caller = tokens.identify(token)
    if not live.is_live_here(caller.session_id):
        return None
    structlog.contextvars.bind_contextvars(session_id=caller.session_id, user_id=caller.user_id)
    joining = services.join_soon(user_id=caller.user_id, game=wanted.game, mode=wanted.mode)
    standing = await asyncio.wrap_future(joining)
    return HttpResponse(
        encode(standing),
        status=201 if standing.status == "matched" else 200,
        content_type="application/json",
    )
