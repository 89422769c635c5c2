"""Personal data of fights; it is deleted with the characters."""

from typing import Any

from core.ids import UserId
from core.personal_data import exports
from world.combat import selectors


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
