"""What the battle routes take and give."""

from typing import Any

from rest_framework import serializers

from game.battles.models import Battle
from game.serializers import Whole


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
    """A battle to join, or to go on with."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField()
    enemies = EnemyShape(many=True)
    players = serializers.IntegerField()
    max_players = serializers.IntegerField()
    stamina_cost = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.UNDER_WAY)
    joined = serializers.BooleanField(help_text="Whether the caller has a place in it")


class BattleShape(serializers.Serializer[Any]):
    """A battle as its fighters see it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.State.choices)
    enemies = EnemyShape(many=True)
    players = FighterShape(many=True)
    max_players = serializers.IntegerField()
    stamina_cost = serializers.IntegerField()
    step = serializers.IntegerField(help_text="Counts the changes")
    user_id = serializers.IntegerField(help_text="The caller")
    loot_claimed = serializers.BooleanField()
    ws_url = serializers.CharField()


class AttackWanted(serializers.Serializer[Any]):
    """Whom to strike; how hard is the server's to say."""

    enemy_id = Whole()


class AttackResult(serializers.Serializer[Any]):
    """What a strike did."""

    damage = serializers.IntegerField()
    critical = serializers.BooleanField()
    enemy_hp = serializers.IntegerField()
    state = serializers.ChoiceField(Battle.State.choices, help_text="Of the battle, after it")


class LootItem(serializers.Serializer[Any]):
    """So many of an item."""

    item = serializers.CharField(help_text="The item's slug")
    item_id = serializers.IntegerField()
    name = serializers.CharField()
    rarity = serializers.CharField()
    quantity = serializers.IntegerField()


class LootShape(serializers.Serializer[Any]):
    """What a won battle gave."""

    xp = serializers.IntegerField()
    gold = serializers.IntegerField()
    items = LootItem(many=True)
    level_up = serializers.BooleanField()


class PastBattle(serializers.Serializer[Any]):
    """The caller's part in a battle that is over."""

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
