"""The channels of the relay in Redis, and how a script counts their listeners.

On a cluster they are sharded: a channel is known to the node that has the slot of its name. There each worker
also listens at a channel in the slot of the leases, so that a script there can tell who listens.
"""

from core import redis
from core.namespace import key
from core.redis import Role
from realtime.wire.topics import Topic

GROUP = key("__group__")  # the prefix of channels_redis' channels of groups
_LISTENING = key("{relay}:listening:")


def group(topic: Topic) -> str:
    """Return the channel-layer group of a topic. On a cluster its channel is in the slot of its stream."""
    return f"{{{topic}}}"


def of(topic: Topic) -> str:
    """Return the channel of a topic."""
    return f"{GROUP}{{{topic}}}"


def listening(worker: str) -> str:
    """Return the channel on a cluster at which a worker listens so that it is counted."""
    return _LISTENING + worker


def numsub(*, is_cluster: bool) -> str:
    """Return the subcommand of ``PUBSUB`` that counts listeners."""
    return "SHARDNUMSUB" if is_cluster else "NUMSUB"


def counting() -> tuple[str, str]:
    """Return the subcommand that counts listeners, and the prefix of a worker's counted channel."""
    is_cluster = redis.is_cluster(Role.RELAY)
    return numsub(is_cluster=is_cluster), _LISTENING if is_cluster else ""
