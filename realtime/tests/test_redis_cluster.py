"""A Redis Cluster: the keys of each script are in one slot, and what is in several is asked of each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis.asyncio.cluster import RedisCluster

from core.ids import UserId
from core.redis import REDIS_ERRORS
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
    with redis_forms.cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster.primaries


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
    history = History.of(cluster)
    assert {cluster.get_node_from_key(topic).port for topic in TOPICS} == {
        node.port for node in cluster.get_primaries()
    }
    begun = await history.begin(TOPICS)
    # Each topic twice, and not one after the other.
    frames = [(topic, b"%d" % turn) for turn in (1, 2) for topic in TOPICS]
    numbered: Any = await history.append(frames)
    assert [seq for seq, _ in numbered] == [begun[topic] + turn for turn in (1, 2) for topic in TOPICS]
    assert await history.counters(TOPICS) == [begun[topic] + 2 for topic in TOPICS]
    for topic in TOPICS:
        seq = begun[topic]
        assert await history.kept(topic, seq, seq + 2) == [b"1", b"2"]
        assert await history.kept(topic, seq + 1, seq + 2) == [b"2"]
        assert await history.kept(topic, seq - 1, seq + 2) is None
        assert await history.kept(topic, seq, seq + 3) is None
        await history.begin_above(topic, seq + 12)
        ((third, _),) = cast(Any, await history.append([(topic, b"three")]))
        assert third > seq + 12
        await history.leave_out(topic)
        assert await history.counters([topic]) == [third + 1]


async def test_what_one_node_cannot_number_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with redis_forms.cluster(tmp_path, "cluster-require-full-coverage no") as nodes:
        client: Any = await RedisCluster.from_url(nodes.primaries[0].url).initialize()
        history = History.of(client)
        begun = await history.begin(TOPICS)
        dead = {topic for topic in TOPICS if client.get_node_from_key(topic).port == nodes.primaries[2].port}
        nodes.primaries[2].process.kill()
        numbered: Any = await history.append([(topic, b"frame") for topic in TOPICS])
        for topic, answer in zip(TOPICS, numbered, strict=True):
            assert isinstance(answer, REDIS_ERRORS) if topic in dead else answer == [begun[topic] + 1, 0]
        await client.aclose()
