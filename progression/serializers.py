"""Request and response bodies of the progression routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictInteger
from progression import rules
from progression.models import Currency, Item, Rarity, Slot

MAX_QUANTITY = 1000
"""Maximum quantity of one purchase."""


class Allocation(serializers.Serializer[Any]):
    """Stat points to spend, by stat."""

    strength = StrictInteger(required=False, min_value=0, max_value=10_000)
    agility = StrictInteger(required=False, min_value=0, max_value=10_000)
    intellect = StrictInteger(required=False, min_value=0, max_value=10_000)
    vitality = StrictInteger(required=False, min_value=0, max_value=10_000)
    luck = StrictInteger(required=False, min_value=0, max_value=10_000)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        unknown = set(self.initial_data) - set(rules.STATS)
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such stat."))
        if not sum(attrs.values()):
            raise serializers.ValidationError("Give at least one point to a stat.")
        return attrs


class Feeding(serializers.Serializer[Any]):
    """The food: the id of an inventory row."""

    item_id = StrictInteger(min_value=1)


class Buying(serializers.Serializer[Any]):
    """The id of an item in the shop, and a quantity."""

    item_id = StrictInteger(min_value=1)
    quantity = StrictInteger(default=1, min_value=1, max_value=MAX_QUANTITY)


class EntriesWanted(serializers.Serializer[Any]):
    """The part of the ledger to list."""

    of = serializers.ChoiceField(["money", "items"], default="money")


class Stats(serializers.Serializer[Any]):
    """The five stats."""

    strength = serializers.IntegerField()
    agility = serializers.IntegerField()
    intellect = serializers.IntegerField()
    vitality = serializers.IntegerField()
    luck = serializers.IntegerField()


class Derived(serializers.Serializer[Any]):
    """Combat values derived from the stats."""

    max_hp = serializers.IntegerField()
    attack = serializers.IntegerField()
    defense = serializers.IntegerField()
    speed = serializers.IntegerField()
    critical_chance = serializers.FloatField(help_text="From 0 to 0.5")


class DailyReward(serializers.Serializer[Any]):
    """Today's reward."""

    claimed = serializers.BooleanField(help_text="Whether it was claimed")
    days = serializers.IntegerField(help_text="Consecutive days including today; the reward grows up to 7")
    gold = serializers.IntegerField()


class ItemShape(serializers.Serializer[Any]):
    """An item's properties."""

    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(Item.Kind.choices)
    rarity = serializers.ChoiceField(Rarity.choices)
    slot = serializers.ChoiceField(Slot.choices, allow_null=True)
    stats = Stats(help_text="Its bonus while equipped")
    food_xp = serializers.IntegerField(help_text="Experience for the pet that eats it")


class InventoryRow(ItemShape):
    """A quantity of one item owned by the caller."""

    id = serializers.IntegerField(help_text="The row's id, for equip, hatch and feed")
    item_id = serializers.IntegerField()
    quantity = serializers.IntegerField()
    equipped = serializers.BooleanField()


class PetShape(serializers.Serializer[Any]):
    """One of the caller's pets."""

    id = serializers.IntegerField()
    species = serializers.CharField()
    name = serializers.CharField()
    family = serializers.CharField()
    rarity = serializers.ChoiceField(Rarity.choices)
    level = serializers.IntegerField()
    xp = serializers.IntegerField()
    xp_to_next = serializers.IntegerField()
    level_began_at_xp = serializers.IntegerField()
    stats = Stats(help_text="Its bonus in the set, without the family bonus")
    equipped = serializers.BooleanField()
    place = serializers.IntegerField(allow_null=True, help_text="In the set, from 1")


class Regeneration(serializers.Serializer[Any]):
    """The amount of stamina regenerated per interval."""

    amount = serializers.FloatField()
    interval_s = serializers.IntegerField()


class PlayerShape(serializers.Serializer[Any]):
    """The player as shown to its user."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    level = serializers.IntegerField()
    xp = serializers.IntegerField(help_text="All experience ever earned")
    xp_to_next = serializers.IntegerField(help_text="Experience missing to the next level")
    level_began_at_xp = serializers.IntegerField()
    stat_points = serializers.IntegerField()
    stats = Stats(help_text="The player's own")
    bonuses = Stats(help_text="Bonuses of gear and pets")
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
    """An offer in the shop; the id is the item's."""

    id = serializers.IntegerField()
    price = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    stock = serializers.IntegerField(allow_null=True, help_text="How many are left; null for no limit")
    daily = serializers.BooleanField()


class Bought(serializers.Serializer[Any]):
    """The purchase, its price, and the remaining balance."""

    item = InventoryRow()
    quantity = serializers.IntegerField()
    spent = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices)
    balance = serializers.IntegerField()


class LedgerEntry(serializers.Serializer[Any]):
    """A movement of money, or of an item with ``item_id`` and ``name`` instead of a currency."""

    id = serializers.IntegerField()
    currency = serializers.ChoiceField(Currency.choices, required=False)
    item_id = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False)
    amount = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="After it")
    cause = serializers.CharField()
    created_at = serializers.DateTimeField()
