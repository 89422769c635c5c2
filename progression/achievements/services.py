"""Count metrics and grant each achievement once."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest

from core.ids import UserId
from core.statements import Insert, Statement, statement
from progression import services as progression
from progression.achievements.events import AchievementEarned
from progression.achievements.metrics import Metric
from progression.achievements.models import Achievement, Earned, Tally
from realtime.publishing import publish


@statement
def _add(user_id: UserId, metric: str, amount: int) -> Insert:
    return _tally(user_id, metric, amount, F("count") + amount)


@statement
def _raise(user_id: UserId, metric: str, value: int) -> Insert:
    return _tally(user_id, metric, value, Greatest(F("count"), value))


def _tally(user_id: UserId, metric: str, first: int, then: Any) -> Insert:
    return Insert(
        Tally,
        player=user_id,
        metric=metric,
        count=first,
        conflict=("player", "metric"),
        update={"count": then},
    )


@statement
def _due(user_id: UserId, metric: str) -> QuerySet[Achievement]:
    reached = Tally.objects.filter(player=user_id, metric=metric, count__gte=OuterRef("goal"))
    return Achievement.objects.filter(Exists(reached), metric=metric).exclude(earned__player=user_id)


@statement
def _earn(user_id: UserId, achievement_id: int) -> Insert:
    return Insert(Earned, player=user_id, achievement=achievement_id, conflict=("player", "achievement"))


@transaction.atomic(savepoint=False)
def record(user_id: UserId, *, metric: Metric, amount: int = 1) -> None:
    """Add ``amount`` to the user's count and grant the achievements that this reaches.

    Call it last among changes of the player in a transaction: granting changes the player too. If an operator
    lowers a goal below what players have reached, they get it with the next count.
    """
    progression.lock(user_id)
    record_locked(user_id, metric=metric, amount=amount)


@transaction.atomic(savepoint=False)
def record_locked(user_id: UserId, *, metric: Metric, amount: int = 1) -> None:
    """Like :func:`record`, in a transaction that has locked the player."""
    if amount < 1:
        raise ValueError("A tally only rises")
    _count(_add, user_id, metric, amount)


@transaction.atomic(savepoint=False)
def reach(user_id: UserId, *, metric: Metric, value: int) -> None:
    """Like :func:`record`, for metrics that count the highest value so far, such as levels."""
    progression.lock(user_id)
    _count(_raise, user_id, metric, value)


def _count(tally: Statement[..., tuple[Any, ...]], user_id: UserId, metric: Metric, amount: int) -> None:
    """Change the tally, and grant the achievements that this reaches."""
    tally.later(user_id, metric, amount)
    for achievement in _due(user_id, metric):
        if not _earn.count(user_id, achievement.pk):
            continue  # the reward of an earlier one brought a level that earned it
        progression.grant(
            user_id,
            xp=achievement.xp,
            gold=achievement.gold,
            gems=achievement.gems,
            cause="achievement",
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


@transaction.atomic
def merge(*, kept_id: UserId, former_id: UserId) -> None:
    """Join the achievements and counts of two players of one person.

    Nothing is granted: a goal that only both together have reached is earned with the next count.
    """
    progression.lock(kept_id, former_id)
    has = Earned.objects.filter(player=kept_id).values("achievement")
    Earned.objects.filter(player=former_id).exclude(achievement__in=has).update(player=kept_id)
    for tally in Tally.objects.filter(player=former_id, count__gt=0):
        (_raise if tally.metric == Metric.LEVEL else _add).count(kept_id, tally.metric, tally.count)
    Tally.objects.filter(player=former_id).delete()
