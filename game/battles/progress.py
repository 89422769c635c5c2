"""What battles ask of their players' progress: strength, stamina, rewards."""

from collections.abc import Sequence
from typing import Protocol

from game.battles.rules import Loot
from game.combat import Combatant
from progression import selectors, services


class Fighting(Combatant, Protocol):
    """What a player brings to a fight."""

    @property
    def max_hp(self) -> int: ...


def combat_stats(user_id: int) -> Fighting:
    """How strong the player is now."""
    return selectors.combat_stats(user_id)


def spend_stamina(user_id: int, amount: int, *, cause: str, key: str) -> None:
    """Take stamina. Raises ``NotEnoughStamina``."""
    services.spend_stamina(user_id, amount, cause=cause, key=key)


def grant(user_id: int, *, xp: int, gold: int, items: Sequence[Loot], cause: str, key: str) -> bool:
    """Give a reward, once for each ``key``; says whether it brought a level."""
    granted = services.grant(user_id, xp=xp, gold=gold, items=items, cause=cause, key=key)
    return granted.level_up is not None
