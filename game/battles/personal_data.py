"""What battles hold about a person; it goes with the account's row."""

from core.personal_data import exports
from game.battles import selectors, shapes


@exports("battles")
def battles(user_id: int) -> list[shapes.PastBattle]:
    """The parts in battles that are over."""
    return [selectors.past_battle(fighter) for fighter in selectors.past_battles(user_id).order_by("pk")]
