"""Queries about items and pets."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from core.ids import UserId
from progression import rules, shapes
from progression.models import HatchOdds, Item, Pet, Species, Stack
from progression.models.tuning import growth
from progression.refusals import NotOwned


def inventory(user_id: UserId) -> QuerySet[Stack]:
    """Return the user's items."""
    return Stack.objects.filter(player=user_id).select_related("item")


def shown_stacks(stacks: Iterable[Stack]) -> list[shapes.InventoryRow]:
    """Return stacks as shown to their owner."""
    return [
        shapes.InventoryRow(
            id=stack.pk,
            item_id=stack.item_id,
            **shown_facts(stack.item),
            quantity=stack.quantity,
            equipped=stack.worn_in is not None,
        )
        for stack in stacks
    ]


def shown_facts(item: Item) -> dict[str, Any]:
    """Return the fields of ``shapes.ItemFacts``."""
    return {
        "name": item.name,
        "description": item.description,
        "kind": item.kind,
        "rarity": item.rarity,
        "slot": item.slot or None,
        "stats": shown_stats(item.stats),
        "food_xp": item.food_xp,
    }


def pets(user_id: UserId) -> QuerySet[Pet]:
    """Return the user's pets."""
    return Pet.objects.filter(player=user_id).select_related("species")


def check_owns_pet(user_id: UserId, pet_id: int) -> None:
    """Check that the pet is this user's. Raises ``NotOwned``."""
    if not pets(user_id).filter(pk=pet_id).exists():
        raise NotOwned("You have no such pet.")


def shown_pets(pets: Iterable[Pet]) -> list[shapes.PetShape]:
    """Return pets as shown to their owner; ``stats`` is the pet's bonus outside a family."""
    curve = growth().pet
    shown = []
    for pet in pets:
        level, species = curve.level_at(pet.xp), pet.species
        alone = rules.pet_bonus([rules.PetInSet(species.family, level, species.stats)])
        shown.append(
            shapes.PetShape(
                id=pet.pk,
                species=species.slug,
                name=species.name,
                family=species.family,
                rarity=species.rarity,
                level=level,
                xp=pet.xp,
                xp_to_next=curve.to_next(pet.xp),
                level_began_at_xp=curve.begins_at(level),
                stats=shown_stats(alone),
                equipped=pet.place is not None,
                place=pet.place,
            )
        )
    return shown


def species_by_rarity() -> dict[str, list[str]]:
    """Return the slugs of all species, by rarity."""
    by_rarity: dict[str, list[str]] = {}
    for slug, rarity in Species.objects.values_list("slug", "rarity"):
        by_rarity.setdefault(rarity, []).append(slug)
    return by_rarity


def hatch_chances() -> Mapping[str, Mapping[str, int]]:
    """Return the chances for each rarity of pet, by the egg's rarity, out of ``rules.ALL_CHANCES``."""
    return {**rules.HATCH_ODDS, **{row.egg: row.chances for row in HatchOdds.objects.all()}}


def hatch_odds() -> dict[str, dict[str, float]]:
    """Return the probability of each rarity of pet, by the egg's rarity."""
    there = species_by_rarity()
    return {egg: rules.odds(chances, there) if there else {} for egg, chances in hatch_chances().items()}


def shown_stats(stats: rules.Stats) -> shapes.Stats:
    """Return stats as they are sent."""
    return shapes.Stats(**stats._asdict())
