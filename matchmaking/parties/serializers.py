"""What the parties' routes take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.serializers import Whole
from game.serializers import Switch


@extend_schema_serializer(component_name="PartyCreation")
class Creation(serializers.Serializer[Any]):
    """A new party; anybody may enter an open one."""

    open = Switch(default=False)


class OwnParty(serializers.Serializer[Any]):
    """The caller's party, which need not be named: there is only one."""

    party_id = Whole(required=False, min_value=1)


class Entry(serializers.Serializer[Any]):
    """An open party."""

    party_id = Whole(min_value=1)


@extend_schema_serializer(component_name="PartyTarget")
class Target(OwnParty):
    """Whom to send away."""

    user_id = Whole(min_value=1, source="target_id")


class Readiness(OwnParty):
    """Whether the caller is ready to play."""

    ready = Switch(default=True)


@extend_schema_serializer(component_name="PartyMember")
class Member(serializers.Serializer[Any]):
    """Somebody in the party."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    ready = serializers.BooleanField()


class Party(serializers.Serializer[Any]):
    """Players who queue as one, in the order of entering."""

    id = serializers.IntegerField()
    leader_id = serializers.IntegerField(allow_null=True)
    members = Member(many=True)
    max_size = serializers.IntegerField()
    open = serializers.BooleanField(help_text="Whether anybody may enter")
    version = serializers.IntegerField(help_text="Rises with each change")


class Said(serializers.Serializer[Any]):
    """What was said, as `party_chat` tells it."""

    type = serializers.ChoiceField(["party_chat"])
    channel = serializers.ChoiceField(["party"])
    party_id = serializers.IntegerField()
    sender_id = serializers.IntegerField()
    sender_name = serializers.CharField()
    content = serializers.CharField(help_text="Listed words are masked")
    member_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Who hears it")


class Gone(serializers.Serializer[Any]):
    """That the caller is in no party now."""

    status = serializers.ChoiceField(["left", "disbanded"])
