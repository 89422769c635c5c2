"""Request and response bodies of the friends routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText


class NewRequest(serializers.Serializer[Any]):
    """The user to ask, by name or by id."""

    username = StrictText(max_length=150, required=False)
    user_id = StrictInteger(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"username": "Give either the username or the user_id."})
        return attrs


class Person(serializers.Serializer[Any]):
    """A user's public identity."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()


class FriendRequest(serializers.Serializer[Any]):
    """A friend request."""

    id = serializers.IntegerField()
    from_user = Person()
    to_user = Person()
    status = serializers.ChoiceField(["pending", "accepted", "declined", "cancelled"])
    created_at = serializers.DateTimeField()


class Friend(serializers.Serializer[Any]):
    """A friend and their current status."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()
    online = serializers.BooleanField()
    status = serializers.ChoiceField(["offline", "online", "away", "busy", "playing"])
    last_seen = serializers.DateTimeField(allow_null=True, help_text="Offline: when they were last online")
    game_id = serializers.UUIDField(required=False, help_text="Playing: the game")


class Blocked(serializers.Serializer[Any]):
    """A user whom the caller blocks."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    created_at = serializers.DateTimeField()
