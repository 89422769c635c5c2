"""The queue's routes."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from core.calls import is_hooked
from core.fast_path import at_once
from core.ids import UserId
from core.parsers import read, read_all
from core.renderers import encode
from matchmaking import selectors, serializers, services, shapes
from matchmaking.commands import JoinQueue
from matchmaking.parties import selectors as parties
from matchmaking.parties.serializers import OwnParty
from realtime.wire.identity import Identity


class _Alone(msgspec.Struct, forbid_unknown_fields=True):
    """A request to join alone; any other body goes to the serializer, which also reports errors."""

    game: Annotated[str, msgspec.Meta(pattern=r"^\w{1,40}\Z")] = serializers.DEFAULT_GAME
    mode: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z][A-Za-z0-9_-]{0,39})?\Z")] = ""


_decode_alone = msgspec.json.Decoder(_Alone).decode


def _join_at_once(who: Identity, body: bytes) -> Coroutine[Any, Any, HttpResponse] | None:
    """Join without a thread: a thousand simultaneous joins share a few transactions."""
    if is_hooked(JoinQueue):
        return None
    try:
        return _join_alone(who.user_id, _decode_alone(body))
    except msgspec.DecodeError:
        return None


async def _join_alone(user_id: UserId, wanted: _Alone) -> HttpResponse:
    joining = services.join_soon(user_id=user_id, game=wanted.game, mode=wanted.mode)
    standing = await asyncio.wrap_future(joining)
    status = 201 if standing.status == "matched" else 200
    return HttpResponse(encode(standing), status=status, content_type="application/json")


class Join(APIView):
    """Queue for a match; 201 if a match is found at once.

    Further fields are those that the queue `asks` for (`GET /api/queues/`). Joining again returns the same
    place, with the first answers, or the unfinished match of this queue. A place is lost 30 seconds
    after the player's last socket has closed. Without any socket it is kept for ten minutes: query the status
    or join again in time.

    404 `unknown_game`, 409 `already_queued`, 422 `unknown_queue` (the game has no such mode) or
    `wrong_party_size`, 429 `left_early` (after leaving matches before they began, with `Retry-After`); with a
    party 403 `not_party_leader`, 404 `unknown_party`, 409 `already_playing`, 422 `party_too_large`. During
    maintenance 503 `maintenance`.
    """

    @extend_schema(request=serializers.Join, responses={200: shapes.Standing, 201: shapes.Standing})
    @at_once(_join_at_once)
    def post(self, request: Request) -> Response:
        user_id = identity(request).user_id
        if "party_id" in request.data:
            parties.led_by(user_id=user_id, **read(OwnParty, request.data))
        wanted = read(serializers.Join, request.data)
        asks = {field: value for field, value in dict(request.data).items() if field not in wanted}
        standing = services.join(user_id=user_id, **wanted, asks=asks)
        return Response(standing, status=201 if standing.status == "matched" else 200)


class Leave(APIView):
    """Leave the queue; an unfinished match continues."""

    @extend_schema(request=None, responses=shapes.QueueLeft)
    def post(self, request: Request) -> Response:
        left = services.leave(user_id=identity(request).user_id)
        return Response(shapes.QueueLeft(status="left" if left else "not_queued"))


class Accept(APIView):
    """Accept a proposed match; 201 if the caller was the last to accept, which makes the match.

    A queue with `accept_within` proposes its matches (`match_proposed`). Accepting again changes nothing.
    404 `unknown_proposal` (it is over, or was never proposed to the caller).
    """

    @extend_schema(request=serializers.Answer, responses={200: shapes.Standing, 201: shapes.Standing})
    def post(self, request: Request) -> Response:
        wanted = read_all(serializers.Answer, request.data)
        standing = services.accept(user_id=identity(request).user_id, **wanted)
        return Response(standing, status=201 if standing.status == "matched" else 200)


class Decline(APIView):
    """Decline a proposed match and leave the queue; the others get their old places back.

    Like leaving during a proposal or letting it expire, it costs waiting time (`left_early`), longer each
    time. 404 `unknown_proposal`.
    """

    @extend_schema(request=serializers.Answer, responses=shapes.QueueLeft)
    def post(self, request: Request) -> Response:
        services.decline(user_id=identity(request).user_id, **read_all(serializers.Answer, request.data))
        return Response(shapes.QueueLeft(status="left"))


class Status(APIView):
    """The caller's status: queued, else in the latest unfinished match, else idle."""

    @extend_schema(responses=shapes.Standing)
    def get(self, request: Request) -> Response:
        user_id = identity(request).user_id
        standing = selectors.queue_status(user_id)
        if standing.status == "queued":
            services.touch_tickets([user_id])
        return Response(standing)


class Queues(APIView):
    """All queues that can be joined, with what each asks of a player."""

    @extend_schema(responses=list[shapes.OfferedQueue])
    def get(self, request: Request) -> Response:
        return Response(selectors.offered())
