"""What characters may ask of shards."""

from realtime.messages import Command
from world.commands import Id


class ShardCaptured(Command):
    """Begin to capture a shard where one's character stands; it is captured once the channel is over."""

    shard_id: Id
