"""Writes of leaderboards."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from competition import selectors
from competition.models import Score
from competition.rules import MAX_SCORE, Board
from competition.shapes import Placed
from core.ids import UserId
from core.refusals import Invalid
from core.statements import Insert, Statement, statement


def _submitting(change: Callable[[Any], Any]) -> Statement[[str, str, UserId, int], tuple[Any, ...]]:
    @statement
    def submit(board: str, period: str, user_id: UserId, score: int) -> Insert:
        return Insert(
            Score,
            board=board,
            period=period,
            user=user_id,
            score=score,
            conflict=("board", "period", "user"),
            update={"score": change(score)},
            returning=("score",),
        )

    return submit


_SUBMIT = {
    ("asc", "best"): _submitting(lambda score: Least(F("score"), score)),
    ("desc", "best"): _submitting(lambda score: Greatest(F("score"), score)),
    "last": _submitting(lambda score: score),
    "sum": _submitting(lambda score: F("score") + score),
}


@transaction.atomic
def submit(board: Board, *, user_id: UserId, score: int) -> Placed:
    """Enter a score in the current period; return the score that counts, and its rank.

    Raises ``Invalid`` for a score, or a sum, of more than 53 bits.
    """
    period = selectors.period(board)
    counts = _submitted(board, period, user_id, score)
    rank = selectors.rank(board, period, score=counts)
    return Placed(board=board.name, period=period, score=counts, rank=rank)


def _submitted(board: Board, period: str, user_id: UserId, score: int) -> int:
    _check(score)
    which: Any = (board.order, "best") if board.keep == "best" else board.keep
    ((counts,),) = _SUBMIT[which](board.name, period, user_id, score)
    _check(counts)
    return int(counts)


@transaction.atomic
def merge(boards: Iterable[Board], *, kept_id: UserId, former_id: UserId) -> None:
    """Give a user the scores of a former account on these boards, as if they were submitted in their periods.

    Of a board that keeps the last score, the kept account's stays.
    """
    by_name = {board.name: board for board in boards}
    scores = Score.objects.filter(user=former_id, board__in=by_name)
    for row in scores:
        board = by_name[row.board]
        own = Score.objects.filter(board=row.board, period=row.period, user=kept_id)
        if board.keep != "last" or not own.exists():
            _submitted(board, row.period, kept_id, row.score)
    scores.delete()


def _check(score: int) -> None:
    if abs(score) > MAX_SCORE:
        raise Invalid("The score is too large.", details={"score": ["At most 53 bits."]})
