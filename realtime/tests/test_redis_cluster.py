"""The scripts of membership and of streams' history in a Redis Cluster: the keys of each are in one slot."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.asyncio.cluster import RedisCluster

from core.ids import UserId
from realtime.delivery.history import History
from realtime.membership import leased_set
from realtime.membership.leased_set import LeasedSet, key_of
from realtime.wire.topics import Topic
from tests import redis_forms

ADA, BOB = UserId(1), UserId(2)
WITHIN_S = 30
TOPICS = [Topic(f"topic_{number}") for number in range(20)]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[redis_forms.Server]]:
    with redis_forms.cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        yield nodes


@pytest.fixture
async def cluster(nodes: list[redis_forms.Server]) -> AsyncIterator[Any]:
    client: Any = await RedisCluster.from_url(nodes[0].url).initialize()
    yield client
    await client.aclose()


async def test_members_come_leave_and_are_swept(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leased_set, "BEAT_EVERY_S", 0.1)
    monkeypatch.setattr(leased_set, "DEAD_AFTER_S", 60)
    told: asyncio.Queue[Any] = asyncio.Queue()

    async def tell(*change: Any) -> None:
        told.put_nowait(change)

    def new(worker: str) -> tuple[LeasedSet, list[asyncio.Task[None]]]:
        relay: Any = SimpleNamespace(address=worker)
        members = LeasedSet("here", cluster, relay, tell)
        return members, [asyncio.create_task(members.keep()), asyncio.create_task(members.announce())]

    async def hear() -> Any:
        return await asyncio.wait_for(told.get(), WITHIN_S)

    (one, tasks_of_one), (two, tasks_of_two) = new("one"), new("two")
    one.arrived("den", ADA)
    assert await hear() == ("den", ADA, True)
    two.arrived("lair", BOB)
    assert await hear() == ("lair", BOB, True)
    two.left("lair", BOB)
    assert await hear() == ("lair", BOB, False)
    for task in tasks_of_one:
        task.cancel()
    await asyncio.gather(*tasks_of_one, return_exceptions=True)
    await cluster.zadd(key_of("here", "workers"), {"one": 0})
    assert await hear() == ("den", ADA, False)
    assert await two.workers() == ["two"]
    for task in tasks_of_two:
        task.cancel()
    await asyncio.gather(*tasks_of_two, return_exceptions=True)


async def test_streams_of_topics_on_all_nodes_are_numbered_and_kept(cluster: Any) -> None:
    history = History(cluster)
    assert {cluster.get_node_from_key(topic).port for topic in TOPICS} == {
        node.port for node in cluster.get_primaries()
    }
    for topic in TOPICS:
        begun = (await history.begin([topic]))[topic]
        ((first, _),) = await history.append([(topic, b"one")])
        ((second, _),) = await history.append([(topic, b"two")])
        assert (first, second) == (begun + 1, begun + 2)
        assert await history.counters([topic]) == [second]
        await history.begin_above(topic, second + 10)
        ((third, _),) = await history.append([(topic, b"three")])
        assert third > second + 10
        await history.leave_out(topic)
        assert await history.counters([topic]) == [third + 1]
