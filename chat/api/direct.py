"""REST routes of direct messages."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from chat import selectors, serializers, services
from chat.api.speaking import read_message
from core import paging
from core.idempotency import idempotent
from core.parsers import read
from friends.selectors import person


class Threads(APIView):
    """The caller's conversations."""

    @extend_schema(
        description="With friends, most recent first.",
        parameters=paging.PAGE_PARAMETERS,
        responses=paging.page_of(serializers.Thread),
    )
    def get(self, request: Request) -> Response:
        user_id = identity(request).user_id

        def show(threads: Iterable[Any]) -> list[dict[str, Any]]:
            return [_shown(thread, user_id) for thread in threads]

        return paging.page(self, selectors.threads(user_id), ordering=("-last_at", "-pk"), show=show)


def _shown(thread: Any, user_id: int) -> dict[str, Any]:
    friend = thread.high if thread.low_id == user_id else thread.low
    last = thread.last_message
    return {
        "user": person(friend),
        "last_message": None if last is None else selectors.shown_direct([last])[0],
        "last_at": thread.last_at,
        "unread": thread.unread,
        "ws_url": f"/ws/chat/{friend.pk}/",
    }


class Messages(APIView):
    """Direct messages between the caller and a friend."""

    @extend_schema(
        operation_id="api_dm_messages_list",
        description="Newest first. 403 `not_friends`.",
        parameters=paging.PAGE_PARAMETERS,
        responses=paging.page_of(serializers.DirectMessage),
    )
    def get(self, request: Request, friend_id: int) -> Response:
        user_id = identity(request).user_id
        selectors.check_friends(user_id, friend_id)
        messages = selectors.direct_messages(user_id, friend_id)
        return paging.page(self, messages, ordering="-id", show=selectors.shown_direct)

    @extend_schema(
        description=(
            "Send a message. 403 `not_friends`, 422 `invalid_message`, 429 `rate_limited`: three messages in "
            "two seconds, over all lobbies and conversations."
        ),
        request=serializers.NewMessage,
        responses={201: serializers.DirectMessage},
    )
    @idempotent
    def post(self, request: Request, friend_id: int) -> Response:
        selectors.check_friends(identity(request).user_id, friend_id)
        user_id, content = read_message(request)
        message = services.post_direct(sender_id=user_id, friend_id=friend_id, content=content)
        return Response(message, status=201)


class Read(APIView):
    """The caller's read marker."""

    @extend_schema(
        description="Mark the friend's messages as read, all or up to one. 403 `not_friends`.",
        request=serializers.ReadUpTo,
        responses=serializers.Unread,
    )
    def post(self, request: Request, friend_id: int) -> Response:
        user_id = identity(request).user_id
        selectors.check_friends(user_id, friend_id)
        up_to = read(serializers.ReadUpTo, request.data).get("up_to", serializers.MAX_ID)
        services.mark_read(user_id=user_id, friend_id=friend_id, up_to=up_to)
        return Response({"unread": selectors.unread_counts(user_id).get(friend_id, 0)})
