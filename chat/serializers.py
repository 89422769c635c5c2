"""Request bodies of the chat routes."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import StrictInteger, StrictText
from chat import rules
from chat.models import PARTICIPANTS, TITLE_LENGTH, Lobby
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
    slow_mode_s = StrictInteger(
        min_value=0,
        max_value=rules.MAX_SLOW_MODE_S,
        required=False,
        help_text="A member may write once in this many seconds",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "name" in self.initial_data and "name" not in self.fields:
            raise serializers.ValidationError({"name": "A lobby keeps its name; change its title."})
        return attrs


class NewLobby(LobbyChanges):
    """A new lobby."""

    title = None  # type: ignore[assignment]  # the name says it
    name = Title(source="title", help_text="Any text: its slug becomes `name`, the text itself `title`")


class Start(serializers.Serializer[Any]):
    """The game to start, if not the lobby's own."""

    game = StrictText(max_length=40, required=False, allow_blank=True)
    seats = StrictInteger(
        required=False,
        min_value=1,
        help_text="More than members leave seats for others; all members by default",
    )
    options = serializers.DictField(required=False)


class Target(serializers.Serializer[Any]):
    """The target of a moderation action."""

    user_id = StrictInteger(min_value=1, max_value=MAX_ID)


class Reasoned(Target):
    """The target and a reason."""

    reason = StrictText(max_length=200, required=False, allow_blank=True, default="")


class Timed(Reasoned):
    """The target, a reason and an end."""

    until = serializers.DateTimeField(required=False, allow_null=True)


class EditedMessage(serializers.Serializer[Any]):
    """The text of a message: 1 to 500 characters after trimming."""

    content = StrictText(max_length=MAX_RAW_CHARACTERS, trim_whitespace=False, allow_blank=True)


class NewMessage(EditedMessage):
    """A new message."""

    reply_to = StrictInteger(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        allow_null=True,
        help_text="The id of the message that this one answers",
    )


class NewReport(serializers.Serializer[Any]):
    """A report of a message."""

    reason = StrictText(max_length=200, required=False, allow_blank=True, default="")


class ReadUpTo(serializers.Serializer[Any]):
    """The last message read; all messages if omitted."""

    up_to = StrictInteger(min_value=0, max_value=MAX_ID, required=False)
