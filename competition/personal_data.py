"""Personal data in competition."""

from typing import Any

from competition import boards, services
from competition.models import Score
from core.ids import UserId
from core.personal_data import erases, exports, merges


@exports("leaderboards")
def scores(user_id: UserId) -> list[dict[str, Any]]:
    rows = Score.objects.filter(user=user_id).order_by("board", "period")
    return [{"board": row.board, "period": row.period, "score": row.score} for row in rows]


@erases
def forget(user_id: UserId) -> None:
    """Take the user off all leaderboards."""
    Score.objects.filter(user=user_id).delete()


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Join the scores."""
    services.merge(boards.declared(), kept_id=kept_id, former_id=former_id)
