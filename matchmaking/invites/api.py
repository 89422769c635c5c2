"""The invites' routes, and those of parties that are about invites."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.authentication import identity
from core import paging
from core.idempotency import idempotent
from core.parsers import read
from core.shapes import Page
from matchmaking.invites import selectors, serializers, services
from matchmaking.invites.events import InviteInfo
from matchmaking.parties import selectors as parties
from matchmaking.parties.events import PartyInfo
from matchmaking.parties.serializers import OwnParty


class Invites(APIView):
    """The pending invites of the caller."""

    @extend_schema(
        operation_id="api_invites_list",
        description="The caller's pending invites, sent and received, newest first.",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[InviteInfo],
    )
    def get(self, request: Request) -> Response:
        invites = paging.Listed(selectors.pending_of, identity(request).user_id, timezone.now())
        return paging.page(self, invites, ordering="-id", show=selectors.shown)

    @extend_schema(
        description=(
            "Invite somebody to a game, a lobby or a party. 403 `cannot_invite`, `not_party_leader`, "
            "`not_a_member`, `rank_too_low` (a private lobby's owner and moderators invite) or `banned`, "
            "404 `unknown_user`, `unknown_game`, `unknown_lobby` or `unknown_party`, 409 `already_invited`, "
            "`already_member`, `lobby_closed`, `party_full` or `too_many_invites`, "
            "422 `cannot_invite_oneself` or `game_not_for_two`, 429 `rate_limited`."
        ),
        request=serializers.Creation,
        responses={201: InviteInfo},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        user_id = identity(request).user_id
        services.check_may_invite(user_id=user_id, **read(serializers.InvitedTo, request.data))
        made = services.create(user_id=user_id, **read(serializers.Creation, request.data))
        return Response(made, status=201)


class One(APIView):
    """An invite that the caller has sent or received, with its status."""

    @extend_schema(responses=InviteInfo)
    def get(self, request: Request, invite_id: int) -> Response:
        return Response(selectors.shown_to(identity(request).user_id, invite_id))


class Accept(APIView):
    """Accept a received invite: the game starts, or the caller enters the lobby or the party.

    403 `not_yours_to_answer`, 409 `invite_not_pending` if it was answered, cancelled or has expired. For
    parties 409 `party_full` or `already_in_party`, for lobbies 409 `lobby_full` or 403 `banned`: the invite
    stays open.
    """

    @extend_schema(request=None, responses=InviteInfo)
    @idempotent
    def post(self, request: Request, invite_id: int) -> Response:
        return _answered(services.accept, request, invite_id)


class Decline(APIView):
    """Decline a received invite. 403 `not_yours_to_answer`, 409 `invite_not_pending`."""

    @extend_schema(request=None, responses=InviteInfo)
    def post(self, request: Request, invite_id: int) -> Response:
        return _answered(services.decline, request, invite_id)


class Cancel(APIView):
    """Cancel a sent invite. 403 `not_yours_to_answer`, 409 `invite_not_pending`."""

    @extend_schema(request=None, responses=InviteInfo)
    def post(self, request: Request, invite_id: int) -> Response:
        return _answered(services.cancel, request, invite_id)


class InviteToParty(APIView):
    """Invite somebody, as the leader.

    403 `cannot_invite`, `not_party_leader`, 404 `unknown_user`, `unknown_party`, 409 `already_invited`,
    `already_member`, `not_in_party`, `party_full`, `too_many_invites`, 422 `cannot_invite_oneself`,
    429 `rate_limited`.
    """

    @extend_schema(request=serializers.Invitee, responses={201: InviteInfo})
    @idempotent
    def post(self, request: Request) -> Response:
        party_id = parties.led_by(**_read(OwnParty, request))
        body = {**_read(serializers.Invitee, request), "party_id": party_id}
        return Response(services.create(**body), status=201)


class AcceptToParty(APIView):
    """Follow an invite into its party.

    404 `unknown_invite`, 409 `party_full`, `already_in_party` or `invite_not_pending`.
    """

    @extend_schema(request=serializers.InviteWanted, responses=PartyInfo)
    @idempotent
    def post(self, request: Request) -> Response:
        invite_id = selectors.find_party_invite(**_read(serializers.InviteWanted, request))
        services.accept(user_id=identity(request).user_id, invite_id=invite_id)
        return Response(parties.party_of(identity(request).user_id))


class DeclineToParty(APIView):
    """Decline an invite to a party. 404 `unknown_invite`, 409 `invite_not_pending`."""

    @extend_schema(request=serializers.InviteWanted, responses=InviteInfo)
    def post(self, request: Request) -> Response:
        invite_id = selectors.find_party_invite(**_read(serializers.InviteWanted, request))
        return Response(services.decline(user_id=identity(request).user_id, invite_id=invite_id))


def _answered(answer: Any, request: Request, invite_id: int) -> Response:
    return Response(answer(user_id=identity(request).user_id, invite_id=invite_id))


def _read(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """A request to invite, with the caller."""
    return {**read(shape, request.data), "user_id": identity(request).user_id}
