"""Joining the queue in the event loop: a thousand who join at once wait for a few transactions there."""

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
    """What those ask for who join alone; the serializer reads more, and says what is wrong with the rest."""

    game: Annotated[str, msgspec.Meta(pattern=r"^\w{1,40}\Z")] = DEFAULT_GAME
    mode: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z][A-Za-z0-9_-]{0,39})?\Z")] = ""


_decode = msgspec.json.Decoder(_Wanted).decode


async def hot_join(token: str, body: bytes) -> HttpResponse | None:
    """What ``POST /game/join/`` answers; None where the session has to be looked up, or more is asked for."""
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
