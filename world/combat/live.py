"""The work of every server process on fights: the abandoned end, and the hurt recover.

All workers look; the locks of a fight let one of them act.
"""

from realtime import worker
from world.combat import selectors, services


@worker.every(1)
def look_after_fights() -> None:
    """Do what is due."""
    for combat_id in selectors.abandoned():
        services.end_abandoned(combat_id=combat_id)
    for character_id in selectors.recovering():
        services.recover(character_id=character_id)
