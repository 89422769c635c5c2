"""Shapes of the requests and responses of the battle routes."""

from typing import Any

from rest_framework import serializers

from game.battles.models import Battle
from game.serializers import StrictInteger


class EnemyShape(serializers.Serializer[Any]):
    """An enemy."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    hp = serializers.IntegerField()
    max_hp = serializers.IntegerField()


class FighterShape(serializers.Serializer[Any]):
    """A player in a battle."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    hp = serializers.IntegerField()
    max_hp = serializers.IntegerField()
    damage_dealt = serializers.IntegerField()
    connected = serializers.BooleanField()


class AvailableBattle(serializers.Serializer[Any]):
    """A battle that the caller can join or continue."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField()
    enemies = EnemyShape(many=True)
    players = serializers.IntegerField()
    max_players = serializers.IntegerField()
    stamina_cost = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.UNDER_WAY)
    joined = serializers.BooleanField(help_text="Whether the caller has joined it")


class BattleShape(serializers.Serializer[Any]):
    """A battle in the form shown to its fighters."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.State.choices)
    enemies = EnemyShape(many=True)
    players = FighterShape(many=True)
    max_players = serializers.IntegerField()
    stamina_cost = serializers.IntegerField()
    step = serializers.IntegerField(help_text="The number of changes so far")
    user_id = serializers.IntegerField(help_text="The caller")
    loot_claimed = serializers.BooleanField()
    ws_url = serializers.CharField()


class AttackWanted(serializers.Serializer[Any]):
    """The enemy to attack; the server computes the damage."""

    enemy_id = StrictInteger()


class AttackResult(serializers.Serializer[Any]):
    """The result of an attack."""

    damage = serializers.IntegerField()
    critical = serializers.BooleanField()
    enemy_hp = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.State.choices, help_text="The battle's state after the attack")


class LootItem(serializers.Serializer[Any]):
    """A quantity of an item."""

    item = serializers.CharField(help_text="The item's slug")
    item_id = serializers.IntegerField()
    name = serializers.CharField()
    rarity = serializers.CharField()
    quantity = serializers.IntegerField()


class LootShape(serializers.Serializer[Any]):
    """The loot of a won battle."""

    xp = serializers.IntegerField()
    gold = serializers.IntegerField()
    items = LootItem(many=True)
    level_up = serializers.BooleanField()


class PastBattle(serializers.Serializer[Any]):
    """The caller's part in a finished battle."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.OVER)
    damage_dealt = serializers.IntegerField()
    hp = serializers.IntegerField()
    max_hp = serializers.IntegerField()
    loot = LootShape(allow_null=True)
    loot_claimed = serializers.BooleanField()
    joined_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
