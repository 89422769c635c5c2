"""The shards on the world's socket: how the world stands with them, and their capture."""

import asyncio
from typing import ClassVar

import msgspec

from core.database import in_database
from realtime.socket.consumer import handles
from realtime.wire.messages import Message
from world.shards import commands, events, services
from world.shards.live import WorldStates
from world.socket import WorldSocket


class ShardHandlers(WorldSocket):
    """Handlers of commands for capturing shards."""

    opens_with: ClassVar[type[Message] | None] = events.WorldState
    emits: ClassVar[tuple[type[Message], ...]] = (
        events.ShardStatus,
        events.ShardCaptured,
        events.RealityShift,
        events.Aetherfall,
    )

    async def snapshot(self) -> events.WorldState:
        states, character = self._here.part(WorldStates).loader, self.character
        if character is None:
            return await states(None)
        state, area = await asyncio.gather(states(None), self.area(character))
        own = (member for member in area.members if member.character_id == character.character_id)
        return msgspec.structs.replace(state, you=next(own, character), area=area)

    @handles(commands.ShardCaptured)
    async def capture_shard(self, command: commands.ShardCaptured) -> None:
        await in_database(services.begin_capture, user_id=self.player.user_id, shard_id=command.shard_id)
