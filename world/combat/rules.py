"""How a fight in the world goes beside the strikes: heals, rewards, times. Pure."""

from datetime import timedelta
from random import Random

from game.combat import SPREAD

MOST_ACTIONS, WINDOW_S = 10, 1.0
"""So many of one user's actions count in so many seconds."""
ATTACK_FACTOR = 0.5
"""A plain attack takes no time to recover from, and is weaker than any spell."""
GRACE = timedelta(seconds=10)
"""How long a fight goes on while one of the two has no socket."""
SHIELD = timedelta(seconds=10)
"""How long who has come back from death cannot be attacked."""
RECOVERY = timedelta(seconds=15)
"""After so long without a fight a character is well again."""
REWARDS_A_DAY = 5
"""For how many victories over the same user somebody is rewarded in 24 hours."""
REWARDS_COUNT_FOR = timedelta(days=1)
FAR_BELOW = 10
"""There is nothing to learn from whom one is so many levels above."""


def heal(attack: int, percent: int, random: Random) -> int:
    """What a healing spell gives back: so much of the healer's attack, a tenth up or down."""
    return max(1, round(attack * percent / 100 * random.uniform(1 - SPREAD, 1 + SPREAD)))


def experience(winner_level: int, loser_level: int) -> int:
    """The experience of a victory: more against the stronger, less and less against the weaker."""
    ahead = winner_level - loser_level
    if ahead >= FAR_BELOW:
        return 0
    return round((20 + 5 * loser_level) * (1 - ahead / FAR_BELOW if ahead > 0 else 1))
