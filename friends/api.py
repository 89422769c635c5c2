"""REST routes of friends: the list, requests, blocks."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors as accounts
from accounts.authentication import identity
from core import paging
from core.idempotency import idempotent
from core.ids import UserId
from core.parsers import read
from core.refusals import Invalid
from core.shapes import Page
from core.typed import typed
from friends import events, selectors, serializers, services, shapes

DIRECTIONS = {"in": "to_user", "out": "from_user"}


class Friends(APIView):
    """The caller's friends with their status, longest friendship first."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[events.Friend])
    def get(self, request: Request) -> Response:
        user_id = identity(request).user_id

        def show(rows: Any) -> list[Any]:
            return selectors.friends([row.other(user_id) for row in rows])

        friendships = paging.Listed(selectors.friendships, user_id)
        return paging.page(self, friendships, ordering="id", show=show)


class OneFriend(APIView):
    """One of the caller's friendships."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, user_id: UserId) -> Response:
        """End it. 404 `not_friends`."""
        services.remove(user_id=identity(request).user_id, friend_id=user_id)
        return Response(status=204)


class CommonFriends(APIView):
    """The friends that the caller shares with another user."""

    @typed
    def get(self, request: Request, user_id: UserId) -> list[events.Person]:
        """By name. None while one of the two blocks the other. 404 `not_found`."""
        return selectors.common_friends(identity(request).user_id, accounts.by_id(user_id).pk)


class Requests(APIView):
    """Open requests to and from the caller."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "direction", str, enum=list(DIRECTIONS), description="Only those to, or from, me"
            ),
            *paging.PAGE_PARAMETERS,
        ],
        responses=Page[events.Request],
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        user_id = identity(request).user_id
        requests: Any = paging.Listed(selectors.pending_requests, user_id)
        direction = request.query_params.get("direction")
        if direction is not None:
            if direction not in DIRECTIONS:
                raise Invalid("direction is in or out.", details={"direction": ["in or out."]})
            pending = selectors.pending_requests.queryset(user_id)
            requests = pending.filter(**{DIRECTIONS[direction]: user_id})
        return paging.page(
            self, requests, ordering="-id", show=lambda rows: [selectors.shown_request(row) for row in rows]
        )

    @extend_schema(request=serializers.NewRequest, responses={201: events.Request})
    @idempotent
    def post(self, request: Request) -> Response:
        """Send a friend request. If the other user has already asked the caller, both become friends.

        403 `takes_no_requests`, 404 `not_found`, 409 `already_requested`, `already_friends`,
        `you_block_them`, `too_many_friends`, `too_many_friend_requests`, 422 `yourself`.
        """
        given = read(serializers.NewRequest, request.data)
        to_user_id = given["user_id"] if "user_id" in given else accounts.by_username(given["username"]).pk
        made = services.request(user_id=identity(request).user_id, to_user_id=to_user_id)
        return Response(selectors.shown_request(made), status=201)


class Accept(APIView):
    """A request to the caller."""

    @extend_schema(request=None, responses=events.Request)
    @idempotent
    def post(self, request: Request, request_id: int) -> Response:
        """Accept it.

        403 `not_yours_to_answer`, 404 `unknown_friend_request`, 409 `friend_request_answered`,
        `too_many_friends`, `their_list_is_full`.
        """
        answered = services.accept(user_id=identity(request).user_id, request_id=request_id)
        return Response(selectors.shown_request(answered))


class Decline(APIView):
    """A request to the caller."""

    @extend_schema(request=None, responses=events.Request)
    def post(self, request: Request, request_id: int) -> Response:
        """Decline it.

        403 `not_yours_to_answer`, 404 `unknown_friend_request`, 409 `friend_request_answered`.
        """
        answered = services.decline(user_id=identity(request).user_id, request_id=request_id)
        return Response(selectors.shown_request(answered))


class Cancel(APIView):
    """A request from the caller."""

    @extend_schema(request=None, responses=events.Request)
    def post(self, request: Request, request_id: int) -> Response:
        """Cancel it.

        403 `not_yours_to_answer`, 404 `unknown_friend_request`, 409 `friend_request_answered`.
        """
        answered = services.cancel(user_id=identity(request).user_id, request_id=request_id)
        return Response(selectors.shown_request(answered))


class Blocks(APIView):
    """The users whom the caller blocks, latest first."""

    @extend_schema(parameters=paging.PAGE_PARAMETERS, responses=Page[shapes.Blocked])
    def get(self, request: Request) -> Response:
        blocks = paging.Listed(selectors.blocks, identity(request).user_id)
        return paging.page(self, blocks, ordering="-id", show=selectors.shown_blocks)


class OneBlock(APIView):
    """A block by the caller: it ends friendship and requests, direct messages, invites and whispers."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, user_id: UserId) -> Response:
        """Block a user; repeating it changes nothing. The blocked user is not notified.

        409 `too_many_blocks`, 422 `yourself`.
        """
        services.block(user_id=identity(request).user_id, blocked_id=user_id)
        return Response(status=204)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, user_id: UserId) -> Response:
        """Remove the block; what it ended is not restored. 404 `not_blocked`."""
        services.unblock(user_id=identity(request).user_id, blocked_id=user_id)
        return Response(status=204)
