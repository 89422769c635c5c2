"""All writes to players; money and items move only through the ledger."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts import consent
from core.calls import run_before
from core.ids import UserId
from core.statements import Update, statement
from progression import commands, ledger, rules, selectors
from progression.currencies import DeclaredCurrency, declared
from progression.events import DailyRewardClaimed, ItemsBought, LevelUp, PetHatched, StatsChanged
from progression.models import Currency, Item, Offer, Pet, Player, Species, Stack
from progression.models.tuning import growth
from progression.refusals import (
    CannotBeWorn,
    ClaimedToday,
    FullyGrown,
    NotAnEgg,
    NotEnoughStamina,
    NotEnoughStatPoints,
    NotFood,
    NotForSale,
    NothingHatches,
    NotInSet,
    NotOwned,
    SlotEmpty,
    SoldOut,
)
from progression.shapes import DailyReward
from realtime.publishing import publish

MAX_SEED = 2**53

logger = logging.getLogger(__name__)


def lock(*user_ids: UserId) -> None:
    """Lock these users' holdings until the transaction ends, in the order that avoids deadlocks."""
    ledger.lock(*user_ids)


# -- Growing


@dataclass(frozen=True)
class Granted:
    """The result of a grant.

    ``items`` are ``{item, item_id, name, rarity, quantity}``; ``level_up`` is the level reached, or None;
    ``currencies`` is what the balances of declared currencies took in.
    """

    xp: int
    gold: int
    gems: int
    items: list[dict[str, Any]]
    level_up: int | None
    currencies: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def grant(
    user_id: UserId,
    *,
    xp: int = 0,
    gold: int = 0,
    gems: int = 0,
    items: Iterable[tuple[str, int]] = (),
    currencies: Mapping[str, int] | None = None,
    cause: str,
    key: str = "",
) -> Granted:
    """Give a user experience, money and items (pairs of slug and quantity), and publish a new level.

    ``currencies`` are amounts of declared ones, whose balances are filled up to their bounds. Nothing may be
    negative; unknown items are left out. A repeated ``key`` grants nothing and returns the first result.
    """
    currencies = currencies or {}
    if min(xp, gold, gems, *currencies.values()) < 0:
        raise ValueError("A grant takes nothing away")
    player = ledger.lock(user_id)[user_id]
    before = ledger.receipt(player, key)
    if before is not None:
        return Granted(**before)
    for currency, amount in ((Currency.GOLD, gold), (Currency.GEMS, gems)):
        if amount:
            ledger.enter_money(player, currency, amount, cause=cause, key=key)
    filled = _fill(player, currencies, cause, key)
    given = _give_items(player, dict(items), cause, key)
    level = player.level
    _add_xp(player, xp)
    ledger.store(player)
    if player.level > level:
        publish(LevelUp(user_id=user_id, level=player.level, stat_points=player.stat_points))
        publish(StatsChanged(user_id=user_id))
    granted = Granted(
        xp=xp,
        gold=gold,
        gems=gems,
        items=given,
        level_up=player.level if player.level > level else None,
        currencies=filled,
    )
    ledger.store_receipt(player, key, asdict(granted))
    return granted


def _fill(player: Player, wanted: Mapping[str, int], cause: str, key: str) -> dict[str, int]:
    """Add money of declared currencies up to their bounds; return how much."""
    if not wanted:
        return {}
    known = {name: _declared(name) for name in wanted}
    there, filled = ledger.balances(player.pk), {}
    today = timezone.now().date()
    is_limited = any(one.at_most_a_day is not None for one in known.values())
    earned = ledger.earned_on(player.pk, today) if is_limited else {}
    for name, amount in wanted.items():
        room = known[name].at_most - there.get(name, 0)
        a_day = known[name].at_most_a_day
        if a_day is not None:
            room = min(room, a_day - earned.get(name, 0))
        filled[name] = max(0, min(amount, room))
        if filled[name]:
            ledger.move_money(player, name, filled[name], cause=cause, key=key)
            if a_day is not None:
                ledger.note_earned(player.pk, name, earned.get(name, 0) + filled[name], today)
    return filled


def _declared(name: str) -> DeclaredCurrency:
    try:
        return declared()[name]
    except KeyError:
        raise ValueError(f"No app declares a currency {name!r}") from None


@transaction.atomic
def take(
    user_id: UserId,
    *,
    money: Mapping[str, int],
    items: Iterable[tuple[str, int]] = (),
    cause: str,
    key: str = "",
) -> dict[str, int]:
    """Take money and items (pairs of slug and quantity), all or nothing; return the balances left.

    A repeated ``key`` takes nothing and returns the first result. Raises ``NotEnoughGold``,
    ``NotEnoughGems``, ``NotEnoughOfCurrency``, ``NotEnoughItems``.
    """
    quantities = dict(items)
    if min([*money.values(), *quantities.values()], default=1) < 0:
        raise ValueError("Taking gives nothing")
    player = ledger.lock(user_id)[user_id]
    before: dict[str, int] | None = ledger.receipt(player, key)
    if before is not None:
        return before
    for name, amount in money.items():
        if name not in Currency.values:
            _declared(name)
        if amount:
            ledger.move_money(player, name, -amount, cause=cause, key=key)
    taken = list(Item.objects.filter(slug__in=quantities).order_by("pk"))
    if len(taken) < len(quantities):
        raise ValueError(f"Unknown items among {', '.join(quantities)}")
    for item in taken:
        ledger.move_items(player, item, -quantities[item.slug], cause=cause, key=key)
    others = ledger.balances(user_id)
    left = {name: getattr(player, name) if name in Currency.values else others.get(name, 0) for name in money}
    ledger.store_receipt(player, key, left)
    return left


def _give_items(player: Player, quantities: Mapping[str, int], cause: str, key: str) -> list[dict[str, Any]]:
    """Add these quantities of items, by slug; return their descriptions."""
    given = list(Item.objects.filter(slug__in=quantities).order_by("pk"))
    for item in given:
        ledger.move_items(player, item, quantities[item.slug], cause=cause, key=key)
    if len(given) < len(quantities):
        unknown = sorted(set(quantities) - {item.slug for item in given})
        logger.warning("A grant to user %d contains unknown items: %s", player.pk, ", ".join(unknown))
    return [
        {
            "item": item.slug,
            "item_id": item.pk,
            "name": item.name,
            "rarity": item.rarity,
            "quantity": quantities[item.slug],
        }
        for item in given
    ]


def _add_xp(player: Player, xp: int) -> None:
    before = player.level
    # With the old maximum; the new level's applies from now on.
    player.stamina, player.stamina_at = selectors.stamina(player, timezone.now())
    player.xp += xp
    player.stat_points += growth().points_a_level * (player.level - before)


def player(user_id: UserId) -> Player:
    """Return the user's player, created if missing; repair a stamina time in the future."""
    found = selectors.stored_players.first([user_id])
    if found is None:
        with transaction.atomic():
            return ledger.lock(user_id)[user_id]
    if found.stamina_at > timezone.now():
        return regenerate_stamina(user_id)
    return found


@transaction.atomic
def allocate_stats(user_id: UserId, *, points: Mapping[str, int]) -> Player:
    """Spend stat points on stats, by name; none is negative. Raises ``NotEnoughStatPoints``."""
    player = ledger.lock(user_id)[user_id]
    wanted = sum(points.values())
    if wanted > player.stat_points:
        raise NotEnoughStatPoints(f"You have {player.stat_points} stat points, not {wanted}.")
    player.stat_points -= wanted
    for stat, count in points.items():
        setattr(player, stat, getattr(player, stat) + count)
    player.save(update_fields=["stat_points", *points])
    publish(StatsChanged(user_id=user_id))
    return player


@transaction.atomic
def claim_daily_reward(user_id: UserId) -> DailyReward:
    """Grant today's reward (UTC), which grows with consecutive days.

    Raises ``ClaimedToday``.
    """
    today = timezone.now().date()
    ledger.lock(user_id)
    daily = selectors.daily_reward(user_id, today)
    if daily.claimed:
        raise ClaimedToday("The reward of today has been given; come back tomorrow.")
    key = selectors.daily_key(today.toordinal())
    grant(user_id, gold=daily.gold, cause="daily reward", key=key)
    publish(DailyRewardClaimed(user_id=user_id))
    return msgspec.structs.replace(daily, claimed=True)


# -- Stamina


@transaction.atomic
def regenerate_stamina(user_id: UserId) -> Player:
    """Store the user's stamina as of now."""
    player = ledger.lock(user_id)[user_id]
    player.stamina, player.stamina_at = selectors.stamina(player, timezone.now())
    _save_stamina.count(user_id, player.stamina, player.stamina_at)
    return player


@statement
def _save_stamina(user_id: UserId, stamina: Decimal, stamina_at: datetime) -> Update:
    return Update(Player.objects.filter(pk=user_id), stamina=stamina, stamina_at=stamina_at)


@transaction.atomic
def spend_stamina(user_id: UserId, *, amount: int, cause: str, key: str = "") -> int:
    """Spend stamina and return the remainder. A repeated ``key`` spends nothing.

    Raises ``NotEnoughStamina``.
    """
    if amount < 0:
        raise ValueError("Stamina is not given back by spending")
    player = ledger.lock(user_id)[user_id]
    before = ledger.receipt(player, key)
    if before is not None:
        return int(before["left"])
    value, at = selectors.stamina(player, timezone.now())
    if value < amount:
        raise NotEnoughStamina(
            f"It takes {amount} stamina, and you have {int(value)}.",
            details={"stamina": int(value), "needed": amount},
        )
    _save_stamina.count(user_id, value - amount, at)
    left = int(value - amount)
    ledger.store_receipt(player, key, {"cause": cause, "left": left})
    return left


# -- Belongings


@statement
def _stack_of(user_id: UserId, stack_id: int) -> QuerySet[Stack]:
    return Stack.objects.filter(pk=stack_id, player=user_id).select_related("item")


@statement
def _take_off(user_id: UserId, slot: str) -> Update:
    return Update(Stack.objects.filter(player=user_id, worn_in=slot), worn_in=None)


@statement
def _put_on(stack_id: int, slot: str) -> Update:
    return Update(Stack.objects.filter(pk=stack_id), worn_in=slot)


def _own_stack(player: Player, stack_id: int) -> Stack:
    stack = _stack_of.first(player.pk, stack_id)
    if stack is None:
        raise NotOwned("There is no such item in your inventory.")
    return stack


def _own_pet(player: Player, pet_id: int) -> Pet:
    pet = Pet.objects.filter(pk=pet_id, player=player).select_related("species").first()
    if pet is None:
        raise NotOwned("You have no such pet.")
    return pet


@transaction.atomic
def consume_item(user_id: UserId, *, stack_id: int, quantity: int = 1, cause: str, key: str = "") -> Item:
    """Use up items of a stack; once per ``key``.

    Raises ``NotOwned``, ``NotEnoughItems``.
    """
    if quantity < 1:
        raise ValueError("Nothing is consumed")
    player = ledger.lock(user_id)[user_id]
    before = ledger.receipt(player, key)
    if before is not None:
        return Item.objects.get(pk=before["item_id"])
    item = _own_stack(player, stack_id).item
    ledger.move_items(player, item, -quantity, cause=cause, key=key)
    ledger.store_receipt(player, key, {"item_id": item.pk})
    return item


@transaction.atomic
def equip(user_id: UserId, *, stack_id: int) -> Stack:
    """Equip a piece of gear, replacing what is in its slot. Raises ``NotOwned``, ``CannotBeWorn``."""
    player = ledger.lock(user_id)[user_id]
    stack = _own_stack(player, stack_id)
    if not stack.item.slot:
        raise CannotBeWorn(f"{stack.item.name} is nothing to wear.")
    _take_off.count(user_id, stack.item.slot)
    _put_on.count(stack_id, stack.item.slot)
    stack.worn_in = stack.item.slot
    publish(StatsChanged(user_id=user_id))
    return stack


@transaction.atomic
def unequip(user_id: UserId, *, slot: str) -> Stack:
    """Empty a slot. Raises ``SlotEmpty``."""
    player = ledger.lock(user_id)[user_id]
    stack = Stack.objects.filter(player=player, worn_in=slot).select_related("item").first()
    if stack is None:
        raise SlotEmpty(f"You wear nothing there: {slot}.")
    stack.worn_in = None
    stack.save(update_fields=["worn_in"])
    publish(StatsChanged(user_id=user_id))
    return stack


# -- Pets


@transaction.atomic
def hatch(user_id: UserId, *, stack_id: int) -> Pet:
    """Turn an egg into a pet, drawn by the egg's chances.

    Raises ``NotOwned``, ``NotAnEgg`` or ``NothingHatches``.
    """
    player = ledger.lock(user_id)[user_id]
    egg = _own_stack(player, stack_id).item
    if egg.kind != Item.Kind.EGG:
        raise NotAnEgg(f"{egg.name} does not hatch.")
    species = selectors.species_by_rarity()
    if not species:
        raise NothingHatches("There are no pets on this server.")
    seed = secrets.randbelow(MAX_SEED)
    drawn = Species.objects.get(slug=rules.hatch(seed, selectors.hatch_chances()[egg.rarity], species))
    entry_id = ledger.move_items(player, egg, -1, cause="hatch")
    pet = Pet.objects.create(player=player, species=drawn, egg_id=entry_id, seed=seed)
    publish(PetHatched(user_id=user_id))
    return pet


@transaction.atomic
def feed(user_id: UserId, *, pet_id: int, stack_id: int) -> Pet:
    """Feed a pet one unit of a stack of food. Raises ``NotOwned``, ``NotFood``, ``FullyGrown``."""
    player = ledger.lock(user_id)[user_id]
    pet = _own_pet(player, pet_id)
    food = _own_stack(player, stack_id).item
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


# -- The shop


@dataclass(frozen=True)
class Purchase:
    """A purchase and its price."""

    offer: Offer
    stack: Stack
    quantity: int
    spent: int
    balance: int


@statement
def _take_stock(item_id: int, quantity: int) -> Update:
    return Update(Offer.objects.filter(pk=item_id, stock__gte=quantity), stock=F("stock") - quantity)


@transaction.atomic
def purchase(user_id: UserId, *, item_id: int, quantity: int = 1) -> Purchase:
    """Buy from the shop.

    Raises ``NotForSale``, ``NotEnoughGold``, ``NotEnoughGems``, ``NotEnoughOfCurrency``, ``SoldOut`` or
    ``UnderAge``.
    """
    consent.check_adult(user_id)
    call = run_before(commands.Purchase(item_id=item_id, quantity=quantity), user_id=user_id)
    item_id, quantity = call.item_id, call.quantity
    offer = selectors.offer(item_id, timezone.now().date())
    if offer is None:
        raise NotForSale("The shop does not sell this.")
    # A conditional UPDATE: concurrent purchases cannot sell more than the stock.
    if offer.stock is not None and not _take_stock.count(item_id, quantity):
        raise SoldOut(f"There are not {quantity} of {offer.item.name} left.")
    spent = offer.price * quantity
    balance, stack = ledger.buy(
        user_id, offer.item, quantity, currency=offer.currency, price=spent, cause="purchase"
    )
    publish(ItemsBought(user_id=user_id, quantity=quantity))
    return Purchase(offer, stack, quantity, spent, balance)
