"""The sockets of lobbies and direct messages."""

from chat import commands, events, pacing, rules, selectors, services
from chat.events import LobbyId
from chat.live import chat_state
from core import speech
from core.database import in_database
from core.ids import UserId
from realtime.publishing import publish_now
from realtime.socket.consumer import Consumer, handles
from realtime.wire import answering
from realtime.wire.topics import Topic

MAX_TYPING_EVENTS = 10
TYPING_WINDOW_S = 5.0
"""A socket may publish ``MAX_TYPING_EVENTS`` typing events within this time; the rest are dropped."""


class RoomConsumer(Consumer):
    """A chat room that shows who is present and who is typing."""

    room: Topic | None = None
    is_typing = False
    typing_count = 0
    typing_since = float("-inf")

    def entered(self, room: Topic) -> None:
        """Mark the user as present; call it once the socket is subscribed to the room."""
        self.room = room
        chat_state().arrived(room, self.player)

    async def closed(self) -> None:
        if self.room is not None:
            if self.is_typing:
                self.tell_typing(False)
            chat_state().left(self.room, self.player)

    @handles(commands.TypingStart)
    def start_typing(self, command: commands.TypingStart) -> None:
        self._type(True)

    @handles(commands.TypingStop)
    def stop_typing(self, command: commands.TypingStop) -> None:
        self._type(False)

    def _type(self, is_typing: bool) -> None:
        now = self._clock()
        if now - self.typing_since >= TYPING_WINDOW_S:
            self.typing_since, self.typing_count = now, 0
        if self.typing_count < MAX_TYPING_EVENTS:
            self.typing_count += 1
            self.is_typing = is_typing
            self.tell_typing(is_typing)

    def tell_typing(self, is_typing: bool) -> None:
        """Publish the typing event to the room."""
        raise NotImplementedError


class LobbyConsumer(RoomConsumer):
    """A lobby, by id or name, for its members."""

    opens_with = events.PresenceState
    emits = (
        events.ChatMessage,
        events.MessageEdited,
        events.MessageDeleted,
        events.Reaction,
        events.PresenceJoin,
        events.PresenceLeave,
        events.TypingStart,
        events.TypingStop,
        events.LobbyUpdate,
        events.ModerationKick,
        events.ModerationBan,
        events.ModerationMute,
        events.GameStart,
        events.LobbyClosed,
    )

    async def opened(self) -> None:
        user_id = self.player.user_id
        asked = self.scope["url_route"]["kwargs"]
        wanted = (
            {"lobby_id": LobbyId(int(asked["lobby_id"]))} if "lobby_id" in asked else {"name": asked["name"]}
        )
        self.lobby_id, self.name = await in_database(selectors.lobby_entered_by, user_id, **wanted)
        room = events.lobby_topic(self.name)
        if not await self.follow(room, self.snapshot):
            # A member removed before the subscription has missed the event that closes the socket.
            await in_database(selectors.lobby_entered_by, user_id, lobby_id=self.lobby_id)
        if self.connection.closed_with is None:
            self.entered(room)

    async def snapshot(self) -> events.PresenceState:
        """Return the lobby's state. Raises ``NotAMember``."""
        state = await chat_state().lobbies(self.lobby_id)
        return state.seen_by(self.player.user_id)

    @handles(commands.ChatMessage)
    async def say(self, command: commands.ChatMessage) -> None:
        user_id = self.player.user_id
        content = speech.clean(command.message)
        await pacing.take_among_strangers(user_id)
        await chat_state().store(
            services.Post(self.lobby_id, user_id, content, answering.current(), command.reply_to)
        )

    @handles(commands.Read)
    async def read(self, command: commands.Read) -> None:
        await in_database(
            services.read_lobby, user_id=self.player.user_id, lobby_id=self.lobby_id, up_to=command.up_to
        )

    def tell_typing(self, is_typing: bool) -> None:
        kind = events.TypingStart if is_typing else events.TypingStop
        publish_now(kind(lobby=self.name, user_id=self.player.user_id, username=self.player.username))


class DirectConsumer(RoomConsumer):
    """The conversation of two friends."""

    opens_with = events.DirectState
    emits = (
        events.DirectMessage,
        events.DirectEdited,
        events.DirectDeleted,
        events.DirectReaction,
        events.Read,
        events.FriendHere,
        events.FriendGone,
        events.FriendTyping,
        events.FriendStoppedTyping,
        events.DirectClosed,
    )

    async def opened(self) -> None:
        user_id = self.player.user_id
        self.friend_id = UserId(int(self.scope["url_route"]["kwargs"]["friend_id"]))
        await in_database(selectors.check_friends, user_id, self.friend_id)
        room = events.direct_topic(user_id, self.friend_id)
        if not await self.follow(room, self.snapshot):
            # The friendship may have ended before the subscription.
            await in_database(selectors.check_friends, user_id, self.friend_id)
        if self.connection.closed_with is None:
            self.entered(room)

    async def snapshot(self) -> events.DirectState:
        """Return the conversation's state. Raises ``NotFriends``."""
        return await in_database(selectors.direct_state, self.player.user_id, self.friend_id)

    @handles(commands.ChatMessage)
    async def say(self, command: commands.ChatMessage) -> None:
        content = speech.clean(command.message)
        await in_database(self._post, content, command.reply_to)

    def _post(self, content: str, reply_to: int | None) -> None:
        user_id = self.player.user_id
        pacing.take_sync(user_id)
        services.post_direct(sender_id=user_id, friend_id=self.friend_id, content=content, reply_to=reply_to)

    @handles(commands.Read)
    async def read(self, command: commands.Read) -> None:
        await in_database(
            services.mark_read,
            user_id=self.player.user_id,
            friend_id=self.friend_id,
            up_to=command.up_to,
        )

    def tell_typing(self, is_typing: bool) -> None:
        kind = events.FriendTyping if is_typing else events.FriendStoppedTyping
        user_id = self.player.user_id
        between = rules.between(user_id, self.friend_id)
        publish_now(kind(between=between, user_id=user_id, username=self.player.username))
