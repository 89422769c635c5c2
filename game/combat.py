"""Damage calculation of fights.

Pure functions; the random generator is an argument, so results can be repeated.
"""

from dataclasses import dataclass
from random import Random
from typing import Protocol

CRITICAL_FACTOR = 1.5
SPREAD = 0.1
HALVING_DEFENSE = 100
HP_FOR_EACH_FURTHER = 0.75
ATTACK_FOR_EACH_FURTHER = 0.2


class Combatant(Protocol):
    """The strength of a fighter; ``critical_chance`` is from 0 to 1."""

    @property
    def attack(self) -> int: ...
    @property
    def defense(self) -> int: ...
    @property
    def critical_chance(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """The result of a strike: at least 1 damage."""

    damage: int
    critical: bool


def strike(attacker: Combatant, defender: Combatant, random: Random, *, factor: float = 1.0) -> Hit:
    """Return one attack: ``factor`` times the attacker's attack, plus or minus 10 %, reduced by the defence.

    A defence of 100 halves the damage, 200 leaves a third. A critical hit does 50 % more.
    """
    critical = random.random() < attacker.critical_chance
    spread = random.uniform(1 - SPREAD, 1 + SPREAD)
    taken = HALVING_DEFENSE / (HALVING_DEFENSE + max(defender.defense, 0))
    damage = attacker.attack * factor * spread * taken * (CRITICAL_FACTOR if critical else 1)
    return Hit(max(1, round(damage)), critical)


def scaled_hp(hp: int, players: int) -> int:
    """Return an enemy's hit points against this number of players."""
    return round(hp * (1 + HP_FOR_EACH_FURTHER * (max(players, 1) - 1)))


def attack_factor(players: int) -> float:
    """Return the factor by which an enemy strikes harder against this number of players."""
    return 1 + ATTACK_FOR_EACH_FURTHER * (max(players, 1) - 1)
