"""Events of lobbies and direct messages, and their audiences."""

from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType

from chat import rules
from core.ids import UserId
from core.shapes import about, one_of
from friends.events import Person
from realtime.wire import topics
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import Closing, Ephemeral, Event, Internal, Reply
from realtime.wire.topics import Topic

LobbyId = NewType("LobbyId", int)


def lobby_topic(name: str) -> Topic:
    """Return the topic of a lobby's room."""
    return Topic(f"lobby_{name}")


def direct_topic(one_id: UserId, other_id: UserId) -> Topic:
    """Return the topic of the conversation of two users."""
    return Topic(f"dm_{min(one_id, other_id)}_{max(one_id, other_id)}")


class Quote(Struct, kw_only=True, frozen=True):
    """The message that another answers; ``content`` is its beginning, empty if it was deleted."""

    id: int
    username: str
    content: str


class Reactions(Struct, kw_only=True, frozen=True):
    """The users who reacted to a message in one way, in the order in which they did."""

    kind: Annotated[str, one_of(rules.REACTIONS)]
    user_ids: list[UserId]


class Said(Struct, kw_only=True, frozen=True):
    """Base of lobby and direct messages."""

    id: int
    content: str
    sender: Person
    created_at: datetime
    edited_at: datetime | None = None
    reply_to: Quote | None = None
    reactions: list[Reactions] = []


class Text(Said, kw_only=True, frozen=True):
    """A lobby message. ``mentions`` are the ids of the members whom it names."""

    mentions: list[UserId] = []


class Member(Struct, kw_only=True, frozen=True):
    """A member of a lobby; ``online`` while they have a socket open in it.

    A muted member may not write until ``muted_until``.
    """

    user_id: UserId
    username: str
    is_premium: bool
    role: Annotated[str, one_of(rules.RANKS)]
    muted_until: datetime | None
    online: Annotated[bool, about("Whether a socket of theirs is open in the lobby")]


class LobbyFacts(Struct, kw_only=True, frozen=True):
    """The properties of a lobby; ``title`` is the text chosen by the owner, ``name`` its slug."""

    id: LobbyId
    name: str
    title: str
    is_public: bool
    max_participants: int
    game: str
    status: str
    owner_id: UserId | None
    slow_mode_s: Annotated[int, about("A member may write once in this many seconds; 0 is always")]
    pinned: Text | None


class OwnMembership(Struct, kw_only=True, frozen=True):
    """The receiver's own membership of the lobby."""

    user_id: UserId
    role: str
    muted_until: datetime | None
    read_up_to: Annotated[int, about("The id of the last message read")]


class PresenceState(Reply):
    """The lobby's state: the first frame. ``messages`` are the latest, newest first."""

    lobby: Raw
    members: Raw
    messages: Raw
    you: OwnMembership
    recovered: bool | UnsetType = UNSET


class InLobby(Event, kw_only=True):
    """Base of events sent to a lobby. ``lobby`` is its name."""

    lobby: str

    def audience(self) -> Topic:
        return lobby_topic(self.lobby)


class ChatMessage(InLobby):
    """Sent when a member writes a message."""

    message: Text


class MessageEdited(InLobby):
    """Sent when a message is edited by its author."""

    message: Text


class Reacted(Struct, kw_only=True, frozen=True):
    """A reaction to a message, given or taken back."""

    id: Annotated[int, about("The message's")]
    kind: Annotated[str, one_of(rules.REACTIONS)]
    user_id: UserId
    is_on: Annotated[bool, about("False if it was taken back")]


class Reaction(InLobby):
    """Sent when a member reacts to a message, or takes it back."""

    reaction: Reacted


class Mention(Event, kw_only=True):
    """Sent to a member who is named in a lobby message."""

    user_id: UserId
    lobby_id: LobbyId
    title: str
    message: Text

    def audience(self) -> Topic:
        return topics.user(self.user_id)


class MessageDeleted(InLobby):
    """Sent when a message is deleted by its author or a moderator."""

    id: int


class PresenceJoin(InLobby):
    """Sent when a member opens a socket in the lobby."""

    user_id: UserId
    username: str
    is_premium: bool


class PresenceLeave(InLobby):
    """Sent when a member has no socket open in the lobby any more."""

    user_id: UserId
    username: str


class LobbyUpdate(InLobby):
    """Sent when the lobby's properties change, or a member joins, changes or leaves."""

    facts: LobbyFacts
    member: Member | UnsetType = UNSET
    gone_id: UserId | UnsetType = UNSET

    def closing(self) -> Closing | None:
        if isinstance(self.gone_id, UnsetType):
            return None
        return Closing(CloseCode.NOT_ALLOWED, "not_a_member", self.gone_id)


class ModerationKick(InLobby):
    """Sent when a member is kicked; they may rejoin."""

    target_id: UserId
    target_username: str
    reason: str
    by_id: UserId

    def closing(self) -> Closing:
        return Closing(CloseCode.NOT_ALLOWED, "kicked", self.target_id)


class ModerationBan(InLobby):
    """Sent when a user is banned until ``until``, or permanently if it is null."""

    target_id: UserId
    target_username: str
    reason: str
    by_id: UserId | None
    until: datetime | None

    def closing(self) -> Closing:
        return Closing(CloseCode.NOT_ALLOWED, "banned", self.target_id)


class ModerationMute(InLobby):
    """Sent when a member is muted until ``until``; null means unmuted."""

    target_id: UserId
    target_username: str
    reason: str
    by_id: UserId | None
    until: datetime | None


class GameStart(InLobby):
    """Sent when a game starts: seated players also get ``match_found``, the others may watch."""

    game: str
    game_id: UUID
    ws_url: str
    player_ids: list[UserId]


class LobbyClosed(InLobby):
    """Sent when the lobby is closed permanently."""

    lobby_id: LobbyId

    def closing(self) -> Closing:
        return Closing(CloseCode.NOT_FOUND, "lobby_closed")


class Typing(Ephemeral, kw_only=True):
    """Base of typing events: ephemeral, and not sent to the one who types."""

    user_id: UserId
    username: str

    def but_user_id(self) -> UserId:
        return self.user_id

    def coalescing_key(self) -> str:
        return f"typing {self.user_id}"


class TypingInLobby(Typing):
    """Base of typing events in a lobby."""

    lobby: str

    def audience(self) -> Topic:
        return lobby_topic(self.lobby)


class TypingStart(TypingInLobby):
    """Sent when a member starts typing."""


class TypingStop(TypingInLobby):
    """Sent when a member stops typing."""


class DirectText(Said, kw_only=True, frozen=True):
    """A direct message."""

    to_user_id: UserId
    read_at: datetime | None


class Talker(Struct, kw_only=True, frozen=True):
    """A participant of a conversation; ``online`` while they have it open."""

    user_id: UserId
    username: str
    is_premium: bool
    online: bool


class DirectState(Reply, tag="presence_state"):
    """The conversation's state: the first frame. ``messages`` are the latest, newest first.

    ``unread`` counts the friend's messages that the receiver has not read.
    """

    members: list[Talker]
    messages: list[DirectText]
    unread: int
    recovered: bool | UnsetType = UNSET


class BetweenFriends(Event, kw_only=True):
    """Base of events sent to two friends. ``between`` holds their ids, the lower first."""

    between: tuple[UserId, UserId]

    def audience(self) -> Topic:
        return direct_topic(*self.between)


class DirectMessage(BetweenFriends, tag="chat_message"):
    """Sent when one of the two writes a message."""

    message: DirectText


class DirectEdited(BetweenFriends, tag="message_edited"):
    """Sent when a message is edited by its author."""

    message: DirectText


class DirectDeleted(BetweenFriends, tag="message_deleted"):
    """Sent when a message is deleted by its author."""

    id: int


class DirectReaction(BetweenFriends, tag="reaction"):
    """Sent when one of the two reacts to a message, or takes it back."""

    reaction: Reacted


class Read(BetweenFriends):
    """Sent when one of the two has read the other's messages up to this one."""

    user_id: UserId
    up_to: int
    read_at: datetime


class FriendHere(BetweenFriends, tag="presence_join"):
    """Sent when one of the two opens the conversation."""

    user_id: UserId
    username: str
    is_premium: bool


class FriendGone(BetweenFriends, tag="presence_leave"):
    """Sent when one of the two closes the conversation."""

    user_id: UserId
    username: str


class TypingToFriend(Typing):
    """Base of typing events between friends."""

    between: tuple[UserId, UserId]

    def audience(self) -> Topic:
        return direct_topic(*self.between)


class FriendTyping(TypingToFriend, tag="typing_start"):
    """Sent when the friend starts typing."""


class FriendStoppedTyping(TypingToFriend, tag="typing_stop"):
    """Sent when the friend stops typing."""


class DirectClosed(BetweenFriends):
    """Sent when the two are no longer friends: the conversation is closed."""

    def closing(self) -> Closing:
        return Closing(CloseCode.NOT_ALLOWED, "not_friends")


class UnreadChanged(Internal):
    """Published when a user's number of unread direct messages changes."""

    user_id: UserId
