"""What the routes of friends take and give."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import Text, Whole


class NewRequest(serializers.Serializer[Any]):
    """Whom to ask, by name or by id."""

    username = Text(max_length=150, required=False)
    user_id = Whole(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"username": "Give either the username or the user_id."})
        return attrs


class Person(serializers.Serializer[Any]):
    """A user by name."""

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
    """A friend, and how they stand now."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()
    online = serializers.BooleanField()
    status = serializers.ChoiceField(["offline", "online", "away", "busy", "playing"])
    last_seen = serializers.DateTimeField(allow_null=True, help_text="Offline: when they were last online")
    game_id = serializers.UUIDField(required=False, help_text="Playing: the game")


class Blocked(serializers.Serializer[Any]):
    """Somebody whom the caller blocks."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    created_at = serializers.DateTimeField()
