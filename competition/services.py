"""Writes of leaderboards."""

from collections.abc import Callable
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
    _check(score)
    which: Any = (board.order, "best") if board.keep == "best" else board.keep
    ((counts,),) = _SUBMIT[which](board.name, period, user_id, score)
    _check(counts)
    rank = selectors.rank(board, period, score=counts)
    return Placed(board=board.name, period=period, score=counts, rank=rank)


def _check(score: int) -> None:
    if abs(score) > MAX_SCORE:
        raise Invalid("The score is too large.", details={"score": ["At most 53 bits."]})
