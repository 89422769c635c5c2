"""Demo content of fights: abilities and remedies."""

from typing import Any

from core.seeding import seeds
from world.combat.models import Ability, Combat, Remedy

ABILITIES: dict[str, dict[str, Any]] = {
    "spark": {
        "title": "Spark",
        "description": "A crackling bolt from the fingertips.",
        "power": 120,
        "cooldown_ms": 2_000,
        "stamina_cost": 3,
    },
    "mend": {
        "title": "Mend",
        "description": "Closes light wounds.",
        "kind": "heal",
        "power": 150,
        "cooldown_ms": 6_000,
        "stamina_cost": 5,
    },
    "frost-lance": {
        "title": "Frost lance",
        "description": "A spear of ice that seldom misses.",
        "power": 190,
        "cooldown_ms": 5_000,
        "stamina_cost": 6,
        "level": 3,
    },
    "second-wind": {
        "title": "Second wind",
        "description": "A deep breath, and the fight begins anew.",
        "kind": "heal",
        "power": 280,
        "cooldown_ms": 15_000,
        "stamina_cost": 8,
        "level": 5,
    },
    "starfall": {
        "title": "Starfall",
        "description": "Calls down what once made the crater.",
        "power": 340,
        "cooldown_ms": 20_000,
        "stamina_cost": 12,
        "level": 8,
    },
}
REMEDIES = {"berries": 20, "roast-fish": 50, "honey-cake": 120}


def clear() -> None:
    """Delete the demo abilities and remedies, and all fights."""
    Combat.objects.all().delete()
    Ability.objects.filter(name__in=ABILITIES).delete()
    Remedy.objects.filter(item__slug__in=REMEDIES).delete()


@seeds(order=71, clear=clear)
def seed() -> None:
    """Create missing demo content; do not change what operators have edited."""
    for name, facts in ABILITIES.items():
        Ability.objects.get_or_create(name=name, defaults=facts)
    for slug, heals in REMEDIES.items():
        Remedy.objects.get_or_create(item_id=slug, defaults={"heals": heals})
