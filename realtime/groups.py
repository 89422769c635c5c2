"""What the channel layer's own interface cannot do: join many groups in one command, and subscribe anew.

All that leans on the inside of channels_redis stands here; its version is pinned.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer


async def add(layer: RedisPubSubChannelLayer, groups: Iterable[str], channel: str) -> None:
    """``group_add`` of the channel to each of the groups."""
    inside = layer._get_layer()
    by_shard: dict[Any, list[str]] = defaultdict(list)
    for group in groups:
        name = inside._get_group_channel_name(group)
        inside.groups.setdefault(name, set()).add(channel)
        by_shard[inside._get_shard(name)].append(name)
    for shard, names in by_shard.items():
        async with shard._lock:
            new = [name for name in names if name not in shard._subscribed_to]
            if new:
                shard._ensure_redis()
                shard._ensure_receiver()
                await shard._pubsub.subscribe(*new)
                shard._subscribed_to.update(new)


async def listen_anew(layer: RedisPubSubChannelLayer) -> None:
    """Give up the connections on which the layer listens: it connects, and subscribes to the same again."""
    for shard in layer._get_layer()._shards:
        async with shard._lock:
            connection = None if shard._pubsub is None else shard._pubsub.connection
            if connection is not None:
                await connection.disconnect(nowait=True)
