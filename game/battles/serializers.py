"""The input of the battle routes."""

from typing import Any

from rest_framework import serializers

from game.serializers import Whole


class AttackWanted(serializers.Serializer[Any]):
    """Whom to strike; how hard is the server's to say."""

    enemy_id = Whole()
