"""REST routes of lobbies and their moderation."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.authentication import identity
from chat import selectors, serializers, services, shapes
from chat.events import LobbyId
from core import paging
from core.idempotency import idempotent
from core.ids import UserId
from core.parsers import read, read_all
from core.shapes import Page
from game import selectors as games


def _one(user_id: UserId, lobby_id: LobbyId, status: int = 200) -> Response:
    return Response(selectors.lobby_with_members(user_id, lobby_id), status=status)


class Lobbies(APIView):
    """Lobbies: public ones, and those the caller is a member of."""

    @extend_schema(
        operation_id="api_lobbies_list",
        parameters=[serializers.LobbiesWanted, *paging.PAGE_PARAMETERS],
        responses=Page[shapes.OneLobby],
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        wanted = read(serializers.LobbiesWanted, request.query_params.dict())
        user_id = identity(request).user_id
        conditions = []
        public = wanted.get("public")
        if public is not None:
            conditions.append(Q(is_public=public))
        if wanted.get("status"):
            conditions.append(Q(status=wanted["status"]))
        if wanted.get("search"):
            conditions.append(Q(name__icontains=wanted["search"]) | Q(title__icontains=wanted["search"]))
        # The caller sees only private lobbies they belong to, so this filter avoids scanning all lobbies.
        if wanted.get("mine") or public is False:
            conditions.append(Q(memberships__user_id=user_id))
        lobbies: Any = paging.Listed(selectors.lobbies_visible_to, user_id)
        if conditions:
            lobbies = selectors.lobbies_visible_to.queryset(user_id).filter(*conditions)
        return paging.page(self, lobbies, ordering="-created_at", show=selectors.shown_lobbies)

    @extend_schema(
        description=(
            "Open a lobby and own it. Any text is taken as `name`: the slug of it is the lobby's name, the "
            "text its title. 403 `premium_required`, 404 `unknown_game`, 409 `lobby_name_taken`, "
            "`too_many_lobbies`."
        ),
        request=serializers.NewLobby,
        responses={201: shapes.LobbyWithMembers},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        user_id = identity(request).user_id
        selectors.check_may_open(user_id)
        lobby = services.create_lobby(user_id=user_id, **read(serializers.NewLobby, request.data))
        return _one(user_id, lobby.pk, status=201)


class OneLobby(APIView):
    """A lobby."""

    @extend_schema(
        operation_id="api_lobbies_retrieve",
        description="404 `unknown_lobby`; 403 `not_a_member` if it is private.",
        responses=shapes.LobbyWithMembers,
    )
    def get(self, request: Request, lobby_id: LobbyId) -> Response:
        return _one(identity(request).user_id, lobby_id)

    @extend_schema(
        description="Update it, as the owner. 403 `owner_only`, 409 `lobby_full` below its member count.",
        request=serializers.LobbyChanges,
        responses=shapes.LobbyWithMembers,
    )
    def patch(self, request: Request, lobby_id: LobbyId) -> Response:
        user_id = identity(request).user_id
        selectors.check_owner(lobby_id, user_id)
        changes = read(serializers.LobbyChanges, request.data)
        services.edit_lobby(actor_id=user_id, lobby_id=lobby_id, changes=changes)
        return _one(user_id, lobby_id)

    @extend_schema(description="Close it permanently, as the owner. 403 `owner_only`.", responses={204: None})
    def delete(self, request: Request, lobby_id: LobbyId) -> Response:
        services.close_lobby(actor_id=identity(request).user_id, lobby_id=lobby_id)
        return Response(status=204)


class Join(APIView):
    """Membership of a lobby."""

    @extend_schema(
        description=(
            "Become a member; again, it changes nothing. 403 `banned`, `invitation_needed` (it is private), "
            "409 `lobby_full`, `lobby_closed`."
        ),
        request=None,
        responses=shapes.LobbyWithMembers,
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        user_id = identity(request).user_id
        services.join_lobby(user_id=user_id, lobby_id=lobby_id)
        return _one(user_id, lobby_id)


class Leave(APIView):
    """Leave a lobby."""

    @extend_schema(
        description="Ownership passes to a moderator, else the oldest member; an empty lobby is closed.",
        request=None,
        responses=shapes.Left,
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        has_left = services.leave_lobby(user_id=identity(request).user_id, lobby_id=lobby_id)
        return Response(shapes.Left(status="left" if has_left else "not_a_member"))


class Start(APIView):
    """Start a game in a lobby."""

    @extend_schema(
        description=(
            "The owner starts a game; present members get seats first. "
            "Until it is over, starting it again gives the same game. "
            "403 `owner_only`, 404 `unknown_game`, 409 `not_enough_players`, `too_many_games`, "
            "422 `no_game_chosen`, `invalid_options`."
        ),
        request=serializers.Start,
        responses=shapes.Started,
    )
    @idempotent
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        user_id = identity(request).user_id
        selectors.check_owner(lobby_id, user_id)
        body = read_all(serializers.Start, request.data)
        game_id = services.start_game(actor_id=user_id, lobby_id=lobby_id, **body)
        return Response(shapes.Started(game_id=game_id, ws_url=games.ws_url(game_id)))


def _done(
    act: Callable[..., None], request: Request, lobby_id: LobbyId, shape: type[Serializer[Any]]
) -> Response:
    """Call a moderation service with the validated body; the caller must be a moderator."""
    user_id = identity(request).user_id
    selectors.check_may_moderate(user_id, lobby_id)
    act(actor_id=user_id, lobby_id=lobby_id, **read(shape, request.data))
    return Response(status=204)


class Kick(APIView):
    """Kick a member."""

    @extend_schema(
        description="The member may rejoin. 403 `rank_too_low`, 404 `unknown_member`.",
        request=serializers.Reasoned,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        return _done(services.kick, request, lobby_id, serializers.Reasoned)


class Ban(APIView):
    """Ban a user."""

    @extend_schema(
        description="Permanently, or until a future time. 403 `rank_too_low`, 404 for an unknown user.",
        request=serializers.Timed,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        return _done(services.ban, request, lobby_id, serializers.Timed)


class Unban(APIView):
    """Lift a ban."""

    @extend_schema(
        description="Without a ban it changes nothing. 403 `rank_too_low`.",
        request=serializers.Target,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        return _done(services.unban, request, lobby_id, serializers.Target)


class Mute(APIView):
    """Mute a member."""

    @extend_schema(
        description="For ten minutes, or until a future time. 403 `rank_too_low`, 404 `unknown_member`.",
        request=serializers.Timed,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        return _done(services.mute, request, lobby_id, serializers.Timed)


class Unmute(APIView):
    """Lift a mute."""

    @extend_schema(
        description="Without a mute it changes nothing. 403 `rank_too_low`, 404 `unknown_member`.",
        request=serializers.Target,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        return _done(services.unmute, request, lobby_id, serializers.Target)


class Sanctions(APIView):
    """Bans and mutes in force."""

    @extend_schema(
        description="For the owner and moderators, newest first. 403 `rank_too_low`.",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.OneSanction],
    )
    def get(self, request: Request, lobby_id: LobbyId) -> Response:
        selectors.check_may_moderate(identity(request).user_id, lobby_id)
        return paging.page(
            self, selectors.sanctions(lobby_id), ordering="-pk", show=selectors.shown_sanctions
        )


class Moderators(APIView):
    """The lobby's moderators."""

    @extend_schema(
        description="Appoint one, as the owner. 403 `owner_only` or `not_a_member`, 404 `unknown_member`.",
        request=serializers.Target,
        responses={204: None},
    )
    def post(self, request: Request, lobby_id: LobbyId) -> Response:
        user_id = identity(request).user_id
        selectors.check_owner(lobby_id, user_id)
        services.appoint(actor_id=user_id, lobby_id=lobby_id, **read(serializers.Target, request.data))
        return Response(status=204)

    @extend_schema(
        description=(
            "Dismiss one, as the owner, given in the body or the query. 403 `owner_only` or `not_a_member`, "
            "404 `unknown_member`."
        ),
        parameters=[OpenApiParameter("user_id", int)],
        request=serializers.Target,
        responses={204: None},
    )
    def delete(self, request: Request, lobby_id: LobbyId) -> Response:
        user_id = identity(request).user_id
        selectors.check_owner(lobby_id, user_id)
        asked = dict(request.data)
        named = request.query_params.get("user_id", "")
        if named.isascii() and named.isdigit() and len(named) < 19:
            asked.setdefault("user_id", int(named))
        body = read(serializers.Target, asked)
        services.dismiss(actor_id=user_id, lobby_id=lobby_id, **body)
        return Response(status=204)
