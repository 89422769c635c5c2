"""The channel layer on a Redis Cluster, by sharded publications: each channel is in the slot of its name.

channels_redis cannot use a cluster, and redis-py has no subscriptions there for asyncio (release 7).
"""

import asyncio
import contextlib
import logging
from typing import Any, cast

from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from channels_redis.utils import _wrap_close
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import ConnectionError as Disconnected

from core import redis
from core.redis import ANY_REDIS_ERROR, Role
from core.tasks import begin
from realtime.delivery import channels

logger = logging.getLogger(__name__)

RETRY_S = 0.2
PING_EVERY_S = redis.ANSWER_TIMEOUT_S / 2
"""More often than the time after which a connection counts as silent."""


class ClusterChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """The layer of channels_redis with subscriptions to a cluster."""

    def _get_layer(self) -> "_LoopLayer":
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = _LoopLayer(self)
            _wrap_close(self, loop)
        return cast(_LoopLayer, self._layers[loop])


class _LoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]
    def __init__(self, layer: ClusterChannelLayer) -> None:
        super().__init__(prefix=layer._kwargs["prefix"], channel_layer=layer)
        self._shards = [Subscriptions(None, self)]

    async def new_channel(self, prefix: str = "specific.") -> str:
        channel: str = await super().new_channel(prefix)
        await self._shards[0].subscribe(channels.listening(channel))
        return channel


class _Node:
    """A connection to one node, and the channels, with their slots, to which it is subscribed."""

    def __init__(self, node: Any) -> None:
        self.name: str = node.name
        self.connection = node.connection_class(**node.connection_kwargs, retry=Retry(NoBackoff(), 0))
        self.slots: dict[str, int] = {}
        self.awaited: dict[str, asyncio.Future[None]] = {}

    async def subscribe(self, slots: dict[str, int]) -> None:
        """Subscribe to these channels, and wait until the node has confirmed them."""
        loop = asyncio.get_running_loop()
        answers = [self.awaited.setdefault(name, loop.create_future()) for name in slots]
        try:
            for name in slots:
                await self.connection.send_command("SSUBSCRIBE", name, check_health=False)
            async with asyncio.timeout(redis.ANSWER_TIMEOUT_S):
                await asyncio.gather(*answers)
        except TimeoutError:
            raise Disconnected("Redis did not confirm a subscription") from None
        self.slots |= slots

    def confirm(self, name: str) -> None:
        answer = self.awaited.pop(name, None)
        if answer is not None and not answer.done():
            answer.set_result(None)

    def lose(self) -> None:
        """Refuse what was not confirmed."""
        awaited, self.awaited = self.awaited, {}
        for answer in awaited.values():
            if not answer.done():
                answer.set_exception(Disconnected("The connection to a node was lost"))
                answer.exception()  # also if nobody waits any more


class Subscriptions(RedisSingleShardConnection):  # type: ignore[misc]
    """The subscriptions of one event loop to a cluster, with a connection to each node that has some.

    What a node loses, because it dies or its slots move, is subscribed to at the node that has the slot then.
    """

    def __init__(self, host: None, channel_layer: _LoopLayer) -> None:
        super().__init__(host, channel_layer)
        self._client: Any = None
        self._nodes: dict[str, _Node] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lost: set[str] = set()
        self._restoring = False

    async def publish(self, channel: str, message: bytes) -> None:
        await self._connected().execute_command("SPUBLISH", channel, message)

    async def subscribe(self, *names: str) -> None:
        """Subscribe to these channels."""
        async with self._lock:
            new = [name for name in names if name not in self._subscribed_to]
            if new:
                try:
                    await self._subscribe(new)
                except ANY_REDIS_ERROR:
                    # The slots may have moved since the client looked.
                    self._client._initialize = True
                    await self._subscribe(new)
                self._subscribed_to.update(new)

    async def unsubscribe(self, name: str) -> None:
        async with self._lock:
            self._subscribed_to.discard(name)
            self._lost.discard(name)
            for node in self._nodes.values():
                if node.slots.pop(name, None) is not None:
                    await node.connection.send_command("SUNSUBSCRIBE", name, check_health=False)

    async def listen_anew(self) -> None:
        """Drop the connections; the same channels are subscribed to by new ones."""
        for node in list(self._nodes.values()):
            await node.connection.disconnect(nowait=True)

    async def flush(self) -> None:
        async with self._lock:
            tasks, self._tasks = self._tasks, set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            nodes, self._nodes = self._nodes, {}
            for node in nodes.values():
                await node.connection.disconnect(nowait=True)
            if self._client is not None:
                await self._client.aclose()
            self._client = None
            self._subscribed_to.clear()
            self._lost.clear()
            self._restoring = False

    def _connected(self) -> Any:
        if self._client is None:
            self._client = redis.connect(Role.RELAY)
            begin(self._watch(), self._tasks, "Watching the nodes of a cluster")
        return self._client

    async def _subscribe(self, names: list[str]) -> None:
        client = self._connected()
        await client.initialize()
        by_node: dict[str, dict[str, int]] = {}
        for name in names:
            slot = key_slot(name.encode())
            node = client.nodes_manager.get_node_from_slot(slot)
            if node.name not in self._nodes:
                await self._connect(node)
            by_node.setdefault(node.name, {})[name] = slot
        for node_name, slots in by_node.items():
            node = self._nodes.get(node_name)
            if node is None:
                raise Disconnected("The connection to a node was lost")
            await node.subscribe(slots)

    async def _connect(self, node: Any) -> None:
        here = _Node(node)
        await here.connection.connect()
        self._nodes[here.name] = here
        begin(self._listen(here), self._tasks, "Listening to a node of a cluster")

    async def _listen(self, node: _Node) -> None:
        try:
            while True:
                kind, *rest = await node.connection.read_response()
                if kind == b"smessage":
                    self._receive_message({"channel": rest[0], "data": rest[1]})
                elif kind == b"ssubscribe":
                    node.confirm(rest[0].decode())
                elif kind == b"sunsubscribe" and node.slots.pop(name := rest[0].decode(), None) is not None:
                    self._restore([name])  # its slot has moved
        except ANY_REDIS_ERROR as problem:
            logger.warning("A connection to a node is lost: %s", problem)
        finally:
            if self._nodes.get(node.name) is node:
                del self._nodes[node.name]
            node.lose()
            await node.connection.disconnect(nowait=True)
        # Commands find out by themselves that slots have moved, and this may be the only connection.
        self._client._initialize = True
        self._restore(node.slots)

    async def _watch(self) -> None:
        """Keep connections in use, and leave nodes that have their slots no more."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            for node in list(self._nodes.values()):
                with contextlib.suppress(*ANY_REDIS_ERROR):
                    if self._has_moved(node):
                        await node.connection.disconnect(nowait=True)
                    else:
                        await node.connection.send_command("PING", check_health=False)

    def _has_moved(self, node: _Node) -> bool:
        owners = self._client.nodes_manager.get_node_from_slot
        return any(owners(slot).name != node.name for slot in set(node.slots.values()))

    def _restore(self, names: Any) -> None:
        self._lost.update(self._subscribed_to.intersection(names))
        if self._lost and not self._restoring:
            self._restoring = True
            begin(self._restore_lost(), self._tasks, "Subscribing anew")

    async def _restore_lost(self) -> None:
        while self._lost:
            try:
                async with self._lock:
                    names = list(self._lost)
                    await self._subscribe(names)
                    self._lost.difference_update(names)
            except ANY_REDIS_ERROR as problem:
                logger.warning("Subscriptions wait for Redis: %s", problem)
                self._client._initialize = True
                await asyncio.sleep(RETRY_S)
        self._restoring = False
