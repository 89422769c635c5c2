"""REST routes of leaderboards: those that apps declare, and the ratings of each game."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from accounts.authentication import identity
from competition import boards, selectors, shapes
from competition.boards import Leaderboard as Board
from core import paging, replica
from core.ids import UserId
from core.keysets import keyset_page, page_of
from core.parsers import read
from core.shapes import Page
from game import leaderboards as ratings
from game.author import catalogue
from game.serializers import StrictChoice
from game.shapes import LeaderboardRow


class Wanted(serializers.Serializer[Any]):
    """The part of a leaderboard to return."""

    around = StrictChoice(
        ["me"], required=False, allow_blank=True, help_text="The page with the caller in it"
    )


class Leaderboards(APIView):
    """The leaderboards that apps declare."""

    @extend_schema(
        operation_id="api_leaderboards_list",
        description="Those of games, by rating, go by the names in the catalogue.",
        responses=list[shapes.BoardShape],
    )
    def get(self, request: Request) -> Response:
        return Response([selectors.shown_board(board) for board in boards.declared()])


class Leaderboard(APIView):
    """A ranking: the scores of a declared leaderboard, or the ratings of a game, the best first."""

    @extend_schema(
        description=(
            "`around=me` gives the page around the caller, or the first for who is not in it yet. "
            "404 `unknown_game`, 422 `unknown_period`."
        ),
        parameters=[
            Wanted,
            OpenApiParameter(
                "period",
                str,
                description="Of a declared leaderboard: `current`, `previous`, or by its name, as `2026-W48`",
            ),
            *paging.PAGE_PARAMETERS,
        ],
        responses=Page[LeaderboardRow],
    )
    def get(self, request: Request, name: str) -> Response:
        wanted = read(Wanted, request.query_params.dict())
        user_id = identity(request).user_id
        board = boards.find(name)
        with replica.reads(user_id):
            if board is not None:
                return self._of_board(board, user_id, is_around=bool(wanted.get("around")))
            return self._of_game(catalogue.get(name).name, user_id, is_around=bool(wanted.get("around")))

    def _of_board(self, board: Board, user_id: UserId, *, is_around: bool) -> Response:
        period = selectors.period(board, self.request.query_params.get("period", ""))

        def show(rows: Any) -> list[LeaderboardRow]:
            return selectors.ranked(board, period, rows)

        if is_around and not self.request.query_params.get("cursor"):
            limit = paging.CursorPagination().get_page_size(self.request)
            found = selectors.around(board, period, user_id=user_id, limit=limit)
            return page_of(self, found, ordering=board.ordering, show=show)
        scores = selectors.scores(board, period)
        return keyset_page(self, scores, ordering=board.ordering, show=show)

    def _of_game(self, game: str, user_id: UserId, *, is_around: bool) -> Response:
        limit = paging.CursorPagination().get_page_size(self.request)
        if is_around:
            page = ratings.page_around(game, user_id=user_id, limit=limit)
        else:
            page = ratings.page(game, limit=limit, cursor=self.request.query_params.get("cursor"))
        here = remove_query_param(self.request.build_absolute_uri(), "around")

        def link(to: str | None) -> str | None:
            return None if to is None else replace_query_param(here, "cursor", to)

        return Response(Page(next=link(page.next), previous=link(page.previous), results=page.rows))
