"""Request and response bodies of the chat routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText
from chat.models import PARTICIPANTS, TITLE_LENGTH, Lobby, Membership, Sanction
from core import speech
from game.serializers import QueryBoolean, StrictBoolean, StrictChoice

MAX_RAW_CHARACTERS = 10_000
MAX_ID = 2**63 - 1


class LobbiesWanted(serializers.Serializer[Any]):
    """Filters of the lobby list; empty values do not filter."""

    public = QueryBoolean(
        required=False, help_text="1: only public ones; 0: only private ones, all the caller's own"
    )
    status = StrictChoice(Lobby.Status.values, required=False, allow_blank=True)
    search = serializers.CharField(required=False, allow_blank=True, max_length=TITLE_LENGTH)
    mine = QueryBoolean(required=False, help_text="1: only those the caller is a member of")


class Title(StrictText):
    """A lobby's title: one line of text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=TITLE_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return " ".join(speech.clean(super().to_internal_value(data)).split())
        except speech.InvalidContent as refusal:
            raise serializers.ValidationError(refusal.message) from None


class LobbyChanges(serializers.Serializer[Any]):
    """Changes to a lobby by its owner; the name is fixed."""

    title = Title(required=False)
    is_public = StrictBoolean(required=False)
    max_participants = StrictInteger(min_value=PARTICIPANTS[0], max_value=PARTICIPANTS[-1], required=False)
    game = StrictText(max_length=40, required=False, allow_blank=True, help_text="A game's name")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "name" in self.initial_data and "name" not in self.fields:
            raise serializers.ValidationError({"name": "A lobby keeps its name; change its title."})
        return attrs


class NewLobby(LobbyChanges):
    """A new lobby."""

    title = None  # type: ignore[assignment]  # the name says it
    name = Title(source="title", help_text="Any text: its slug becomes `name`, the text itself `title`")


class User(serializers.Serializer[Any]):
    """A user's public identity."""

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
    """A member of a lobby."""

    user_id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()
    role = serializers.ChoiceField(Membership.Role.values)
    muted_until = serializers.DateTimeField(allow_null=True)
    online = serializers.BooleanField(help_text="Whether a socket of theirs is open in the lobby")


class LobbyWithMembers(OneLobby):
    """A lobby and its members."""

    members = Member(many=True)


class Left(serializers.Serializer[Any]):
    """The result of leaving."""

    status = serializers.ChoiceField(["left", "not_a_member"])


class Start(serializers.Serializer[Any]):
    """The game to start, if not the lobby's own."""

    game = StrictText(max_length=40, required=False, allow_blank=True)
    options = serializers.DictField(required=False)


class Started(serializers.Serializer[Any]):
    """The started game."""

    game_id = serializers.UUIDField()
    ws_url = serializers.CharField()


class Target(serializers.Serializer[Any]):
    """The target of a moderation action."""

    user_id = StrictInteger(min_value=1, max_value=MAX_ID)


class Reasoned(Target):
    """The target and a reason."""

    reason = StrictText(max_length=200, required=False, allow_blank=True, default="")


class Timed(Reasoned):
    """The target, a reason and an end."""

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
    """A new message: 1 to 500 characters after trimming."""

    content = StrictText(max_length=MAX_RAW_CHARACTERS, trim_whitespace=False, allow_blank=True)


class Message(serializers.Serializer[Any]):
    """A lobby message."""

    id = serializers.IntegerField()
    content = serializers.CharField()
    sender = User()
    created_at = serializers.DateTimeField()


class NewReport(serializers.Serializer[Any]):
    """A report of a message."""

    reason = StrictText(max_length=200, required=False, allow_blank=True, default="")


class OneReport(serializers.Serializer[Any]):
    """A report, as shown to the reporter."""

    id = serializers.IntegerField()
    message_id = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class DirectMessage(Message):
    """A direct message."""

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
    """The last message read; all messages if omitted."""

    up_to = StrictInteger(min_value=0, max_value=MAX_ID, required=False)


class Unread(serializers.Serializer[Any]):
    """The friend's remaining unread messages."""

    unread = serializers.IntegerField()
