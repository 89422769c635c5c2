"""The consumer of a game's socket, for players and spectators."""

import uuid
from collections.abc import Awaitable
from functools import partial

from msgspec import structs

from accounts import consent
from core import speech, words
from core.database import in_database
from core.ids import UserId
from core.refusals import Malformed
from game import commands, events, selectors
from game.live import attendance, rooms
from game.live.open_rooms import RoomList
from game.refusals import UnknownMatch
from realtime.socket.consumer import Consumer, handles
from realtime.wire.answering import mark_answered
from realtime.wire.messages import Command


class GameConsumer(Consumer):
    """A game's socket. Players' commands are sent to the room, whichever worker owns it."""

    opens_with = events.GameState
    emits = (
        events.PlayerReady,
        events.GameStart,
        events.PlayerMove,
        events.GameUpdate,
        events.Phase,
        events.GameTick,
        events.GameAction,
        events.ChatMessage,
        events.PlayerJoined,
        events.PlayerLeft,
        events.PlayerReconnected,
        events.PlayerReplaced,
        events.GameOver,
    )
    room: rooms.RoomHandle | None = None
    game_id: uuid.UUID | None = None

    async def opened(self) -> None:
        try:
            game_id = uuid.UUID(self.scope["url_route"]["kwargs"]["game_id"])
        except ValueError:
            raise UnknownMatch from None
        since = self.since()
        room = await rooms.current().find(game_id)
        self.room = room
        await room.attach(self.connection, self.player, since, self._wants_to_follow())
        self.game_id = game_id
        attendance.current().arrived(game_id, self.player.user_id)

    def _wants_to_follow(self) -> UserId | None:
        """Return the ``?follow=`` of a spectator: the user whose view to show."""
        given = self.scope["query"].get("follow")
        if given is None:
            return None
        if not (given[0].isascii() and given[0].isdigit() and len(given[0]) < 17):
            raise Malformed("follow is the id of a player.")
        return UserId(int(given[0]))

    async def closed(self) -> None:
        if self.game_id is not None:
            attendance.current().left(self.game_id, self.player.user_id)
        if self.room is not None:
            self.room.detach(self.connection, self.player.user_id)

    @handles(commands.PlayerMove, commands.PlayerReady, commands.GameAction, commands.Resync)
    def ask(self, command: Command) -> Awaitable[None] | None:
        assert self.room is not None
        assert self.connection.identity is not None
        # The room answers, once the command's entry is committed.
        mark_answered()
        return self.room.take(self.connection.identity.user_id, command)

    @handles(commands.ChatMessage)
    async def say(self, command: commands.ChatMessage) -> None:
        await consent.check_speech_among_strangers(self.player.user_id)
        masked = await words.amask(speech.clean(command.message))
        asked = self.ask(structs.replace(command, message=masked))
        if asked is not None:
            await asked


METADATA = "metadata."


class OpenRoomsConsumer(Consumer):
    """The rooms that can be joined, kept up to date; a reconnect gets the whole list again.

    ``?game=`` and ``?metadata.<key>=`` filter it as in ``GET /api/games/?open=1``.
    """

    opens_with = events.OpenRooms
    emits_unsequenced = (events.RoomListed, events.RoomUnlisted)

    async def opened(self) -> None:
        query: dict[str, list[str]] = self.scope["query"]
        user_id = self.player.user_id
        names = [selectors.known(query["game"][0])] if "game" in query else selectors.offered()
        metadata = {
            key.removeprefix(METADATA): values[0] for key, values in query.items() if key.startswith(METADATA)
        }
        wanted = selectors.with_metadata(names, metadata)

        async def snapshot() -> events.OpenRooms:
            return events.OpenRooms(rooms=await in_database(selectors.open_rooms, user_id, wanted))

        kind = partial(RoomList, user_id=user_id, wanted=wanted)
        heard = await self.subscribe(events.open_rooms_topic(), snapshot, kind)
        rooms = await snapshot()
        if self.since() is not None:
            rooms.recovered = False
        heard.begin(rooms)
