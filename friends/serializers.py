"""The input of friends' routes."""

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
