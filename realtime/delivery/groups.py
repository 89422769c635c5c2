"""Group operations that the channel layer lacks: joining many groups at once, and resubscribing.

Everything that depends on channels_redis internals is in this file and in ``cluster``; its version is pinned.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

from realtime.delivery.cluster import Subscriptions


async def add(layer: RedisPubSubChannelLayer, groups: Iterable[str], channel: str) -> None:
    """Add the channel to all these groups, like ``group_add``."""
    inside = layer._get_layer()
    by_shard: dict[Any, list[str]] = defaultdict(list)
    for group in groups:
        name = inside._get_group_channel_name(group)
        inside.groups.setdefault(name, set()).add(channel)
        by_shard[inside._get_shard(name)].append(name)
    for shard, names in by_shard.items():
        if isinstance(shard, Subscriptions):
            await shard.subscribe(*names)
            continue
        async with shard._lock:
            new = [name for name in names if name not in shard._subscribed_to]
            if new:
                shard._ensure_redis()
                shard._ensure_receiver()
                await shard._pubsub.subscribe(*new)
                shard._subscribed_to.update(new)


async def listen_anew(layer: RedisPubSubChannelLayer) -> None:
    """Drop the layer's pub/sub connections; it reconnects and subscribes to the same channels."""
    for shard in layer._get_layer()._shards:
        if isinstance(shard, Subscriptions):
            await shard.listen_anew()
            continue
        async with shard._lock:
            connection = None if shard._pubsub is None else shard._pubsub.connection
            if connection is not None:
                await connection.disconnect(nowait=True)
