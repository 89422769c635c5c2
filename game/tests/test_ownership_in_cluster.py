"""The ownership of rooms in a Redis Cluster: leases, owners and who listens are known to one node."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import channel_layers

from core import redis
from core.redis import Role
from game.live.ownership import Ownership
from realtime.membership.leases import Leases
from tests import redis_forms


@pytest.fixture
async def cluster(tmp_path: Path, settings: Any) -> AsyncIterator[Any]:
    with redis_forms.cluster(tmp_path) as nodes:
        settings.REDIS_URLS = {"relay": nodes.url}
        client = redis.connect(Role.RELAY)
        yield client
        await client.aclose()


async def test_a_room_has_one_owner_as_long_as_that_worker_listens(cluster: Any, settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "realtime.delivery.cluster.ClusterChannelLayer",
            "CONFIG": {"prefix": settings.REDIS_PREFIX},
        }
    }
    layers: list[Any] = [channel_layers.make_backend("default") for _ in range(2)]
    one, two = [await layer.new_channel("worker.") for layer in layers]
    leases = Leases(cluster)
    for worker in (one, two):
        renewed = await leases.renew(worker, is_draining=worker == two)
        assert (renewed.listeners, renewed.elected) == (1, one)
    assert await leases.alive([one, two, "nobody"], takes_rooms=False) == {one, two}
    assert await leases.alive([one, two], takes_rooms=True) == {one}

    def owned_by(worker: str) -> Ownership:
        here: Any = SimpleNamespace(id=worker, redis_of=lambda role: cluster)
        return Ownership(here)

    games = [uuid4() for _ in range(20)]
    for game in games:
        assert [await owned_by(worker).claim(game) for worker in (one, two)] == [one, one]
    assert await owned_by(two).owners(games) == [one] * len(games)
    await layers[0].flush()  # what a kill does; its lease still stands
    assert await leases.alive([one, two], takes_rooms=False) == {two}
    assert await owned_by(two).claim(games[0]) == two
    assert await owned_by(one).others(games) == games[:1]
    await layers[1].flush()
