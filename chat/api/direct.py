"""REST routes of direct messages."""

from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from chat import events, pacing, rules, selectors, serializers, services, shapes
from chat.api.speaking import REACT, TAKE_BACK, check_kind, read_message
from core import paging
from core.idempotency import idempotent
from core.ids import UserId
from core.parsers import read
from core.shapes import Page


class Threads(APIView):
    """The caller's conversations."""

    @extend_schema(
        description="With friends, most recent first.",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.Thread],
    )
    def get(self, request: Request) -> Response:
        user_id = identity(request).user_id
        return paging.page(
            self,
            paging.Listed(selectors.threads, user_id),
            ordering=("-last_at", "-pk"),
            show=partial(selectors.shown_threads, user_id),
        )


class Messages(APIView):
    """Direct messages between the caller and a friend."""

    @extend_schema(
        operation_id="api_dm_messages_list",
        description="Newest first. 403 `not_friends`.",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[events.DirectText],
    )
    def get(self, request: Request, friend_id: UserId) -> Response:
        user_id = identity(request).user_id
        selectors.check_friends(user_id, friend_id)
        messages = paging.Listed(selectors.direct_messages, *rules.between(user_id, friend_id))
        return paging.page(self, messages, ordering="-id", show=selectors.shown_direct)

    @extend_schema(
        description=(
            "Send a message. 403 `not_friends`, 422 `invalid_message`, 429 `rate_limited`: three messages in "
            "two seconds, over all lobbies and conversations."
        ),
        request=serializers.NewMessage,
        responses={201: events.DirectText},
    )
    @idempotent
    def post(self, request: Request, friend_id: UserId) -> Response:
        selectors.check_friends(identity(request).user_id, friend_id)
        draft = read_message(request)
        message = services.post_direct(friend_id=friend_id, **draft._asdict())
        return Response(message, status=201)


class OneMessage(APIView):
    """One direct message of the caller's own."""

    @extend_schema(
        description=(
            "Edit it, within five minutes. 403 `not_friends`, `not_yours`, 404 `unknown_message`, "
            "409 `too_late`, 422 `invalid_message`, 429 `rate_limited`."
        ),
        request=serializers.EditedMessage,
        responses=events.DirectText,
    )
    def patch(self, request: Request, friend_id: UserId, message_id: int) -> Response:
        selectors.check_friends(identity(request).user_id, friend_id)
        draft = read_message(request, serializers.EditedMessage)
        message = services.edit_direct(
            sender_id=draft.sender_id, friend_id=friend_id, message_id=message_id, content=draft.content
        )
        return Response(message)

    @extend_schema(
        description=(
            "Delete it, within five minutes. 403 `not_friends`, `not_yours`, 404 `unknown_message`, "
            "409 `too_late`."
        ),
        responses={204: None},
    )
    def delete(self, request: Request, friend_id: UserId, message_id: int) -> Response:
        user_id = identity(request).user_id
        services.delete_direct(sender_id=user_id, friend_id=friend_id, message_id=message_id)
        return Response(status=204)


class Reaction(APIView):
    """The caller's reaction to a direct message, of one kind."""

    def _change(
        self, request: Request, friend_id: UserId, message_id: int, kind: str, *, is_on: bool
    ) -> Response:
        user_id = identity(request).user_id
        selectors.check_friends(user_id, friend_id)
        pacing.take_reaction(user_id)
        services.react_to_direct(
            user_id=user_id, friend_id=friend_id, message_id=message_id, kind=check_kind(kind), is_on=is_on
        )
        return Response(status=204)

    @extend_schema(description=REACT + " 403 `not_friends`.", request=None, responses={204: None})
    def put(self, request: Request, friend_id: UserId, message_id: int, kind: str) -> Response:
        return self._change(request, friend_id, message_id, kind, is_on=True)

    @extend_schema(description=TAKE_BACK + " 403 `not_friends`.", responses={204: None})
    def delete(self, request: Request, friend_id: UserId, message_id: int, kind: str) -> Response:
        return self._change(request, friend_id, message_id, kind, is_on=False)


class Read(APIView):
    """The caller's read marker."""

    @extend_schema(
        description="Mark the friend's messages as read, all or up to one. 403 `not_friends`.",
        request=serializers.ReadUpTo,
        responses=shapes.Unread,
    )
    def post(self, request: Request, friend_id: UserId) -> Response:
        user_id = identity(request).user_id
        selectors.check_friends(user_id, friend_id)
        up_to = read(serializers.ReadUpTo, request.data).get("up_to", serializers.MAX_ID)
        services.mark_read(user_id=user_id, friend_id=friend_id, up_to=up_to)
        return Response(shapes.Unread(unread=selectors.unread_from(user_id, friend_id)))
