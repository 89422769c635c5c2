"""The socket of a game: players and those who watch."""

import uuid
from collections.abc import Awaitable

from game import commands
from game.live import rooms
from game.refusals import UnknownMatch
from realtime.consumer import Consumer, handles
from realtime.messages import Command


class GameConsumer(Consumer):
    """Passes what a player asks to the room, wherever the room is."""

    place: rooms.Place | None = None

    async def opened(self) -> None:
        try:
            game_id = uuid.UUID(self.scope["url_route"]["kwargs"]["game_id"])
        except ValueError:
            raise UnknownMatch from None
        since = self.since()
        place = await rooms.current().find(game_id)
        self.place = place
        await place.attach(self.connection, self.player, since)

    async def closed(self) -> None:
        if self.place is not None:
            self.place.detach(self.connection, self.player.user_id)

    @handles(commands.PlayerMove, commands.PlayerReady, commands.GameAction, commands.ChatMessage)
    def ask(self, command: Command) -> Awaitable[None] | None:
        assert self.place is not None
        return self.place.take(self.player.user_id, command)
