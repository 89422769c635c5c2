"""A user's player: created when first needed, its stats and its stamina."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from core.ids import UserId
from core.statements import Update, statement
from progression import ledger, selectors
from progression.events import StatsChanged
from progression.models import Player
from progression.refusals import NotEnoughStamina, NotEnoughStatPoints
from realtime.publishing import publish


def lock(*user_ids: UserId) -> None:
    """Lock these users' holdings until the transaction ends, in the order that avoids deadlocks."""
    ledger.lock(*user_ids)


def player(user_id: UserId) -> Player:
    """Return the user's player, created if missing; repair a stamina time in the future."""
    found = selectors.stored_players.first([user_id])
    if found is None:
        with transaction.atomic():
            return ledger.lock(user_id)[user_id]
    if found.stamina_at > timezone.now():
        return regenerate_stamina(user_id)
    return found


@transaction.atomic
def allocate_stats(user_id: UserId, *, points: Mapping[str, int]) -> Player:
    """Spend stat points on stats, by name; none is negative. Raises ``NotEnoughStatPoints``."""
    player = ledger.lock(user_id)[user_id]
    wanted = sum(points.values())
    if wanted > player.stat_points:
        raise NotEnoughStatPoints(f"You have {player.stat_points} stat points, not {wanted}.")
    player.stat_points -= wanted
    for stat, count in points.items():
        setattr(player, stat, getattr(player, stat) + count)
    player.save(update_fields=["stat_points", *points])
    publish(StatsChanged(user_id=user_id))
    return player


@transaction.atomic
def regenerate_stamina(user_id: UserId) -> Player:
    """Store the user's stamina as of now."""
    player = ledger.lock(user_id)[user_id]
    player.stamina, player.stamina_at = selectors.stamina(player, timezone.now())
    _save_stamina.later(user_id, player.stamina, player.stamina_at)
    return player


@statement
def _save_stamina(user_id: UserId, stamina: Decimal, stamina_at: datetime) -> Update:
    return Update(Player.objects.filter(pk=user_id), stamina=stamina, stamina_at=stamina_at)


@transaction.atomic
def spend_stamina(user_id: UserId, *, amount: int, cause: str, key: str = "") -> int:
    """Spend stamina and return the remainder. A repeated ``key`` spends nothing.

    Raises ``NotEnoughStamina``.
    """
    if amount < 0:
        raise ValueError("Stamina is not given back by spending")
    player = ledger.lock(user_id)[user_id]
    before = ledger.receipt(player, key)
    if before is not None:
        return int(before["left"])
    value, at = selectors.stamina(player, timezone.now())
    if value < amount:
        raise NotEnoughStamina(
            f"It takes {amount} stamina, and you have {int(value)}.",
            details={"stamina": int(value), "needed": amount},
        )
    _save_stamina.later(user_id, value - amount, at)
    left = int(value - amount)
    ledger.store_receipt(player, key, {"cause": cause, "left": left})
    return left
