"""HTTP routes for characters and the state of the world."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from chat import pacing
from core import paging, speech, words
from core.idempotency import idempotent
from core.parsers import read
from core.shapes import Page
from world import sealing, selectors, serializers, services, shapes
from world.events import OwnCharacter
from world.rules import CharacterId
from world.shards.selectors import public_state


class Characters(APIView):
    """The caller's characters."""

    @extend_schema(responses=list[OwnCharacter])
    def get(self, request: Request) -> Response:
        return Response(selectors.own_characters(identity(request).user_id))

    @extend_schema(
        description=(
            "Make a character. 409 `character_name_taken`, `too_many_characters` or `no_home`;"
            " 422 `unknown_faction`."
        ),
        request=serializers.Creation,
        responses={201: OwnCharacter},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = read(serializers.Creation, request.data)
        return Response(services.create(user_id=identity(request).user_id, **wanted), status=201)


class Select(APIView):
    """Select the character to play."""

    @extend_schema(
        description="The character to play, from now on. 404 `unknown_character`, 429 `rate_limited`.",
        request=serializers.Selection,
        responses=OwnCharacter,
    )
    def post(self, request: Request) -> Response:
        wanted = read(serializers.Selection, request.data)
        return Response(services.select(user_id=identity(request).user_id, **wanted))


class OneCharacter(APIView):
    """One of the caller's characters."""

    @extend_schema(
        description="Delete one of the caller's characters for good. 404 `unknown_character`.",
        responses={204: None},
    )
    def delete(self, request: Request, character_id: CharacterId) -> Response:
        services.delete(user_id=identity(request).user_id, character_id=character_id)
        return Response(status=204)


class State(APIView):
    """The state of the world."""

    @extend_schema(responses=shapes.World)
    def get(self, request: Request) -> Response:
        return Response(public_state())


class Events(APIView):
    """World events, newest first."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[shapes.WorldEvent])
    def get(self, request: Request) -> Response:
        return paging.page(
            self, paging.Listed(selectors.recent_events), ordering="-id", show=selectors.shown_events
        )


class Announce(APIView):
    """Send an announcement to everybody in the world. Staff only. 403 `staff_only`, 429 `rate_limited`."""

    @extend_schema(request=serializers.Announcement, responses={204: None})
    @idempotent
    def post(self, request: Request) -> Response:
        user_id = identity(request).user_id
        selectors.announcer(user_id)
        content = speech.clean(read(serializers.Announcement, request.data)["content"])
        pacing.take_sync(user_id)
        services.announce(user_id=user_id, content=words.mask(content))
        return Response(status=204)


class EncryptionKey(APIView):
    """The key of this session for `/ws?encrypted=session`. 400 `encryption_unavailable`."""

    @extend_schema(request=None, responses=shapes.EncryptionKey)
    def post(self, request: Request) -> Response:
        return Response(shapes.EncryptionKey(key=sealing.session_key(identity(request)).decode()))
