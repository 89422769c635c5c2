"""Personal data of fights; it is deleted with the characters."""

from typing import Any

from django.db.models import Q

from accounts.refusals import StillPlaying
from core.ids import UserId
from core.personal_data import exports, merges
from world.combat import selectors
from world.combat.models import Reward


@exports("combats")
def combats(user_id: UserId) -> list[dict[str, Any]]:
    """Return the finished fights of the user's characters."""
    return [
        {
            "combat_id": combat.pk,
            "attacker": combat.attacker.name,
            "defender": combat.defender.name,
            "won": combat.winner is not None and combat.winner.owner_id == user_id,
            "reason": combat.reason,
            "began_at": combat.began_at,
            "ended_at": combat.ended_at,
        }
        for combat in selectors.finished(user_id)
    ]


@merges
def take_rewards(kept_id: UserId, former_id: UserId) -> None:
    """Move the record of rewards, which limits those to come. Raises ``StillPlaying`` during a fight."""
    fights = selectors.under_way().filter(Q(attacker__owner=former_id) | Q(defender__owner=former_id))
    if fights.exists():
        raise StillPlaying("A character of the other account is fighting.")
    Reward.objects.filter(winner=former_id).update(winner=kept_id)
    Reward.objects.filter(loser=former_id).update(loser=kept_id)
