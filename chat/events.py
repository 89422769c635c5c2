"""What happens in lobbies and between friends, and to whom it is told."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType

from friends.events import Person
from realtime import topics
from realtime.messages import Closing, Ephemeral, Event, Internal, Reply
from realtime.topics import Topic

NOT_ALLOWED, GONE = 4403, 4404


class Text(Struct, kw_only=True, frozen=True):
    """What was said in a lobby."""

    id: int
    content: str
    sender: Person
    created_at: datetime


class Member(Struct, kw_only=True, frozen=True):
    """Somebody who belongs to a lobby; ``online`` while a socket of theirs is open in it.

    ``role`` is owner, moderator or member; who is muted may not speak until then.
    """

    user_id: int
    username: str
    is_premium: bool
    role: str
    muted_until: datetime | None
    online: bool


class LobbyFacts(Struct, kw_only=True, frozen=True):
    """What a lobby is; ``title`` is the text that its owner gave it, ``name`` the slug of it."""

    id: int
    name: str
    title: str
    is_public: bool
    max_participants: int
    game: str
    status: str
    owner_id: int | None


class OwnPlace(Struct, kw_only=True, frozen=True):
    """The receiver's own standing in the lobby."""

    user_id: int
    role: str
    muted_until: datetime | None


class PresenceState(Reply):
    """How the lobby stands: the first frame. ``messages`` are the last ones, the newest first."""

    lobby: Raw
    members: Raw
    messages: Raw
    you: OwnPlace


class InLobby(Event, kw_only=True):
    """Anything that is told to a lobby, on either of its sockets. ``lobby`` is its name."""

    lobby: str

    def audience(self) -> Topic:
        return topics.lobby(self.lobby)


class ChatMessage(InLobby):
    """A member said something."""

    message: Text


class MessageDeleted(InLobby):
    """A message was taken away by its author or a moderator."""

    id: int


class PresenceJoin(InLobby):
    """A member is here."""

    user_id: int
    username: str
    is_premium: bool


class PresenceLeave(InLobby):
    """A member has no socket open here any more."""

    user_id: int
    username: str


class LobbyUpdate(InLobby):
    """The lobby was changed, or a member is new or has changed, or is gone."""

    facts: LobbyFacts
    member: Member | UnsetType = UNSET
    gone_id: int | UnsetType = UNSET

    def closing(self) -> Closing | None:
        if isinstance(self.gone_id, UnsetType):
            return None
        return Closing(NOT_ALLOWED, "not_a_member", self.gone_id)


class ModerationKick(InLobby):
    """A member was sent out, and may come back."""

    target_id: int
    target_username: str
    reason: str
    by_id: int

    def closing(self) -> Closing:
        return Closing(NOT_ALLOWED, "kicked", self.target_id)


class ModerationBan(InLobby):
    """A user was sent out, and may not come back until then, or ever."""

    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: datetime | None

    def closing(self) -> Closing:
        return Closing(NOT_ALLOWED, "banned", self.target_id)


class ModerationMute(InLobby):
    """A member may not speak until then; null ends an earlier mute."""

    target_id: int
    target_username: str
    reason: str
    by_id: int | None
    until: datetime | None


class GameStart(InLobby):
    """A game begins: those with a seat are also told ``match_found``, the others may watch."""

    game: str
    game_id: UUID
    ws_url: str
    player_ids: list[int]


class LobbyClosed(InLobby):
    """The lobby is closed for good."""

    lobby_id: int

    def closing(self) -> Closing:
        return Closing(GONE, "lobby_closed")


class Typing(Ephemeral, kw_only=True):
    """Somebody writes, or has stopped: of use only now, and only to the others."""

    user_id: int
    username: str

    def but_user_id(self) -> int:
        return self.user_id

    def coalescing_key(self) -> str:
        return f"typing {self.user_id}"


class TypingInLobby(Typing):
    """What a member does is told to the lobby."""

    lobby: str

    def audience(self) -> Topic:
        return topics.lobby(self.lobby)


class TypingStart(TypingInLobby):
    """A member writes something."""


class TypingStop(TypingInLobby):
    """A member has stopped writing."""


class DirectText(Struct, kw_only=True, frozen=True):
    """What one friend said to another."""

    id: int
    content: str
    sender: Person
    to_user_id: int
    created_at: datetime
    read_at: datetime | None


class Talker(Struct, kw_only=True, frozen=True):
    """One of the two; ``online`` while they have the conversation open."""

    user_id: int
    username: str
    is_premium: bool
    online: bool


class DirectState(Reply, tag="presence_state"):
    """How the conversation stands: the first frame. ``messages`` are the last ones, the newest first.

    ``unread`` counts those that the friend wrote and the receiver has not read.
    """

    members: list[Talker]
    messages: list[DirectText]
    unread: int


class BetweenFriends(Event, kw_only=True):
    """Anything that is told to two friends. ``between`` are their ids, the lower first."""

    between: tuple[int, int]

    def audience(self) -> Topic:
        return topics.direct(*self.between)


class DirectMessage(BetweenFriends, tag="chat_message"):
    """One of the two said something."""

    message: DirectText


class Read(BetweenFriends):
    """One of the two has read what the other wrote, up to this message."""

    user_id: int
    up_to: int
    read_at: datetime


class FriendHere(BetweenFriends, tag="presence_join"):
    """One of the two has opened the conversation."""

    user_id: int
    username: str
    is_premium: bool


class FriendGone(BetweenFriends, tag="presence_leave"):
    """One of the two has closed it."""

    user_id: int
    username: str


class TypingToFriend(Typing):
    """What one of two friends does is told to the other."""

    between: tuple[int, int]

    def audience(self) -> Topic:
        return topics.direct(*self.between)


class FriendTyping(TypingToFriend, tag="typing_start"):
    """The friend writes something."""


class FriendStoppedTyping(TypingToFriend, tag="typing_stop"):
    """The friend has stopped writing."""


class DirectClosed(BetweenFriends):
    """The two are friends no more: nothing can be said here."""

    def closing(self) -> Closing:
        return Closing(NOT_ALLOWED, "not_friends")


class UnreadChanged(Internal):
    """A user has more or fewer unread messages of friends than before."""

    user_id: int
