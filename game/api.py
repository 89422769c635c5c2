"""HTTP routes of games and their replays."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors as accounts
from accounts.authentication import identity
from core import limits, paging, replica
from core.fast_path import at_once
from core.idempotency import idempotent
from core.ids import UserId
from core.parsers import fields, read, refuse_unknown
from core.refusals import Invalid
from core.shapes import Page
from core.typed import typed
from core.views import AtDoor, OpenView
from game import (
    catalogue_json,
    player_ratings,
    replays,
    selectors,
    serializers,
    services,
    shapes,
)
from game.author import catalogue
from game.models import Game
from game.records import TakenSeat
from game.refusals import NoSpectators

CHAT_SHOWN = 100
METADATA = "metadata."


class Catalogue(APIView):
    """All games that this server offers."""

    @extend_schema(operation_id="api_games_catalog", responses=list[shapes.CatalogueEntry])
    @at_once(lambda who, _: catalogue_json.body())
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(catalogue_json.body(), content_type="application/json")


class Games(APIView):
    """Games created on this server."""

    @extend_schema(
        operation_id="api_games_list",
        description=(
            "Public games and the caller's own, newest first. With `open=1`, those that the caller can join; "
            "`metadata.<key>=<value>` then leaves those whose `metadata` has this value. 422 for an unknown "
            "state, game or key."
        ),
        parameters=[serializers.GamesWanted, *paging.PAGE_PARAMETERS],
        responses=Page[shapes.OneGame],
    )
    def get(self, request: Request) -> Response:
        given = request.query_params.dict()
        wanted = read(serializers.GamesWanted, given)
        user_id = identity(request).user_id
        metadata = {key[len(METADATA) :]: given[key] for key in given if key.startswith(METADATA)}
        if wanted.get("open"):
            names = [selectors.known(wanted["game"])] if wanted.get("game") else selectors.offered()
            found = selectors.open_games(user_id, selectors.with_metadata(names, metadata))
            return paging.page(self, found, ordering="-created_at", show=selectors.shown_games)
        if metadata:
            raise Invalid("Only open=1 takes metadata.", details={"open": ["Set it to 1 for metadata."]})
        rows = selectors.games_of if wanted.get("mine") else selectors.games_visible_to
        games: Any = paging.Listed(rows, user_id, selectors.offered())
        conditions: dict[str, Any] = {}
        if wanted.get("state"):
            conditions["state"] = wanted["state"]
        if wanted.get("game"):
            conditions["name"] = selectors.known(wanted["game"])
        if wanted.get("player"):
            conditions["pk__in"] = selectors.game_ids_of(wanted["player"])
        if wanted.get("rated") is not None:
            conditions["rated"] = wanted["rated"]
        if conditions:
            games = rows.queryset(user_id, selectors.offered()).filter(**conditions)
        with replica.reads(user_id):
            return paging.page(self, games, ordering="-created_at", show=selectors.shown_games)

    @extend_schema(
        description=(
            "Make a game: against bots in all other seats, or with free seats for who joins by its id. "
            "404 `unknown_game`, 409 `too_many_games`, 422 `invalid_options`, 429 `rate_limited` for "
            "more than 60 at once, or then one a second, 503 `maintenance`."
        ),
        request=serializers.NewGame,
        responses={201: shapes.OwnGame},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        user_id = identity(request).user_id
        limits.knock(limits.NEW_GAME, request, account=str(user_id))
        body = read(serializers.NewGame, request.data)
        beside = _options_beside(body["game"], dict(request.data))
        refuse_unknown(request.data, known={*fields(serializers.NewGame), *beside})
        wanted: dict[str, Any] = {
            "user_id": user_id,
            "name": body["game"],
            "private": body["private"],
            "options": beside | body.get("options", {}),
        }
        if "opponent" in body:
            game = services.create_against_bot(**wanted, level=body["level"])
        else:
            game = services.create_open(**wanted, bots=body["bots"], seats=body.get("seats"))
        return Response(selectors.own_game(user_id, game), status=201)


def _options_beside(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the game's own options from the fields of the body."""
    options = [field.encode_name for field in msgspec.structs.fields(catalogue.get(name).Options)]
    own = fields(serializers.NewGame)
    return {option: data[option] for option in options if option in data and option not in own}


class OneGame(APIView):
    """One game."""

    @extend_schema(
        operation_id="api_games_retrieve",
        description=(
            "404 `unknown_match`: there is none, or it is private, others play it and it has no free seat."
        ),
        responses=shapes.OneGame,
    )
    def get(self, request: Request, game_id: UUID) -> Response:
        game, seats = selectors.game_visible_to(identity(request).user_id, game_id)
        return Response(selectors.shown_game(game, seats))


class Now(OpenView):
    """Life on the server; needs no sign-in."""

    @extend_schema(
        description="How many are online and play, and the replay of the day.", responses=shapes.Now
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.now())


class Invitation(OpenView):
    """The game and host behind an invitation link; needs no sign-in."""

    throttle_classes = (AtDoor,)
    door = limits.INVITATION

    @extend_schema(
        description="404 `unknown_match`: there is none, or it has no free seat.",
        responses=shapes.Invitation,
    )
    def get(self, request: Request, game_id: UUID) -> Response:
        return Response(selectors.invitation(game_id))


class Join(APIView):
    """Join a game with a free seat."""

    @extend_schema(
        description=(
            "Take a free seat; again, it is the same one. `game_id` may also be a private game's `code`. "
            "404 `unknown_match`, 409 `game_full`, 429 after many codes."
        ),
        request=None,
        responses=shapes.OwnGame,
    )
    def post(self, request: Request, game_id: str) -> Response:
        user_id = identity(request).user_id
        if (known := as_uuid(game_id)) is not None:
            game = services.join(user_id=user_id, game_id=known)
        else:
            limits.knock(limits.GAME_CODE, request, account=str(user_id))
            game = services.join_by_code(user_id=user_id, code=game_id)
        return Response(selectors.own_game(user_id, game))


def as_uuid(text: str) -> UUID | None:
    """Return the id that the text is, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


class Chat(APIView):
    """The latest chat messages of a game."""

    @extend_schema(
        operation_id="api_games_chat",
        description="The last 100 messages, oldest first. 403 `no_spectators`, 404 `unknown_match`.",
        responses=list[shapes.ChatLine],
    )
    def get(self, request: Request, game_id: UUID) -> Response:
        game, seats = _watchable(request, game_id)
        return Response(selectors.chat(game, seats, most=CHAT_SHOWN))


class Spectators(APIView):
    """The users who watch a game."""

    @extend_schema(
        description="403 `no_spectators`, 404 `unknown_match`.",
        responses=shapes.Spectators,
    )
    def get(self, request: Request, game_id: UUID) -> Response:
        game, seats = _watchable(request, game_id)
        return Response(selectors.spectators(game.pk, seats))


def _watchable(request: Request, game_id: UUID) -> tuple[Game, list[TakenSeat]]:
    """Return a game that the caller plays or may watch. Raises ``NoSpectators`` and ``UnknownMatch``."""
    user_id = identity(request).user_id
    game, seats = selectors.game_visible_to(user_id, game_id)
    may_watch = catalogue.get(game.name).spectators and not game.private
    if not may_watch and not selectors.has_seat(seats, user_id):
        raise NoSpectators
    return game, seats


class Replay(APIView):
    """All inputs of a game."""

    throttle_classes = (AtDoor,)
    door = limits.REPLAY

    @extend_schema(
        description=(
            "Seed, options and inputs, from which the rules rebuild the final state exactly. Of a running "
            "game the inputs and views so far, without the seed. 403 `no_spectators`, 404 `unknown_match`, "
            "`journal_deleted` if its moves are no longer kept, 409 `game_running` for a running game that "
            "hides something, 429 `rate_limited` for more than 30 replays at once, or then one a second."
        ),
        parameters=[serializers.ReplayWanted],
        responses=shapes.Replay,
    )
    def get(self, request: Request, game_id: UUID) -> Response:
        wanted = read(serializers.ReplayWanted, request.query_params.dict())
        user_id = identity(request).user_id
        game, seats = selectors.game_visible_to(user_id, game_id)
        return Response(
            replays.replay_of(game, seats, viewer_id=user_id, with_views=bool(wanted.get("views")))
        )


class Pgn(APIView):
    """A finished game in portable game notation."""

    throttle_classes = (AtDoor,)
    door = limits.REPLAY

    @extend_schema(
        description=(
            "A PGN file. 404 `unknown_match`, `journal_deleted`, `no_notation` for a game that has no such "
            "notation; 409 `game_running`; 429 `rate_limited`, counted with the replays."
        ),
        responses={(200, "application/x-chess-pgn"): str},
    )
    def get(self, request: Request, game_id: UUID) -> HttpResponse:
        user_id = identity(request).user_id
        game, seats = selectors.game_visible_to(user_id, game_id)
        replay = replays.replay_of(game, seats, viewer_id=user_id)
        return HttpResponse(
            replays.pgn(replay, begun_at=game.created_at),
            content_type="application/x-chess-pgn; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{game_id}.pgn"'},
        )


class Ratings(APIView):
    """A user's ratings."""

    @typed
    def get(self, request: Request, user_id: UserId) -> list[shapes.PlayerRating]:
        """The rating at each game, most played first, with its course. Guests have none. 404 `not_found`."""
        return player_ratings.of_user(accounts.by_id(user_id).pk)
