"""Serializers of the parties' routes."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.serializers import StrictInteger
from game.serializers import StrictBoolean


@extend_schema_serializer(component_name="PartyCreation")
class Creation(serializers.Serializer[Any]):
    """A new party; anybody may join an open one."""

    open = StrictBoolean(default=False)


class OwnParty(serializers.Serializer[Any]):
    """The caller's party. It need not be named: a user is in one party at most."""

    party_id = StrictInteger(required=False, min_value=1)


class Entry(serializers.Serializer[Any]):
    """An open party to join."""

    party_id = StrictInteger(min_value=1)


@extend_schema_serializer(component_name="PartyTarget")
class Target(OwnParty):
    """The member to remove."""

    user_id = StrictInteger(min_value=1, source="target_id")


class Readiness(OwnParty):
    """Whether the caller is ready to play."""

    ready = StrictBoolean(default=True)


@extend_schema_serializer(component_name="PartyMember")
class Member(serializers.Serializer[Any]):
    """A member of the party."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    ready = serializers.BooleanField()


class Party(serializers.Serializer[Any]):
    """A party, with its members in the order of joining."""

    id = serializers.IntegerField()
    leader_id = serializers.IntegerField(allow_null=True)
    members = Member(many=True)
    max_size = serializers.IntegerField()
    open = serializers.BooleanField(help_text="Whether anybody may enter")
    version = serializers.IntegerField(help_text="Rises with each change")


class Said(serializers.Serializer[Any]):
    """The message, as sent in `party_chat`."""

    type = serializers.ChoiceField(["party_chat"])
    channel = serializers.ChoiceField(["party"])
    party_id = serializers.IntegerField()
    sender_id = serializers.IntegerField()
    sender_name = serializers.CharField()
    content = serializers.CharField(help_text="Listed words are masked")
    member_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Who hears it")


class Gone(serializers.Serializer[Any]):
    """Confirms that the caller is in no party now."""

    status = serializers.ChoiceField(["left", "disbanded"])
