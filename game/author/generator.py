"""A seeded random generator whose whole state is one integer, so that it fits into a journal."""

import random
from hashlib import blake2b
from typing import Any

_MASK = (1 << 64) - 1


class Generator(random.Random):
    """Provides all methods of ``random.Random`` on a keyed hash of a counter (BLAKE2b, RFC 7693).

    The standard generator has 625 words of state, too many for a snapshot of every game. Here ``position`` is
    the whole state: restore it, and the same numbers follow. Without the seed, known numbers (such as a
    serve's direction) reveal nothing about later ones.
    """

    position: int

    def __init__(self, seed: int) -> None:
        super().__init__(seed)

    def seed(self, a: Any = 0, version: int = 2) -> None:
        self.position = 0
        self._key = (a & _MASK).to_bytes(8, "big")

    def getstate(self) -> tuple[Any, ...]:
        return (self._key, self.position)

    def setstate(self, state: tuple[Any, ...]) -> None:
        self._key, self.position = state

    def getrandbits(self, k: int, /) -> int:
        bits = 0
        for _ in range(0, k, 64):
            self.position += 1
            word = blake2b(self.position.to_bytes(8, "big"), digest_size=8, key=self._key).digest()
            bits = bits << 64 | int.from_bytes(word, "big")
        return bits >> (-k % 64)

    def random(self) -> float:
        return self.getrandbits(53) / (1 << 53)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """Return a normally distributed number.

        Unlike the standard method, keeps no second number outside ``position``.
        """
        return self.normalvariate(mu, sigma)
