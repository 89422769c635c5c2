"""Handlers of the shards' commands."""

from typing import ClassVar

from core.database import in_database
from realtime.socket.consumer import handles
from realtime.wire.messages import Message
from world.shards import commands, events, services
from world.socket import WorldSocket


class ShardHandlers(WorldSocket):
    """Handlers of commands for capturing shards."""

    emits: ClassVar[tuple[type[Message], ...]] = (
        events.ShardStatus,
        events.ShardCaptured,
        events.RealityShift,
        events.Aetherfall,
    )

    @handles(commands.ShardCaptured)
    async def capture_shard(self, command: commands.ShardCaptured) -> None:
        await in_database(services.begin_capture, user_id=self.player.user_id, shard_id=command.shard_id)
