"""REST routes of lobby messages."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import consent
from accounts.authentication import identity
from chat import events, pacing, selectors, serializers, services, shapes
from chat.api.speaking import REACT, TAKE_BACK, check_kind, read_message
from chat.events import LobbyId
from core import paging
from core.idempotency import idempotent
from core.parsers import read
from core.shapes import Page


class Messages(APIView):
    """Messages of a lobby."""

    @extend_schema(
        operation_id="api_lobbies_messages_list",
        description="For members, newest first. 403 `not_a_member`.",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[events.Text],
    )
    def get(self, request: Request, lobby_id: LobbyId) -> Response:
        selectors.check_member(lobby_id, identity(request).user_id)
        messages = paging.Listed(selectors.messages, lobby_id)
        return paging.page(self, messages, ordering="-id", show=selectors.shown_messages)

    @extend_schema(
        description=(
            "Post a message; listed words are masked. 403 `not_a_member`, `muted`, `under_age`, "
            "404 `unknown_message` if it answers none, 422 `invalid_message`, 429 `slow_mode`, "
            "429 `rate_limited`: three messages in two seconds, over all lobbies and conversations."
        ),
        request=serializers.NewMessage,
        responses={201: events.Text},
    )
    @idempotent
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        selectors.check_member(lobby_id, identity(request).user_id)
        consent.check_adult(identity(request).user_id)
        draft = read_message(request)
        message = services.post_message(lobby_id=lobby_id, **draft._asdict())
        return Response(message, status=201)


class OneMessage(APIView):
    """One message of a lobby."""

    @extend_schema(
        description=(
            "Edit one's own message, within five minutes. 403 `not_yours`, `muted`, 404 `unknown_message`, "
            "409 `too_late`, 422 `invalid_message`, 429 `rate_limited`."
        ),
        request=serializers.EditedMessage,
        responses=events.Text,
    )
    def patch(self, request: Request, lobby_id: LobbyId, message_id: int) -> Response:
        selectors.check_member(lobby_id, identity(request).user_id)
        consent.check_adult(identity(request).user_id)
        draft = read_message(request, serializers.EditedMessage)
        message = services.edit_message(
            actor_id=draft.sender_id, lobby_id=lobby_id, message_id=message_id, content=draft.content
        )
        return Response(message)

    @extend_schema(
        description=(
            "Delete it: one's own, or as owner or moderator that of a lower rank. 403 `rank_too_low`, "
            "404 `unknown_message`."
        ),
        responses={204: None},
    )
    def delete(self, request: Request, lobby_id: LobbyId, message_id: int) -> Response:
        services.delete_message(actor_id=identity(request).user_id, lobby_id=lobby_id, message_id=message_id)
        return Response(status=204)


class Reaction(APIView):
    """The caller's reaction to a message, of one kind."""

    def _change(
        self, request: Request, lobby_id: LobbyId, message_id: int, kind: str, *, is_on: bool
    ) -> Response:
        user_id = identity(request).user_id
        selectors.check_member(lobby_id, user_id)
        pacing.take_reaction(user_id)
        services.react(
            user_id=user_id, lobby_id=lobby_id, message_id=message_id, kind=check_kind(kind), is_on=is_on
        )
        return Response(status=204)

    @extend_schema(
        description=REACT + " 403 `not_a_member`, 409 `too_many_reactions`.",
        request=None,
        responses={204: None},
    )
    def put(self, request: Request, lobby_id: LobbyId, message_id: int, kind: str) -> Response:
        return self._change(request, lobby_id, message_id, kind, is_on=True)

    @extend_schema(description=TAKE_BACK + " 403 `not_a_member`.", responses={204: None})
    def delete(self, request: Request, lobby_id: LobbyId, message_id: int, kind: str) -> Response:
        return self._change(request, lobby_id, message_id, kind, is_on=False)


class Pin(APIView):
    """The lobby's pinned message."""

    @extend_schema(
        description="Pin it, in place of another. 403 `rank_too_low`, 404 `unknown_message`.",
        request=None,
        responses={204: None},
    )
    def put(self, request: Request, lobby_id: LobbyId, message_id: int) -> Response:
        services.pin_message(actor_id=identity(request).user_id, lobby_id=lobby_id, message_id=message_id)
        return Response(status=204)

    @extend_schema(description="Unpin whatever is pinned. 403 `rank_too_low`.", responses={204: None})
    def delete(self, request: Request, lobby_id: LobbyId, message_id: int) -> Response:
        services.pin_message(actor_id=identity(request).user_id, lobby_id=lobby_id, message_id=None)
        return Response(status=204)


class Read(APIView):
    """The caller's read marker in a lobby."""

    @extend_schema(
        description="Mark the lobby's messages as read, all or up to one. 403 `not_a_member`.",
        request=serializers.ReadUpTo,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        user_id = identity(request).user_id
        selectors.check_member(lobby_id, user_id)
        body = read(serializers.ReadUpTo, request.data)
        services.read_lobby(user_id=user_id, lobby_id=lobby_id, up_to=body.get("up_to"))
        return Response(status=204)


class Reports(APIView):
    """Reports of inappropriate messages."""

    @extend_schema(
        description=(
            "Report it to the operators; repeating it returns the same report. 403 `not_a_member`, "
            "404 `unknown_message`, 422 `yourself`, 429 `rate_limited`."
        ),
        request=serializers.NewReport,
        responses={201: shapes.OneReport},
    )
    def post(self, request: Request, lobby_id: LobbyId, message_id: int) -> Response:
        user_id = identity(request).user_id
        selectors.check_member(lobby_id, user_id)
        body = read(serializers.NewReport, request.data)
        report = services.report_message(
            reporter_id=user_id, lobby_id=lobby_id, message_id=message_id, **body
        )
        return Response(
            shapes.OneReport(id=report.pk, message_id=message_id, created_at=report.created_at),
            status=201,
        )
