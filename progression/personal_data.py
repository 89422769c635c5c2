"""Personal data in progression."""

from typing import Any

from core.ids import UserId
from core.personal_data import erases, exports, merges
from progression import merging, selectors, shapes
from progression.models import Entry, Player


@exports("player")
def player(user_id: UserId) -> dict[str, Any]:
    found = selectors.player(user_id)
    return {
        "level": found.level,
        "xp": found.xp,
        "gold": found.gold,
        "gems": found.gems,
        "currencies": selectors.declared_money(user_id),
        "stat_points": found.stat_points,
        "stats": found.stats._asdict(),
    }


@exports("inventory")
def inventory(user_id: UserId) -> list[shapes.InventoryRow]:
    return selectors.shown_stacks(selectors.inventory(user_id).order_by("pk"))


@exports("pets")
def pets(user_id: UserId) -> list[shapes.PetShape]:
    return selectors.shown_pets(selectors.pets(user_id).order_by("pk"))


@exports("ledger")
def ledger(user_id: UserId) -> list[dict[str, Any]]:
    """Export all movements of money and items."""
    rows = Entry.objects.filter(player=user_id).order_by("pk")
    fields = ("currency", "item__name", "amount", "balance", "cause", "created_at")
    return [dict(row) for row in rows.values(*fields)]


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Move all holdings through the ledger; the former player's entries stay."""
    merging.take_over(kept_id=kept_id, former_id=former_id)


@erases
def forget(user_id: UserId) -> None:
    """Delete the player with all holdings and entries, so that the books still balance."""
    Player.objects.filter(pk=user_id).delete()
