"""Refusals of captures."""

from core.refusals import Conflict, NotAllowed, NotFound


class UnknownShard(NotFound):
    """There is no such shard."""

    code = "unknown_shard"
    title = "There is no such shard"


class ShardElsewhere(NotAllowed):
    """The character is not in the shard's place."""

    code = "not_here"
    title = "The shard is somewhere else"


class ShardIsYours(Conflict):
    """The character's faction holds the shard already."""

    code = "already_yours"
    title = "Your faction holds this shard"


class ShardContested(Conflict):
    """Somebody else is capturing the shard."""

    code = "shard_contested"
    title = "Somebody else is capturing this shard"


class AlreadyCapturing(Conflict):
    """The character is already capturing a shard."""

    code = "already_capturing"
    title = "You are capturing another shard"
