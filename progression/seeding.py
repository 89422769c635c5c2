"""The initial content (items, pets, a shop), and wealth for the premium demo users."""

from typing import Any

from accounts.models import User
from accounts.seeding import NAMES, PREMIUM
from core.seeding import seeds
from progression import ledger
from progression.models import Currency, Item, Offer, Player, Species

WEALTH = 10_000

GEAR = {
    "wooden-sword": ("Wooden sword", "weapon", "common", {"strength": 2}),
    "iron-sword": ("Iron sword", "weapon", "uncommon", {"strength": 5}),
    "storm-blade": ("Storm blade", "weapon", "epic", {"strength": 11, "agility": 4}),
    "leather-cap": ("Leather cap", "head", "common", {"vitality": 2}),
    "sages-hood": ("Sage's hood", "head", "rare", {"intellect": 6, "luck": 2}),
    "padded-vest": ("Padded vest", "body", "common", {"vitality": 3}),
    "chain-mail": ("Chain mail", "body", "uncommon", {"vitality": 7, "agility": -1}),
    "worn-boots": ("Worn boots", "feet", "common", {"agility": 2}),
    "wind-walkers": ("Wind walkers", "feet", "rare", {"agility": 7}),
    "clover-charm": ("Clover charm", "trinket", "uncommon", {"luck": 4}),
    "crown-of-ages": (
        "Crown of ages",
        "head",
        "legendary",
        {"strength": 6, "agility": 6, "intellect": 6, "vitality": 6, "luck": 6},
    ),
}
FOOD = {
    "berries": ("Berries", "common", 10),
    "roast-fish": ("Roast fish", "uncommon", 35),
    "honey-cake": ("Honey cake", "rare", 120),
}
EGGS = {
    "speckled-egg": ("Speckled egg", "common"),
    "moss-egg": ("Moss egg", "uncommon"),
    "crystal-egg": ("Crystal egg", "rare"),
    "dragon-egg": ("Dragon egg", "legendary"),
}
MATERIALS = {"iron-ore": ("Iron ore", "common"), "moonstone": ("Moonstone", "rare")}
SPECIES: dict[str, tuple[str, str, str, dict[str, int]]] = {
    "ember-fox": ("Ember fox", "fire", "common", {"agility": 2}),
    "cinder-wolf": ("Cinder wolf", "fire", "rare", {"strength": 4, "agility": 2}),
    "phoenix": ("Phoenix", "fire", "legendary", {"vitality": 6, "intellect": 6, "luck": 3}),
    "pond-frog": ("Pond frog", "water", "common", {"vitality": 2}),
    "river-otter": ("River otter", "water", "uncommon", {"agility": 2, "luck": 2}),
    "tide-serpent": ("Tide serpent", "water", "epic", {"strength": 6, "vitality": 4}),
    "moss-rabbit": ("Moss rabbit", "forest", "common", {"luck": 2}),
    "barn-owl": ("Barn owl", "forest", "uncommon", {"intellect": 3}),
    "elder-stag": ("Elder stag", "forest", "rare", {"vitality": 4, "strength": 2}),
}
OFFERS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "berries": (10, "gold", {}),
    "roast-fish": (30, "gold", {}),
    "speckled-egg": (60, "gold", {}),
    "wooden-sword": (40, "gold", {}),
    "leather-cap": (35, "gold", {}),
    "padded-vest": (50, "gold", {}),
    "worn-boots": (45, "gold", {}),
    "iron-sword": (250, "gold", {}),
    "chain-mail": (300, "gold", {}),
    "moss-egg": (40, "gems", {}),
    "dragon-egg": (900, "gems", {}),
    "crown-of-ages": (5_000, "gold", {"stock": 5}),
    "honey-cake": (80, "gold", {"is_daily": True}),
    "sages-hood": (600, "gold", {"is_daily": True}),
    "wind-walkers": (650, "gold", {"is_daily": True}),
    "clover-charm": (280, "gold", {"is_daily": True}),
    "crystal-egg": (150, "gems", {"is_daily": True}),
    "storm-blade": (450, "gems", {"is_daily": True}),
}


def clear() -> None:
    """Delete the demo users' holdings, and initial content that nobody else owns."""
    Player.objects.filter(user__username__in=NAMES).delete()
    slugs = [*GEAR, *FOOD, *EGGS, *MATERIALS]
    Offer.objects.filter(item__slug__in=slugs).delete()
    # Items with ledger entries are kept.
    Item.objects.filter(slug__in=slugs, stacks=None, entries=None).delete()
    Species.objects.filter(slug__in=SPECIES, pets=None).delete()


@seeds(order=15, clear=clear)
def seed() -> None:
    """Create missing content and fill the premium users' wallets once; operators' changes are kept."""
    seed_content()
    for user_id in User.objects.filter(username__in=PREMIUM).order_by("pk").values_list("pk", flat=True):
        if not Player.objects.filter(pk=user_id).exists():
            player = ledger.lock(user_id)[user_id]
            for currency in Currency.values:
                ledger.move_money(player, currency, WEALTH - getattr(player, currency), cause="demo")


def seed_content() -> None:
    """Create missing items, species and offers."""
    items: dict[str, dict[str, Any]] = {
        **{
            slug: {"name": name, "kind": "gear", "slot": slot, "rarity": rarity, **stats}
            for slug, (name, slot, rarity, stats) in GEAR.items()
        },
        **{
            slug: {"name": name, "kind": "food", "rarity": rarity, "food_xp": xp}
            for slug, (name, rarity, xp) in FOOD.items()
        },
        **{slug: {"name": name, "kind": "egg", "rarity": rarity} for slug, (name, rarity) in EGGS.items()},
        **{
            slug: {"name": name, "kind": "material", "rarity": rarity}
            for slug, (name, rarity) in MATERIALS.items()
        },
    }
    there = set(Item.objects.values_list("slug", flat=True))
    new = Item.objects.bulk_create(
        Item(slug=slug, **fields) for slug, fields in items.items() if slug not in there
    )
    # Offers that an operator removed are not recreated, unless the shop was cleared.
    is_cleared = not Offer.objects.filter(item__slug__in=OFFERS).exists()
    Offer.objects.bulk_create(
        Offer(item=item, price=price, currency=currency, **more)
        for item in (Item.objects.filter(slug__in=OFFERS).order_by("pk") if is_cleared else new)
        if item.slug in OFFERS
        for price, currency, more in [OFFERS[item.slug]]
    )
    there = set(Species.objects.values_list("slug", flat=True))
    Species.objects.bulk_create(
        Species(slug=slug, name=name, family=family, rarity=rarity, **stats)
        for slug, (name, family, rarity, stats) in SPECIES.items()
        if slug not in there
    )
