"""Randomness that can be kept in a journal: a seeded generator whose whole state is one integer."""

import random
from typing import Any

_MASK = (1 << 64) - 1


class Generator(random.Random):
    """All of ``random.Random``'s methods on SplitMix64 (Steele, Lea, Flood 2014).

    The standard generator carries 625 words of state, too many for a snapshot of every game. ``position`` is
    all there is to keep: set it back, and the same numbers follow.
    """

    position: int

    def __init__(self, seed: int) -> None:
        super().__init__(0)
        self.position = seed & _MASK

    def seed(self, a: Any = 0, version: int = 2) -> None:
        self.position = a & _MASK

    def getstate(self) -> tuple[Any, ...]:
        return (self.position,)

    def setstate(self, state: tuple[Any, ...]) -> None:
        (self.position,) = state

    def getrandbits(self, k: int, /) -> int:
        bits = 0
        for _ in range(0, k, 64):
            self.position = (self.position + 0x9E3779B97F4A7C15) & _MASK
            word = self.position
            word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
            word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
            bits = bits << 64 | word ^ (word >> 31)
        return bits >> (-k % 64)

    def random(self) -> float:
        return self.getrandbits(53) / (1 << 53)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """As ``normalvariate``; the standard one keeps every second number back, outside ``position``."""
        return self.normalvariate(mu, sigma)
