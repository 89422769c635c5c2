"""The input of progression's routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictInteger
from progression import rules

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
