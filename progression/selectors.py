"""Queries about players, their holdings and the shop."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import BigIntegerField, QuerySet, TextField, Value
from django.utils import timezone
from msgspec import UNSET

from core.ids import UserId
from core.statements import statement, together
from progression import currencies, rules, shapes, tables
from progression.models import (
    Balance,
    ConversionCount,
    Entry,
    HatchOdds,
    Item,
    Offer,
    Pet,
    Player,
    Receipt,
    Species,
    Stack,
)
from progression.models.tuning import growth
from progression.refusals import NotOwned

DAILY_OFFERS = 3
"""The number of daily offers shown per day."""


def regeneration() -> rules.Regeneration:
    """Return this server's stamina regeneration."""
    return rules.Regeneration(settings.STAMINA_REGEN_PERCENT, settings.STAMINA_REGEN_INTERVAL)


def stamina(player: Player, now: datetime) -> rules.Stamina:
    """Return the player's stamina at ``now``."""
    numbers = growth()
    return rules.regenerated(
        rules.Stamina(player.stamina, player.stamina_at),
        now,
        maximum=numbers.max_stamina(numbers.player.level_at(player.xp)),
        by=regeneration(),
    )


@statement
def stored_players(user_ids: Collection[UserId]) -> QuerySet[Player]:
    """Return the players of those of these users who have one."""
    return Player.objects.filter(pk__in=user_ids)


@statement
def _experience(user_ids: Collection[UserId]) -> QuerySet[Player, tuple[UserId, int]]:
    return Player.objects.filter(pk__in=user_ids).values_list("pk", "xp")


@statement
def _worn(user_ids: Collection[UserId]) -> QuerySet[Stack]:
    return Stack.objects.filter(player__in=user_ids, worn_in__isnull=False).select_related("item")


@statement
def _pet_sets(user_ids: Collection[UserId]) -> QuerySet[Pet]:
    in_sets = Pet.objects.filter(player__in=user_ids, place__isnull=False)
    return in_sets.select_related("species").order_by("place")


@statement
def _stats_of(user_ids: Collection[UserId]) -> QuerySet[Any, tuple[Any, ...]]:
    """Return what gives these users their stats: user, kind, family and experience, then the five stats."""
    players = Player.objects.filter(pk__in=user_ids)
    worn = Stack.objects.filter(player__in=user_ids, worn_in__isnull=False)
    pets = Pet.objects.filter(player__in=user_ids, place__isnull=False)
    item, species = ([f"{model}__{stat}" for stat in rules.STATS] for model in ("item", "species"))
    return players.values_list("pk", _text("player"), _text(""), "xp", *rules.STATS).union(
        worn.values_list("player", _text("gear"), _text(""), Value(0, BigIntegerField()), *item),
        pets.values_list("player", _text("pet"), "species__family", "xp", *species),
        all=True,
    )


def _text(value: str) -> Value:
    return Value(value, TextField())


def player(user_id: UserId) -> Player:
    """Return the stored player, or an unsaved one with initial values."""
    return stored_players.first([user_id]) or Player(pk=user_id)


def levels(user_ids: Iterable[UserId]) -> dict[UserId, int]:
    """Return the levels of those of these users who have a player."""
    rows = _experience(list(user_ids))
    curve = growth().player
    return {user_id: curve.level_at(xp) for user_id, xp in rows}


def combat_stats(user_id: UserId) -> rules.Combat:
    """Return the user's combat values from level, stats, gear and pets."""
    return combat_stats_of([user_id])[user_id]


def combat_stats_of(user_ids: Iterable[UserId]) -> dict[UserId, rules.Combat]:
    """Return the combat values of each of these users."""
    return {user_id: strength.combat for user_id, strength in strengths_of(user_ids).items()}


class Strength(NamedTuple):
    """The level and the combat values of a user."""

    level: int
    combat: rules.Combat


def strengths_of(user_ids: Iterable[UserId]) -> dict[UserId, Strength]:
    """Return the level and the combat values of each of these users, in one query."""
    curves = growth()
    levels = dict.fromkeys(user_ids, 1)
    own = dict.fromkeys(levels, rules.FIRST_STATS)
    gear: defaultdict[UserId, list[rules.Stats]] = defaultdict(list)
    pets: defaultdict[UserId, list[rules.PetInSet]] = defaultdict(list)
    for user_id, kind, family, xp, *values in _stats_of(levels):
        stats = rules.Stats(*values)
        if kind == "player":
            levels[user_id], own[user_id] = curves.player.level_at(xp), stats
        elif kind == "gear":
            gear[user_id].append(stats)
        else:
            pets[user_id].append(rules.PetInSet(family, curves.pet.level_at(xp), stats))
    return {
        user_id: Strength(
            level,
            rules.derived(
                level,
                own[user_id].plus(rules.total(gear[user_id])).plus(rules.pet_bonus(pets[user_id])),
            ),
        )
        for user_id, level in levels.items()
    }


def bonuses(worn: Iterable[Stack], pets: Iterable[Pet]) -> rules.Stats:
    """Return the bonuses of gear and pets."""
    curve = growth().pet
    in_set = [rules.PetInSet(pet.species.family, curve.level_at(pet.xp), pet.species.stats) for pet in pets]
    return rules.total([stack.item.stats for stack in worn]).plus(rules.pet_bonus(in_set))


def _stats(stats: rules.Stats) -> shapes.Stats:
    return shapes.Stats(**stats._asdict())


def shown_player(player: Player, username: str) -> shapes.PlayerShape:
    """Return the player as shown to its user."""
    now = timezone.now()
    numbers = growth()
    level = numbers.player.level_at(player.xp)
    maximum = numbers.max_stamina(level)
    worn, pets = together(_worn.bound([player.pk]), _pet_sets.bound([player.pk]))
    extra = bonuses(worn, pets)
    fight = rules.derived(level, player.stats.plus(extra))
    there = stamina(player, now)
    in_slots = {stack.worn_in: stack for stack in worn}
    return shapes.PlayerShape(
        id=player.pk,
        username=username,
        level=level,
        xp=player.xp,
        xp_to_next=numbers.player.to_next(player.xp),
        level_began_at_xp=numbers.player.begins_at(level),
        stat_points=player.stat_points,
        stats=_stats(player.stats),
        bonuses=_stats(extra),
        derived=shapes.Derived(**asdict(fight)),
        gold=player.gold,
        gems=player.gems,
        currencies=declared_money(player.pk),
        stamina=int(there.value),
        max_stamina=maximum,
        stamina_full_at=rules.full_at(there, maximum=maximum, by=regeneration()),
        stamina_regeneration=shapes.Regeneration(
            amount=float(regeneration().fraction * maximum),
            interval_s=regeneration().interval,
        ),
        equipped={
            slot: shown_stacks([in_slots[slot]])[0] if slot in in_slots else None
            for slot in currencies.slots()
        },
        pet_set=shown_pets(pets),
    )


@statement
def _balances(user_id: UserId) -> QuerySet[Balance, tuple[str, int]]:
    return Balance.objects.filter(player=user_id).values_list("currency", "amount")


def declared_money(user_id: UserId) -> dict[str, int]:
    """Return the user's balance in each declared currency."""
    names = currencies.declared()
    there = dict(_balances(user_id)) if names else {}
    return {name: there.get(name, 0) for name in names}


def shown_currencies(user_id: UserId) -> list[shapes.CurrencyShape]:
    """Return the currencies beside gold and gems, with the user's balances."""
    there = declared_money(user_id)
    return [
        shapes.CurrencyShape(
            name=name,
            title=one.title,
            balance=there[name],
            at_most=one.at_most,
            at_most_a_day=one.at_most_a_day,
            tradeable=one.tradeable,
        )
        for name, one in currencies.declared().items()
        if name in there
    ]


@statement
def _conversions_on(user_id: UserId, today: date) -> QuerySet[ConversionCount, tuple[str, int]]:
    return ConversionCount.objects.filter(player=user_id, day=today).values_list("conversion", "times")


def conversions_on(user_id: UserId, today: date) -> dict[str, int]:
    """Return how often the user used each conversion with a limit today."""
    return dict(_conversions_on(user_id, today))


def shown_conversions(user_id: UserId) -> list[shapes.ConversionShape]:
    """Return the open conversions, as the user may use them."""
    used = conversions_on(user_id, timezone.now().date())
    drop_tables = tables.DROP_TABLES.all()
    return [
        _shown_conversion(name, terms, drop_tables.get(terms.drops), used.get(name, 0))
        for name, terms in tables.CONVERSIONS.all().items()
        if terms.is_open
    ]


def _shown_conversion(
    name: str, terms: tables.Conversion, drops: tables.DropTable | None, used: int
) -> shapes.ConversionShape:
    whole = sum(drop.weight for drop in drops.drops) if drops else 1
    return shapes.ConversionShape(
        name=name,
        title=terms.title,
        takes=dict(terms.takes),
        gives=dict(terms.gives),
        rolls=drops.rolls if drops else 0,
        drops=[
            shapes.DropShape(
                of=drop.of, least=drop.least, most=drop.most, probability=round(drop.weight / whole, 6)
            )
            for drop in (drops.drops if drops else ())
        ],
        left_today=None if terms.at_most_a_day is None else max(0, terms.at_most_a_day - used),
    )


def daily_key(day: int) -> str:
    """Return the idempotency key of the reward of a day (its ordinal)."""
    return f"daily:{day}"


@statement
def _claimed(user_id: UserId, keys: Collection[str]) -> QuerySet[Receipt, str]:
    return Receipt.objects.filter(player=user_id, key__in=keys).values_list("key", flat=True)


def daily_reward(user_id: UserId, today: date) -> shapes.DailyReward:
    """Return today's reward for the user."""
    ordinal = today.toordinal()
    days = [daily_key(ordinal - back) for back in range(rules.DAYS_THAT_COUNT)]
    claimed = set(_claimed(user_id, days))
    in_a_row = 1 + len(list(itertools.takewhile(claimed.__contains__, days[1:])))
    return shapes.DailyReward(
        claimed=days[0] in claimed, days=in_a_row, gold=growth().gold_for_coming_back(in_a_row)
    )


# -- Belongings


def inventory(user_id: UserId) -> QuerySet[Stack]:
    """Return the user's items."""
    return Stack.objects.filter(player=user_id).select_related("item")


def shown_stacks(stacks: Iterable[Stack]) -> list[shapes.InventoryRow]:
    """Return stacks as shown to their owner."""
    return [
        shapes.InventoryRow(
            id=stack.pk,
            item_id=stack.item_id,
            **_facts(stack.item),
            quantity=stack.quantity,
            equipped=stack.worn_in is not None,
        )
        for stack in stacks
    ]


def _facts(item: Item) -> dict[str, Any]:
    """Return the fields of ``shapes.ItemFacts``."""
    return {
        "name": item.name,
        "description": item.description,
        "kind": item.kind,
        "rarity": item.rarity,
        "slot": item.slot or None,
        "stats": _stats(item.stats),
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
                stats=_stats(alone),
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


# -- The shop


@statement
def _open_offers() -> QuerySet[Offer]:
    return Offer.objects.filter(is_open=True).select_related("item")


@statement
def _open_offer(item_id: int) -> QuerySet[Offer]:
    return Offer.objects.filter(pk=item_id, is_open=True).select_related("item")


@statement
def _daily_items() -> QuerySet[Offer, str]:
    return Offer.objects.filter(is_open=True, is_daily=True).values_list("item__slug", flat=True)


def offers(today: date) -> list[Offer]:
    """Return today's offers, including sold out ones."""
    offers = _open_offers()
    of_today = _of_today([offer.item.slug for offer in offers if offer.is_daily], today)
    return [offer for offer in offers if not offer.is_daily or offer.item.slug in of_today]


def offer(item_id: int, today: date) -> Offer | None:
    """Return today's offer of this item."""
    found = _open_offer.first(item_id)
    if found is None or (found.is_daily and found.item.slug not in _of_today(_daily_items(), today)):
        return None
    return found


def _of_today(daily: Iterable[str], today: date) -> Collection[str]:
    return rules.of_the_day(daily, today, DAILY_OFFERS)


def shown_offers(offers: Iterable[Offer]) -> list[shapes.ShopItem]:
    """Return offers as shown in the shop; the id is the item's."""
    return [
        shapes.ShopItem(
            id=offer.pk,
            **_facts(offer.item),
            price=offer.price,
            currency=offer.currency,
            stock=offer.stock,
            daily=offer.is_daily,
        )
        for offer in offers
    ]


# -- The ledger


def item_choices() -> list[tuple[str, str]]:
    """Return the slugs and names of all items, by name."""
    return list(Item.objects.order_by("name").values_list("slug", "name"))


def entries(user_id: UserId) -> QuerySet[Entry]:
    """Return all of the user's movements, newest first."""
    return Entry.objects.filter(player=user_id).select_related("item").order_by("-pk")


def money_entries(user_id: UserId) -> QuerySet[Entry]:
    """Return the user's money movements; their sum is the balance."""
    return Entry.objects.filter(player=user_id, currency__isnull=False)


def item_entries(user_id: UserId) -> QuerySet[Entry]:
    """Return the user's item movements; their sum is the quantity."""
    return Entry.objects.filter(player=user_id, currency=None).select_related("item")


def shown_entries(entries: Iterable[Entry]) -> list[shapes.LedgerEntry]:
    """Return money movements as shown to their owner."""
    return [
        shapes.LedgerEntry(
            id=entry.pk,
            currency=entry.currency or UNSET,
            amount=entry.amount,
            balance=entry.balance,
            cause=entry.cause,
            created_at=entry.created_at,
        )
        for entry in entries
    ]


def shown_item_entries(entries: Iterable[Entry]) -> list[shapes.LedgerEntry]:
    """Return item movements as shown to their owner."""
    return [
        shapes.LedgerEntry(
            id=entry.pk,
            item_id=entry.item_id or UNSET,
            name=entry.item.name if entry.item else "",
            amount=entry.amount,
            balance=entry.balance,
            cause=entry.cause,
            created_at=entry.created_at,
        )
        for entry in entries
    ]
