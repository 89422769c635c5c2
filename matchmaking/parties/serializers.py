"""The input of the parties' routes."""

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
