"""Rules of fights beyond the strikes: healing, rewards and durations. Pure functions."""

from datetime import timedelta
from random import Random

from game.combat import SPREAD

MAX_ACTIONS, WINDOW_S = 10, 1.0
"""At most this many actions of one user in this many seconds."""
ATTACK_FACTOR = 0.5
"""The damage factor of a plain attack, which has no cooldown and is weaker than any spell."""
GRACE = timedelta(seconds=10)
"""The time that a fight continues while one fighter is disconnected."""
SHIELD = timedelta(seconds=10)
"""The time after a respawn in which a character cannot be attacked."""
RECOVERY = timedelta(seconds=15)
"""The time without a fight after which a character regains full health."""
MAX_REWARDS_A_DAY = 5
"""Maximum rewarded victories over the same user in 24 hours."""
REWARDS_COUNT_FOR = timedelta(days=1)
FAR_BELOW = 10
"""A victory over an opponent this many levels below gives no experience."""


def heal(attack: int, percent: int, random: Random) -> int:
    """Return the health that a spell restores: ``percent`` of the healer's attack, plus or minus 10 %."""
    return max(1, round(attack * percent / 100 * random.uniform(1 - SPREAD, 1 + SPREAD)))


def experience(winner_level: int, loser_level: int) -> int:
    """Return the experience for a victory: more against stronger opponents, less against weaker ones."""
    ahead = winner_level - loser_level
    if ahead >= FAR_BELOW:
        return 0
    return round((20 + 5 * loser_level) * (1 - ahead / FAR_BELOW if ahead > 0 else 1))
