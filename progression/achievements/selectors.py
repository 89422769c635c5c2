"""Queries about achievements."""

from core.ids import UserId
from progression import selectors as progression
from progression.achievements import shapes
from progression.achievements.metrics import Metric
from progression.achievements.models import Achievement, Earned, Tally
from progression.achievements.shapes import Prize, Progress


def progress(user_id: UserId) -> list[Progress]:
    """Return all achievements with the user's progress; ``earned_at`` is None for those not yet earned."""
    counted = dict(Tally.objects.filter(player=user_id).values_list("metric", "count"))
    counted[Metric.LEVEL] = progression.player(user_id).level
    earned = dict(Earned.objects.filter(player=user_id).values_list("achievement", "at"))
    return [
        Progress(
            id=one.pk,
            code=one.code,
            name=one.name,
            description=one.description,
            goal=one.goal,
            progress=min(counted.get(one.metric, 0), one.goal),
            reward=Prize(xp=one.xp, gold=one.gold, gems=one.gems),
            earned_at=earned.get(one.pk),
        )
        for one in Achievement.objects.all()
    ]


def earned(user_id: UserId) -> list[shapes.Earned]:
    """Return the achievements that the user has earned, latest first."""
    rows = Earned.objects.filter(player=user_id).order_by("-at", "-pk")
    return [
        shapes.Earned(code=code, name=name, description=description, earned_at=at)
        for code, name, description, at in rows.values_list(
            "achievement__code", "achievement__name", "achievement__description", "at"
        )
    ]
