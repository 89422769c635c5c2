"""Queries about leaderboards."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from competition import rules
from competition.models import Score
from competition.refusals import UnknownPeriod
from competition.rules import Board
from competition.shapes import BoardShape
from core.ids import UserId
from core.keysets import Slice, rows_after, rows_before
from game.shapes import LeaderboardRow, RankedUser


def period(board: Board, asked: str = "current") -> str:
    """Return the period that ``current``, ``previous`` or a period's own name stand for.

    Raises ``UnknownPeriod``.
    """
    today = timezone.now().date()
    match asked:
        case "" | "current":
            return rules.period_at(board.reset, today)
        case "previous" if board.reset != "never":
            return rules.previous_period(board.reset, today)
    if not rules.is_period(board.reset, asked):
        raise UnknownPeriod("There is no such period.", details={"period": [f"{board.reset} periods."]})
    return asked


def scores(board: Board, period: str) -> QuerySet[Score]:
    """Return the scores of a period."""
    return Score.objects.filter(board=board.name, period=period).select_related("user")


def around(board: Board, period: str, *, user_id: UserId, limit: int) -> Slice:
    """Return so many scores with the user's in the middle, or the first ones if the user has none."""
    found = scores(board, period)
    mine = found.filter(user=user_id).first()
    if mine is None:
        first = list(found.order_by(*board.ordering)[: limit + 1])
        return Slice(first[:limit], has_previous=False, has_next=len(first) > limit)
    position = (mine.score, mine.user_id)
    above = rows_before(found, board.ordering, position, limit // 2 + 1)
    kept = above[-(limit // 2) :] if limit > 1 else []
    below = rows_after(found, board.ordering, position, limit - len(kept))
    rows = [*kept, mine, *below]
    return Slice(rows[:limit], has_previous=len(above) > len(kept), has_next=len(rows) > limit)


def rank(board: Board, period: str, *, score: int) -> int:
    """Return the rank of a score: one more than the number of better ones."""
    better = "lt" if board.order == "asc" else "gt"
    return 1 + Score.objects.filter(board=board.name, period=period, **{f"score__{better}": score}).count()


def ranked(board: Board, period: str, rows: Sequence[Score]) -> list[LeaderboardRow]:
    """Return adjacent scores with their ranks, as shown to everybody."""
    if not rows:
        return []
    place = rank(board, period, score=rows[0].score)
    # Rows of the first one's score that stand before it share its rank.
    before = {"user__lt": rows[0].user_id, "score": rows[0].score}
    first = place + Score.objects.filter(board=board.name, period=period, **before).count()
    shown = []
    for number, row in enumerate(rows):
        if number and row.score != rows[number - 1].score:
            place = first + number
        user = RankedUser(id=row.user_id, username=row.user.username)
        shown.append(LeaderboardRow(rank=place, user=user, score=row.score))
    return shown


def shown_board(board: Board) -> BoardShape:
    """Return a leaderboard as shown to everybody."""
    today = timezone.now().date()
    return BoardShape(
        name=board.name,
        title=board.title or board.name,
        order=board.order,
        keep=board.keep,
        reset=board.reset,
        period=rules.period_at(board.reset, today),
        ends_at=rules.period_ends(board.reset, today),
    )
