"""The shards on the world's socket: how the world stands with them, and their capture."""

from core.database import in_database
from world.shards import commands, events, services
from world.socket import Part, WorldSocket

SHARDS = Part(
    emits=(
        events.ShardStatus,
        events.ShardCaptured,
        events.RealityShift,
        events.Aetherfall,
    )
)


@SHARDS.handles(commands.ShardCaptured)
async def capture_shard(socket: WorldSocket, command: commands.ShardCaptured) -> None:
    await in_database(services.begin_capture, user_id=socket.player.user_id, shard_id=command.shard_id)
