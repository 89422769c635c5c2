"""Personal data of battles; it is deleted with the account's row."""

from accounts.refusals import StillPlaying
from core.ids import UserId
from core.personal_data import exports, merges
from game.battles import selectors, shapes
from game.battles.models import Battle, Fighter


@exports("battles")
def battles(user_id: UserId) -> list[shapes.PastBattle]:
    """Return the user's finished battles."""
    return [selectors.past_battle(fighter) for fighter in selectors.past_battles(user_id).order_by("pk")]


@merges
def take_over(kept_id: UserId, former_id: UserId) -> None:
    """Move finished battles, with loot that was not claimed yet. Raises ``StillPlaying``."""
    parts = Fighter.objects.filter(user=former_id)
    if parts.exclude(battle__state__in=Battle.OVER).exists():
        raise StillPlaying("The other account is in a battle that has not ended.")
    own = Fighter.objects.filter(user=kept_id).values("battle")
    parts.exclude(battle__in=own).update(user=kept_id)
