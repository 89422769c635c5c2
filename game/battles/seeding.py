"""The battles of the demo data: the first is for one, the last is for four."""

from typing import NamedTuple

from core.seeding import seeds
from game.battles import services
from game.battles.models import Battle, BattleTemplate, DropChance, EnemyTemplate, Lineup


class Sort(NamedTuple):
    """A sort of enemy."""

    max_hp: int
    attack: int
    defense: int
    critical_percent: int
    acts_every_ms: int


ENEMIES = {
    "Cellar rat": Sort(40, 5, 0, 5, 3000),
    "Goblin scout": Sort(90, 12, 10, 10, 2800),
    "Goblin shaman": Sort(70, 18, 5, 15, 3500),
    "Stone troll": Sort(400, 30, 40, 5, 4000),
    "Ember drake": Sort(1200, 45, 50, 20, 3000),
}


class Sketch(NamedTuple):
    """A sort of battle: its numbers, so many enemies of a sort, and in how many percent an item drops."""

    level: int
    max_players: int
    stamina_cost: int
    xp: int
    gold: int
    lineup: dict[str, int]
    drops: dict[str, int]


BATTLES = {
    "Rats in the cellar": Sketch(1, 4, 5, 40, 20, {"Cellar rat": 2}, {"berries": 60}),
    "Goblin camp": Sketch(
        3, 4, 10, 120, 60, {"Goblin scout": 2, "Goblin shaman": 1}, {"berries": 80, "speckled-egg": 15}
    ),
    "The troll bridge": Sketch(
        6, 5, 15, 300, 150, {"Stone troll": 1, "Goblin scout": 2}, {"speckled-egg": 30}
    ),
    "The drake's hoard": Sketch(10, 6, 25, 900, 500, {"Ember drake": 1}, {"speckled-egg": 60}),
}


def clear() -> None:
    """Take the demo battles away, with all that was fought in them."""
    Battle.objects.filter(template__name__in=BATTLES).delete()
    BattleTemplate.objects.filter(name__in=BATTLES).delete()
    EnemyTemplate.objects.filter(name__in=ENEMIES).delete()


@seeds(order=60, clear=clear)
def seed() -> None:
    """Add those of the demo battles that are missing; what an operator has changed stays as it is."""
    enemies = {
        name: EnemyTemplate.objects.get_or_create(name=name, defaults=sort._asdict())[0]
        for name, sort in ENEMIES.items()
    }
    for name, sketch in BATTLES.items():
        facts = sketch._asdict()
        lineup, drops = facts.pop("lineup"), facts.pop("drops")
        template, is_new = BattleTemplate.objects.get_or_create(name=name, defaults=facts)
        if is_new:
            Lineup.objects.bulk_create(
                Lineup(template=template, enemy=enemies[enemy], count=count)
                for enemy, count in lineup.items()
            )
            DropChance.objects.bulk_create(
                DropChance(template=template, item=item, percent=percent) for item, percent in drops.items()
            )
    services.offer_all()
