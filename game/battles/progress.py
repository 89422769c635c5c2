"""What battles ask of their players' progress: strength, stamina, rewards."""

from collections.abc import Sequence
from dataclasses import dataclass

from game.battles.rules import Loot


@dataclass(frozen=True, slots=True)
class Strength:
    """What a player brings to a fight."""

    max_hp: int = 100
    attack: int = 17
    defense: int = 8
    critical_chance: float = 0.075


def combat_stats(user_id: int) -> Strength:
    """How strong the player is now."""
    return Strength()


def spend_stamina(user_id: int, amount: int, *, cause: str, key: str) -> None:
    """Take stamina. Raises ``NotEnoughStamina``."""


def grant(user_id: int, *, xp: int, gold: int, items: Sequence[Loot], cause: str, key: str) -> bool:
    """Give a reward, once for each ``key``; says whether it brought a level."""
    return False
