"""What the chat routes take and give."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import Text, Whole
from chat.models import PARTICIPANTS, TITLE_LENGTH, Lobby, Membership, Sanction
from core import speech
from game.serializers import Choice, Flag, Switch

MOST_CHARACTERS_SENT = 10_000
BIGGEST_ID = 2**63 - 1


class LobbiesWanted(serializers.Serializer[Any]):
    """Which lobbies to list; what is empty does not narrow the list."""

    public = Flag(required=False, help_text="1: only public ones; 0: only private ones, all the caller's own")
    status = Choice(Lobby.Status.values, required=False, allow_blank=True)
    search = serializers.CharField(required=False, allow_blank=True, max_length=TITLE_LENGTH)
    mine = Flag(required=False, help_text="1: only those the caller is a member of")


class Title(Text):
    """A line of text, which a lobby is called."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=TITLE_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return " ".join(speech.clean(super().to_internal_value(data)).split())
        except speech.InvalidContent as refusal:
            raise serializers.ValidationError(refusal.message) from None


class LobbyChanges(serializers.Serializer[Any]):
    """What owners change of a lobby; its name stays."""

    title = Title(required=False)
    is_public = Switch(required=False)
    max_participants = Whole(min_value=PARTICIPANTS[0], max_value=PARTICIPANTS[-1], required=False)
    game = Text(max_length=40, required=False, allow_blank=True, help_text="A game's name")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "name" in self.initial_data and "name" not in self.fields:
            raise serializers.ValidationError({"name": "A lobby keeps its name; change its title."})
        return attrs


class NewLobby(LobbyChanges):
    """A lobby to be opened."""

    title = None  # type: ignore[assignment]  # the name says it
    name = Title(source="title", help_text="Any text: its slug becomes `name`, the text itself `title`")


class User(serializers.Serializer[Any]):
    """A user as others see them."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()


class OneLobby(serializers.Serializer[Any]):
    """A lobby."""

    id = serializers.IntegerField()
    name = serializers.CharField(help_text="The slug of the title")
    title = serializers.CharField()
    is_public = serializers.BooleanField()
    max_participants = serializers.IntegerField()
    game = serializers.CharField(help_text="Empty: any")
    status = serializers.ChoiceField(Lobby.Status.values)
    owner = User(allow_null=True)
    member_count = serializers.IntegerField()
    role = serializers.ChoiceField(Membership.Role.values, allow_null=True, help_text="The caller's")
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    ws_url = serializers.CharField()


class Member(serializers.Serializer[Any]):
    """Somebody who belongs to a lobby."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()
    role = serializers.ChoiceField(Membership.Role.values)
    muted_until = serializers.DateTimeField(allow_null=True)
    online = serializers.BooleanField(help_text="Whether a socket of theirs is open in the lobby")


class LobbyWithMembers(OneLobby):
    """A lobby and who belongs to it."""

    members = Member(many=True)


class Left(serializers.Serializer[Any]):
    """What came of leaving."""

    status = serializers.ChoiceField(["left", "not_a_member"])


class Start(serializers.Serializer[Any]):
    """Which game to start, if not the lobby's own."""

    game = Text(max_length=40, required=False, allow_blank=True)
    options = serializers.DictField(required=False)


class Started(serializers.Serializer[Any]):
    """The game that begins."""

    game_id = serializers.UUIDField()
    ws_url = serializers.CharField()


class Target(serializers.Serializer[Any]):
    """Who is meant."""

    user_id = Whole(min_value=1, max_value=BIGGEST_ID)


class Reasoned(Target):
    """Who is meant, and why."""

    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class Timed(Reasoned):
    """Who is meant, why, and until when."""

    until = serializers.DateTimeField(required=False, allow_null=True)


class OneSanction(serializers.Serializer[Any]):
    """A ban or a mute in force."""

    user = User()
    kind = serializers.ChoiceField(Sanction.Kind.values)
    reason = serializers.CharField()
    by_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class NewMessage(serializers.Serializer[Any]):
    """What is said: 1 to 500 characters once trimmed."""

    content = Text(max_length=MOST_CHARACTERS_SENT, trim_whitespace=False, allow_blank=True)


class Message(serializers.Serializer[Any]):
    """What was said in a lobby."""

    id = serializers.IntegerField()
    content = serializers.CharField()
    sender = User()
    created_at = serializers.DateTimeField()


class NewReport(serializers.Serializer[Any]):
    """What is wrong with a message."""

    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class OneReport(serializers.Serializer[Any]):
    """A report, for who made it."""

    id = serializers.IntegerField()
    message_id = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class DirectMessage(Message):
    """What one friend said to another."""

    to_user_id = serializers.IntegerField()
    read_at = serializers.DateTimeField(allow_null=True)


class Thread(serializers.Serializer[Any]):
    """A conversation with a friend."""

    user = User(help_text="The friend")
    last_message = DirectMessage(allow_null=True)
    last_at = serializers.DateTimeField()
    unread = serializers.IntegerField()
    ws_url = serializers.CharField()


class ReadUpTo(serializers.Serializer[Any]):
    """Up to which message; all there are, if it is left out."""

    up_to = Whole(min_value=0, max_value=BIGGEST_ID, required=False)


class Unread(serializers.Serializer[Any]):
    """How many messages of the friend are unread now."""

    unread = serializers.IntegerField()
