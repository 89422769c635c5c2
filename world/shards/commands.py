"""Commands on shards."""

from realtime.wire.messages import Command
from world.commands import Id


class ShardCaptured(Command):
    """Begin to capture the shard in your character's place; the capture takes effect when its time is over.

    Refused with ``no_character``, ``not_in_play``, ``unknown_shard``, ``not_here``, ``already_yours``,
    ``shard_contested``, ``already_capturing``.
    """

    shard_id: Id
