"""Pets: hatched, fed, and the active set."""

import secrets

from django.db import transaction
from django.db.models import F

from core.ids import UserId
from progression import ledger, rules, selectors
from progression.events import PetHatched, StatsChanged
from progression.models import Item, Pet, Player, Species
from progression.models.tuning import growth
from progression.refusals import FullyGrown, NotAnEgg, NotFood, NothingHatches, NotInSet, NotOwned
from progression.services.belongings import lock_stack
from realtime.publishing import publish

MAX_SEED = 2**53


def _own_pet(player: Player, pet_id: int) -> Pet:
    pet = Pet.objects.filter(pk=pet_id, player=player).select_related("species").first()
    if pet is None:
        raise NotOwned("You have no such pet.")
    return pet


@transaction.atomic
def hatch(user_id: UserId, *, stack_id: int) -> Pet:
    """Turn an egg into a pet, drawn by the egg's chances.

    Raises ``NotOwned``, ``NotAnEgg`` or ``NothingHatches``.
    """
    player, stack = lock_stack(user_id, stack_id=stack_id)
    egg = stack.item
    if egg.kind != Item.Kind.EGG:
        raise NotAnEgg(f"{egg.name} does not hatch.")
    species = selectors.species_by_rarity()
    if not species:
        raise NothingHatches("There are no pets on this server.")
    seed = secrets.randbelow(MAX_SEED)
    drawn = Species.objects.get(slug=rules.hatch(seed, selectors.hatch_chances()[egg.rarity], species))
    entry_id = ledger.use_up(player, egg, cause="hatch")
    pet = Pet.objects.create(player=player, species=drawn, egg_id=entry_id, seed=seed)
    publish(PetHatched(user_id=user_id))
    return pet


@transaction.atomic
def feed(user_id: UserId, *, pet_id: int, stack_id: int) -> Pet:
    """Feed a pet one unit of a stack of food. Raises ``NotOwned``, ``NotFood``, ``FullyGrown``."""
    player, stack = lock_stack(user_id, stack_id=stack_id)
    pet = _own_pet(player, pet_id)
    food = stack.item
    if food.kind != Item.Kind.FOOD:
        raise NotFood(f"{food.name} is nothing to eat.")
    if growth().pet.to_next(pet.xp) == 0:
        raise FullyGrown(f"{pet.species.name} cannot grow any further.")
    ledger.move_items(player, food, -1, cause="feed")
    pet.xp += food.food_xp
    pet.save(update_fields=["xp"])
    publish(StatsChanged(user_id=user_id))
    return pet


@transaction.atomic
def equip_pet(user_id: UserId, *, pet_id: int) -> Pet:
    """Add a pet to the active set; if it is full, remove the one added first.

    Raises ``NotOwned``.
    """
    player = ledger.lock(user_id)[user_id]
    pet = _own_pet(player, pet_id)
    if pet.place is not None:
        return pet
    places = list(Pet.objects.filter(player=player, place__isnull=False).order_by("place"))
    if len(places) == rules.PET_SET_SIZE:
        _leave_set(player, places[0])
        places.pop(0)
    pet.place = len(places) + 1
    pet.save(update_fields=["place"])
    publish(StatsChanged(user_id=user_id))
    return pet


@transaction.atomic
def unequip_pet(user_id: UserId, *, pet_id: int) -> Pet:
    """Remove a pet from the active set. Raises ``NotOwned``, ``NotInSet``."""
    player = ledger.lock(user_id)[user_id]
    pet = _own_pet(player, pet_id)
    if pet.place is None:
        raise NotInSet(f"{pet.species.name} is not in your set.")
    _leave_set(player, pet)
    publish(StatsChanged(user_id=user_id))
    return pet


def _leave_set(player: Player, pet: Pet) -> None:
    """Remove the pet and move the others up, one by one, so that no two share a place at any moment."""
    left, pet.place = pet.place, None
    pet.save(update_fields=["place"])
    for other in Pet.objects.filter(player=player, place__gt=left).order_by("place"):
        Pet.objects.filter(pk=other.pk).update(place=F("place") - 1)
