"""The input of the battle routes."""

from typing import Any

from rest_framework import serializers

from game.serializers import StrictInteger


class AttackWanted(serializers.Serializer[Any]):
    """The enemy to attack; the server computes the damage."""

    enemy_id = StrictInteger()
