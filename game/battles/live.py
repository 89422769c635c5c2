"""Background work on battles: enemies act, and lost sockets are announced.

The lock of a battle's row lets only one worker act.
"""

from core.background import every, sweep
from core.database import in_database
from core.due import look
from game.battles import selectors, services
from realtime.socket import addresses

# Also covers templates that an operator has changed or added.
every(30)(services.offer_all)


@look(services.LOOK, every_s=0.25, waiting=selectors.waiting)
def act_enemies() -> None:
    """Make enemies act that are due."""
    for battle_id in selectors.due():
        services.act(battle_id=battle_id)


@sweep
async def disconnect_lost_sockets() -> None:
    """Announce the departure of players whose worker was killed."""
    sockets = await in_database(selectors.open_sockets)
    lost = await addresses.lost([socket for _, _, socket in sockets])
    for battle_id, user_id, socket in sockets:
        if socket in lost:
            await in_database(services.disconnect, user_id=user_id, battle_id=battle_id, socket=socket)
