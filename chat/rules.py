"""How much may be said, between whom, and who may act on whom."""

from chat.refusals import MayNotActOn

MESSAGES = 3
WINDOW_S = 2.0
"""A user may say so much in so long, over all rooms, sockets and requests."""

OWNER, MODERATOR, MEMBER = "owner", "moderator", "member"
RANKS = {OWNER: 2, MODERATOR: 1, MEMBER: 0}


def between(one_id: int, other_id: int) -> tuple[int, int]:
    """The ids of two users, the lower first."""
    return min(one_id, other_id), max(one_id, other_id)


def check_may_act_on(actor: str, target: str) -> None:
    """Only a higher rank acts on a lower one. Raises ``MayNotActOn``."""
    if RANKS[actor] < RANKS[MODERATOR] or RANKS[actor] <= RANKS[target]:
        raise MayNotActOn
