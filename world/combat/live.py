"""Background work on fights: ends abandoned ones, and restores health.

Every worker runs it; row locks let only one of them act on a fight.
"""

from core.background import every
from world.combat import selectors, services


@every(1)
def look_after_fights() -> None:
    """End abandoned fights and restore the health of rested characters."""
    for combat_id in selectors.abandoned():
        services.end_abandoned(combat_id=combat_id)
    for character_id in selectors.recovering():
        services.recover(character_id=character_id)
