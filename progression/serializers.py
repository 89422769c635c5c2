"""The input of progression's routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import Whole
from progression import rules

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
