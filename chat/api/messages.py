"""REST routes of lobby messages."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import consent
from accounts.authentication import identity
from chat import events, selectors, serializers, services, shapes
from chat.api.speaking import read_message
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
    def get(self, request: Request, lobby_id: int) -> Response:
        selectors.check_member(lobby_id, identity(request).user_id)
        messages = paging.Listed(selectors.messages, lobby_id)
        return paging.page(self, messages, ordering="-id", show=selectors.shown_messages)

    @extend_schema(
        description=(
            "Post a message; listed words are masked. 403 `not_a_member`, `muted`, `under_age`, "
            "422 `invalid_message`, 429 `rate_limited`: three messages in two seconds, over all lobbies and "
            "conversations."
        ),
        request=serializers.NewMessage,
        responses={201: events.Text},
    )
    @idempotent
    def post(self, request: Request, lobby_id: int) -> Response:
        selectors.check_member(lobby_id, identity(request).user_id)
        consent.check_adult(identity(request).user_id)
        user_id, content = read_message(request)
        message = services.post_message(lobby_id=lobby_id, sender_id=user_id, content=content)
        return Response(message, status=201)


class OneMessage(APIView):
    """One message of a lobby."""

    @extend_schema(
        description=(
            "Delete it: one's own, or as owner or moderator that of a lower rank. 403 `rank_too_low`, "
            "404 `unknown_message`."
        ),
        responses={204: None},
    )
    def delete(self, request: Request, lobby_id: int, message_id: int) -> Response:
        services.delete_message(actor_id=identity(request).user_id, lobby_id=lobby_id, message_id=message_id)
        return Response(status=204)


class Reports(APIView):
    """Reports of inappropriate messages."""

    @extend_schema(
        description=(
            "Report it to the operators; repeating it returns the same report. 403 `not_a_member`, "
            "404 `unknown_message`."
        ),
        request=serializers.NewReport,
        responses={201: shapes.OneReport},
    )
    def post(self, request: Request, lobby_id: int, message_id: int) -> Response:
        user_id = identity(request).user_id
        selectors.check_member(lobby_id, user_id)
        body = read(serializers.NewReport, request.data)
        report = services.report_message(
            reporter_id=user_id, lobby_id=lobby_id, message_id=message_id, **body
        )
        return Response(
            shapes.OneReport(id=report.pk, message_id=report.message_id, created_at=report.created_at),
            status=201,
        )
