"""What fights hold about a person; it goes with their characters."""

from typing import Any

from core.personal_data import exports
from world.combat import selectors


@exports("combats")
def combats(user_id: int) -> list[dict[str, Any]]:
    """The fights of the user's characters that are over."""
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
        for combat in selectors.past(user_id)
    ]
