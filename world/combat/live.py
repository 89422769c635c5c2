"""Background work on fights: ends abandoned ones, and restores health.

Row locks let only one worker act on a fight.
"""

from core.due import look
from world.combat import selectors, services


@look("fights", every_s=1, waiting=selectors.waiting)
def look_after_fights() -> None:
    """End abandoned fights and restore the health of rested characters."""
    for combat_id in selectors.abandoned():
        services.end_abandoned(combat_id=combat_id)
    for character_id in selectors.recovering():
        services.recover(character_id=character_id)
