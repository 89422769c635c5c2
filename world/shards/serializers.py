"""Shapes of the shards' route."""

from typing import Any

from rest_framework import serializers


class CaptureShape(serializers.Serializer[Any]):
    """A capture in progress."""

    character_id = serializers.IntegerField()
    character_name = serializers.CharField()
    faction = serializers.CharField()
    contested = serializers.BooleanField(help_text="Whether a present enemy blocks it")
    remaining_s = serializers.FloatField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="null while it is contested")


class ShardShape(serializers.Serializer[Any]):
    """A shard."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    location_id = serializers.IntegerField()
    faction = serializers.CharField(allow_null=True, help_text="The name of the faction that holds it")
    capture = CaptureShape(allow_null=True)
