"""What characters may ask of shards."""

from realtime.messages import Command
from world.commands import Id


class ShardCaptured(Command):
    """Begin to capture a shard where one's character stands; it is captured once the channel is over. Refused
    with ``no_character``, ``not_in_play``, ``unknown_shard``, ``not_here``, ``already_yours``,
    ``shard_contested``, ``already_capturing``.
    """

    shard_id: Id
