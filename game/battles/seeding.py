"""Demo battles, from a battle for one player to a battle for four."""

from typing import NamedTuple

from core.seeding import seeds
from game.battles import services
from game.battles.models import Battle, BattleTemplate, DropChance, EnemyTemplate, Lineup


class EnemyKind(NamedTuple):
    """A kind of enemy."""

    max_hp: int
    attack: int
    defense: int
    critical_percent: int
    acts_every_ms: int


ENEMIES = {
    "Cellar rat": EnemyKind(40, 5, 0, 5, 3000),
    "Goblin scout": EnemyKind(90, 12, 10, 10, 2800),
    "Goblin shaman": EnemyKind(70, 18, 5, 15, 3500),
    "Stone troll": EnemyKind(400, 30, 40, 5, 4000),
    "Ember drake": EnemyKind(1200, 45, 50, 20, 3000),
}


class BattleKind(NamedTuple):
    """A kind of battle: its values, its enemies by number, and its items with their drop rates in percent."""

    level: int
    max_players: int
    stamina_cost: int
    xp: int
    gold: int
    lineup: dict[str, int]
    drops: dict[str, int]


BATTLES = {
    "Rats in the cellar": BattleKind(1, 4, 5, 40, 20, {"Cellar rat": 2}, {"berries": 60}),
    "Goblin camp": BattleKind(
        3, 4, 10, 120, 60, {"Goblin scout": 2, "Goblin shaman": 1}, {"berries": 80, "speckled-egg": 15}
    ),
    "The troll bridge": BattleKind(
        6, 5, 15, 300, 150, {"Stone troll": 1, "Goblin scout": 2}, {"iron-ore": 80, "moss-egg": 20}
    ),
    "The drake's hoard": BattleKind(
        10, 6, 25, 900, 500, {"Ember drake": 1}, {"moonstone": 100, "crystal-egg": 40}
    ),
}


def clear() -> None:
    """Delete the demo battles and everything fought in them."""
    Battle.objects.filter(template__name__in=BATTLES).delete()
    BattleTemplate.objects.filter(name__in=BATTLES).delete()
    # Keep enemies that an operator's battles use.
    EnemyTemplate.objects.filter(name__in=ENEMIES).exclude(pk__in=Lineup.objects.values("enemy")).delete()


@seeds(order=60, clear=clear)
def seed() -> None:
    """Create missing demo battles; do not change what operators have edited."""
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
                DropChance(template=template, item_id=slug, percent=percent)
                for slug, percent in drops.items()
            )
    services.offer_all()
