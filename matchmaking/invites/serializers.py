"""The input of the invites' routes."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText
from matchmaking.parties.serializers import OwnParty
from matchmaking.serializers import DEFAULT_GAME

_ONE_THING = "An invite is to one thing: a game, a lobby or a party."


class InvitedTo(serializers.Serializer[Any]):
    """The lobby or the party of an invite, which needs the right to invite there."""

    lobby_id = StrictInteger(min_value=1, required=False)
    party_id = StrictInteger(min_value=1, required=False)


@extend_schema_serializer(component_name="InviteCreation")
class Creation(InvitedTo):
    """A new invite: the user, and the game, lobby or party; by default a game of pong."""

    to_user_id = StrictInteger(min_value=1)
    game = StrictText(max_length=40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = attrs.keys() & {"game", "lobby_id", "party_id"}
        if len(named) > 1:
            raise serializers.ValidationError(dict.fromkeys(sorted(named), _ONE_THING))
        return attrs if named else {**attrs, "game": DEFAULT_GAME}


class Invitee(OwnParty):
    """Whom to invite."""

    user_id = StrictInteger(min_value=1, source="to_user_id")


class InviteWanted(OwnParty):
    """The invite to answer: by its id, by the party's, or, with neither, the newest to a party."""

    invite_id = StrictInteger(required=False, min_value=1)
