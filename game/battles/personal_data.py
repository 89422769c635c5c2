"""Personal data of battles; it is deleted with the account's row."""

from core.ids import UserId
from core.personal_data import exports
from game.battles import selectors, shapes


@exports("battles")
def battles(user_id: UserId) -> list[shapes.PastBattle]:
    """Return the user's finished battles."""
    return [selectors.past_battle(fighter) for fighter in selectors.past_battles(user_id).order_by("pk")]
