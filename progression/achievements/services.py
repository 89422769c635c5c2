"""Count metrics and grant each achievement once."""

from django.db import transaction
from django.db.models import F
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest

from progression import services as progression
from progression.achievements.events import AchievementEarned
from progression.achievements.metrics import Metric
from progression.achievements.models import Achievement, Earned, Tally
from realtime.publishing import publish


@transaction.atomic
def record(user_id: int, *, metric: Metric, amount: int = 1) -> None:
    """Add ``amount`` to the user's count and grant the achievements that this reaches.

    Call it last among changes of the player in a transaction: granting changes the player too. If an operator
    lowers a goal below what players have reached, they get it with the next count.
    """
    if amount < 1:
        raise ValueError("A tally only rises")
    _count(user_id, metric, amount, F("count") + amount)


@transaction.atomic
def reach(user_id: int, *, metric: Metric, value: int) -> None:
    """Like :func:`record`, for metrics that count the highest value so far, such as levels."""
    _count(user_id, metric, value, Greatest(F("count"), value))


def _count(user_id: int, metric: Metric, first: int, then: Combinable) -> None:
    """Create the tally with ``first`` or set it to ``then``, and grant the achievements that this reaches."""
    progression.lock(user_id)
    tally = Tally.objects.filter(player=user_id, metric=metric)
    if not tally.update(count=then):
        Tally.objects.create(player_id=user_id, metric=metric, count=first)
    reached = Tally.objects.filter(player=user_id, metric=metric).values("count")
    due = Achievement.objects.filter(metric=metric, goal__lte=reached).exclude(earned__player=user_id)
    # Queried again each time, because one reward may bring a level that earns the next.
    while achievement := due.first():
        Earned.objects.create(player_id=user_id, achievement=achievement)
        progression.grant(
            user_id,
            xp=achievement.xp,
            gold=achievement.gold,
            gems=achievement.gems,
            cause="achievement",
            key=f"achievement:{achievement.code}",
        )
        publish(
            AchievementEarned(
                user_id=user_id,
                achievement_id=achievement.pk,
                code=achievement.code,
                name=achievement.name,
                description=achievement.description,
                xp=achievement.xp,
                gold=achievement.gold,
                gems=achievement.gems,
            )
        )
