"""Why a capture is refused."""

from core.refusals import Conflict, NotAllowed, NotFound


class UnknownShard(NotFound):
    """There is no such shard."""

    code = "unknown_shard"
    title = "There is no such shard"


class ShardElsewhere(NotAllowed):
    """A shard is captured from where it stands."""

    code = "not_here"
    title = "The shard is somewhere else"


class ShardIsYours(Conflict):
    """The own faction holds it already."""

    code = "already_yours"
    title = "Your faction holds this shard"


class ShardContested(Conflict):
    """Somebody else is capturing it."""

    code = "shard_contested"
    title = "Somebody else is capturing this shard"


class AlreadyCapturing(Conflict):
    """One shard at a time."""

    code = "already_capturing"
    title = "You are capturing another shard"
