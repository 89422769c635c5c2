"""Response bodies of the achievements route."""

from typing import Any

from rest_framework import serializers


class Prize(serializers.Serializer[Any]):
    """The reward of an achievement."""

    xp = serializers.IntegerField()
    gold = serializers.IntegerField()
    gems = serializers.IntegerField()


class Progress(serializers.Serializer[Any]):
    """An achievement with the caller's progress."""

    id = serializers.IntegerField()
    code = serializers.SlugField()
    name = serializers.CharField()
    description = serializers.CharField()
    goal = serializers.IntegerField()
    progress = serializers.IntegerField(help_text="At most the goal")
    reward = Prize()
    earned_at = serializers.DateTimeField(allow_null=True)
