"""What the routes of progression take and give."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import Whole
from progression import rules
from progression.models import Currency, Item, Rarity, Slot

MOST_AT_ONCE = 1000
"""How many one purchase buys at most."""


class Allocation(serializers.Serializer[Any]):
    """How many stat points go to which stat."""

    strength = Whole(required=False, min_value=0, max_value=10_000)
    agility = Whole(required=False, min_value=0, max_value=10_000)
    intellect = Whole(required=False, min_value=0, max_value=10_000)
    vitality = Whole(required=False, min_value=0, max_value=10_000)
    luck = Whole(required=False, min_value=0, max_value=10_000)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        unknown = set(self.initial_data) - set(rules.STATS)
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such stat."))
        if not sum(attrs.values()):
            raise serializers.ValidationError("Give at least one point to a stat.")
        return attrs


class Feeding(serializers.Serializer[Any]):
    """Which food: the id of an inventory row."""

    item_id = Whole(min_value=1)


class Buying(serializers.Serializer[Any]):
    """What to buy: the id of an item of the shop."""

    item_id = Whole(min_value=1)
    quantity = Whole(default=1, min_value=1, max_value=MOST_AT_ONCE)


class EntriesWanted(serializers.Serializer[Any]):
    """Which part of the ledger."""

    of = serializers.ChoiceField(["money", "items"], default="money")


class Stats(serializers.Serializer[Any]):
    """The five stats."""

    strength = serializers.IntegerField()
    agility = serializers.IntegerField()
    intellect = serializers.IntegerField()
    vitality = serializers.IntegerField()
    luck = serializers.IntegerField()


class Derived(serializers.Serializer[Any]):
    """What stats amount to in a fight."""

    max_hp = serializers.IntegerField()
    attack = serializers.IntegerField()
    defense = serializers.IntegerField()
    speed = serializers.IntegerField()
    critical_chance = serializers.FloatField(help_text="From 0 to 0.5")


class DailyReward(serializers.Serializer[Any]):
    """The reward for coming back today."""

    claimed = serializers.BooleanField(help_text="Whether it was given")
    days = serializers.IntegerField(help_text="In a row, today included; what is beyond 7 does not count")
    gold = serializers.IntegerField()


class ItemShape(serializers.Serializer[Any]):
    """What an item is."""

    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(Item.Kind.choices)
    rarity = serializers.ChoiceField(Rarity.choices)
    slot = serializers.ChoiceField(Slot.choices, allow_null=True)
    stats = Stats(help_text="What it adds while it is worn")
    food_xp = serializers.IntegerField(help_text="Experience for the pet that eats it")


class InventoryRow(ItemShape):
    """So many of an item that the caller owns."""

    id = serializers.IntegerField(help_text="Of the row: equip, hatch and feed take it")
    item_id = serializers.IntegerField()
    quantity = serializers.IntegerField()
    equipped = serializers.BooleanField()


class PetShape(serializers.Serializer[Any]):
    """A pet of the caller's."""

    id = serializers.IntegerField()
    species = serializers.CharField()
    name = serializers.CharField()
    family = serializers.CharField()
    rarity = serializers.ChoiceField(Rarity.choices)
    level = serializers.IntegerField()
    xp = serializers.IntegerField()
    xp_to_next = serializers.IntegerField()
    level_began_at_xp = serializers.IntegerField()
    stats = Stats(help_text="What it adds in the set, by itself")
    equipped = serializers.BooleanField()
    place = serializers.IntegerField(allow_null=True, help_text="In the set, from 1")


class Regeneration(serializers.Serializer[Any]):
    """How stamina comes back: so much, each time the interval is over."""

    amount = serializers.FloatField()
    interval_s = serializers.IntegerField()


class PlayerShape(serializers.Serializer[Any]):
    """All that users are shown of themselves."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    level = serializers.IntegerField()
    xp = serializers.IntegerField(help_text="All that was ever earned")
    xp_to_next = serializers.IntegerField(help_text="What the next level still takes")
    level_began_at_xp = serializers.IntegerField()
    stat_points = serializers.IntegerField()
    stats = Stats(help_text="The player's own")
    bonuses = Stats(help_text="What gear and pets add")
    derived = Derived()
    gold = serializers.IntegerField()
    gems = serializers.IntegerField()
    stamina = serializers.IntegerField()
    max_stamina = serializers.IntegerField()
    stamina_full_at = serializers.DateTimeField(allow_null=True)
    stamina_regeneration = Regeneration()
    equipped = serializers.DictField(child=InventoryRow(allow_null=True), help_text="By slot")
    pet_set = PetShape(many=True)


class ShopItem(ItemShape):
    """An offer of the shop; the id is the item's."""

    id = serializers.IntegerField()
    price = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    stock = serializers.IntegerField(allow_null=True, help_text="How many are left; null for no limit")
    daily = serializers.BooleanField()


class Bought(serializers.Serializer[Any]):
    """What was bought, what it cost, and what is left of that currency."""

    item = InventoryRow()
    quantity = serializers.IntegerField()
    spent = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    balance = serializers.IntegerField()


class LedgerEntry(serializers.Serializer[Any]):
    """A movement of money; of an item, with ``item_id`` and ``name`` in place of the currency."""

    id = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices, required=False)
    item_id = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False)
    amount = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="After it")
    cause = serializers.CharField()
    created_at = serializers.DateTimeField()
