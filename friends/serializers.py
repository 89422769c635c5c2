"""The input of friends' routes."""

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
