"""The parties' routes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.authentication import identity
from chat.serializers import NewMessage
from core.idempotency import idempotent
from core.parsers import read, read_struct
from matchmaking.parties import selectors, serializers, services, shapes
from matchmaking.parties.events import PartyChat, PartyId, PartyInfo


def _read(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated input together with the caller's id."""
    return {**read(shape, request.data), "user_id": identity(request).user_id}


class Create(APIView):
    """Create a party, led by the caller. 409 `already_in_party`."""

    @extend_schema(request=serializers.Creation, responses={201: PartyInfo})
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(services.create(**_read(serializers.Creation, request)), status=201)


class Own(APIView):
    """The caller's party. 204 if there is none."""

    @extend_schema(operation_id="api_party_own", responses={200: PartyInfo, 204: None})
    def get(self, request: Request) -> Response:
        party = selectors.own(identity(request).user_id)
        return Response(party, status=204 if party is None else 200)


class One(APIView):
    """A party: the caller's, one that the caller is invited to, or an open one. 404 `unknown_party`."""

    @extend_schema(responses=PartyInfo)
    def get(self, request: Request, party_id: PartyId) -> Response:
        return Response(selectors.visible_to(identity(request).user_id, party_id))


class Join(APIView):
    """Enter an open party. 404 `unknown_party`, 409 `party_full` or `already_in_party`."""

    @extend_schema(request=serializers.Entry, responses=PartyInfo)
    def post(self, request: Request) -> Response:
        return Response(services.join(**_read(serializers.Entry, request)))


class Ready(APIView):
    """Set whether the caller is ready to play. 404 `unknown_party`, 409 `not_in_party`."""

    @extend_schema(request=serializers.Readiness, responses=PartyInfo)
    def post(self, request: Request) -> Response:
        selectors.member_of(**_read(serializers.OwnParty, request))
        return Response(services.set_ready(**_read(serializers.Readiness, request)))


class LatenciesOf(APIView):
    """Set the caller's latencies, from which the party's `region` is chosen: the best for its slowest member.

    The others hear of another region as `party_update`. 409 `not_in_party`.
    """

    @extend_schema(request=shapes.Latencies, responses=PartyInfo)
    def post(self, request: Request) -> Response:
        user_id = identity(request).user_id
        selectors.member_of(user_id=user_id)
        told = read_struct(shapes.Latencies, request.data)
        return Response(services.set_latencies(user_id=user_id, latencies=told.latencies))


class Chat(APIView):
    """Send a message to the party; its members receive it as `party_chat`.

    409 `not_in_party`, 422 `invalid_message`, 429 `rate_limited`: three messages in two seconds, over all
    lobbies, conversations and the party.
    """

    @extend_schema(request=NewMessage, responses={201: PartyChat})
    @idempotent
    def post(self, request: Request) -> Response:
        selectors.member_of(user_id=identity(request).user_id)
        return Response(services.say(**_read(NewMessage, request)), status=201)


class Leave(APIView):
    """Leave the party; if the leader leaves, another member leads; an empty party is deleted.

    404 `unknown_party`, 409 `not_in_party`.
    """

    @extend_schema(request=serializers.OwnParty, responses=shapes.Gone)
    def post(self, request: Request) -> Response:
        services.leave(**_read(serializers.OwnParty, request))
        return Response(shapes.Gone(status="left"))


class Kick(APIView):
    """Remove a member. Leader only.

    403 `not_party_leader`, 404 `unknown_member` or `unknown_party`, 409 `not_in_party`, 422
    `cannot_kick_oneself`.
    """

    @extend_schema(request=serializers.Target, responses=PartyInfo)
    def post(self, request: Request) -> Response:
        selectors.led_by(**_read(serializers.OwnParty, request))
        return Response(services.kick(**_read(serializers.Target, request)))


class Disband(APIView):
    """Disband the party. Leader only. 403 `not_party_leader`, 404 `unknown_party`, 409 `not_in_party`."""

    @extend_schema(request=serializers.OwnParty, responses=shapes.Gone)
    def post(self, request: Request) -> Response:
        services.disband(**_read(serializers.OwnParty, request))
        return Response(shapes.Gone(status="disbanded"))
