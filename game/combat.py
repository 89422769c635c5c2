"""Combat: what one does to another. Pure; chance comes in as a generator, so that it can be repeated."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

CRITICAL_FACTOR = 1.5
SPREAD = 0.1
HALVING_DEFENSE = 100
HP_FOR_EACH_FURTHER = 0.75
ATTACK_FOR_EACH_FURTHER = 0.2


class Combatant(Protocol):
    """How strong somebody is; ``critical_chance`` from 0 to 1."""

    @property
    def attack(self) -> int: ...
    @property
    def defense(self) -> int: ...
    @property
    def critical_chance(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """What a strike did: at least 1 damage."""

    damage: int
    critical: bool


def strike(attacker: Combatant, defender: Combatant, random: Random, *, factor: float = 1.0) -> Hit:
    """One attack: ``factor`` times the attacker's attack, a tenth up or down, less what the defence takes.

    A defence of 100 halves the damage, 200 leaves a third. A critical hit does half as much again.
    """
    critical = random.random() < attacker.critical_chance
    spread = random.uniform(1 - SPREAD, 1 + SPREAD)
    taken = HALVING_DEFENSE / (HALVING_DEFENSE + max(defender.defense, 0))
    damage = attacker.attack * factor * spread * taken * (CRITICAL_FACTOR if critical else 1)
    return Hit(max(1, round(damage)), critical)


def scaled_hp(hp: int, players: int) -> int:
    """What an enemy of so many hit points has against so many players."""
    return round(hp * (1 + HP_FOR_EACH_FURTHER * (max(players, 1) - 1)))


def attack_factor(players: int) -> float:
    """How much harder an enemy strikes against so many players."""
    return 1 + ATTACK_FOR_EACH_FURTHER * (max(players, 1) - 1)
