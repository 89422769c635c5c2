"""The live figures: summed over all workers, with gaps where there are no samples."""

import json
import logging
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.services import Device, register_guest
from core.redis import sync_client
from game import services as games
from matchmaking import services as matchmaking
from operators import figures
from operators.figures import Sample
from realtime import metrics


def put(worker: Any, *samples: Any) -> None:
    for sample in samples:
        sync_client().lpush(figures._key(worker), figures._encode(sample))
        sync_client().zadd(figures.WORKERS, {worker: sample.slot})


def sample(
    slot: Any,
    *,
    sockets: float = 0.0,
    received: float = 0.0,
    late: tuple[Any, ...] = (0, 0, 0),
    rooms: float = 0.0,
) -> Sample:
    limits = dict(zip(("0.01", "0.02", "+Inf"), map(float, late), strict=True))
    return figures.Sample(slot, {"sockets": sockets}, {"received": received}, limits, {"rooms": rooms})


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> int:
    """The current slot, fixed for the test."""
    moment = time.time()
    monkeypatch.setattr(figures, "time", SimpleNamespace(time=lambda: moment))
    return int(moment / figures.EVERY_S)


def test_figures_of_workers_add_up_and_those_of_the_database_do_not(now: int) -> None:
    at = now - 3
    put("a", sample(at, received=100, rooms=4), sample(at + 1, sockets=2, received=150, rooms=4))
    put("b", sample(at, received=10, rooms=4), sample(at + 1, sockets=3, received=20, rooms=4))

    series = figures.history()["series"]

    column = at + 1 - now - 1
    assert series["sockets"][column] == 5
    assert series["received"][column] == 60 / figures.EVERY_S
    assert series["rooms"][column] == 4
    assert series["sockets"][column - 5] is None
    assert {len(values) for values in series.values()} == {figures.HISTORY_LENGTH}


def test_tick_lag_is_the_99th_percentile_of_this_moment_over_all_workers(now: int) -> None:
    put("a", sample(now - 2, late=(0, 5000, 9000)), sample(now - 1, late=(98, 5098, 9098)))
    put("b", sample(now - 2), sample(now - 1, late=(0, 2, 2)))

    assert figures.history()["series"]["tick_lag_ms"][-2] == pytest.approx(15.0)


def test_a_worker_that_fell_silent_is_not_counted(now: int) -> None:
    put("a", sample(now - 10))
    put("b", sample(now))
    assert figures.history()["workers"] == 1


def test_a_worker_keeps_what_it_counts_and_the_page_shows_it(
    operator: Callable[[str], Client], transactional_db: None, now: int
) -> None:
    ada, bob, cyd = (register_guest(username=name, device=Device()).user for name in ("ada", "bob", "cyd"))
    games.create_game(name="pong", players=[games.Player(ada.pk), games.Player(bob.pk)])
    matchmaking.join(user_id=cyd.pk, game="pong")
    figures.record_sample("a", now - 1, sockets=7, counts=False)
    logging.getLogger("somewhere").error("a planted error")
    metrics.refusals.labels("rate_limited").inc(10)
    metrics.received["ChatMessage"] += 20
    metrics.published["ChatMessage"] += 30
    figures.record_sample("a", now, sockets=7, counts=True)

    shown = json.loads(operator("support").get("/admin/figures/").content)

    latest = {name: values[-1] for name, values in shown["series"].items()}
    assert latest.pop("longest_wait_s") >= 0
    assert latest == {
        "sockets": 7,
        "received": 4,
        "told": 6,
        "refused": 2,
        "errors": 12,
        "rooms": 1,
        "waiting": 1,
        "tick_lag_ms": None,
    }
    assert shown["rooms"] == [{"game": "pong", "state": "waiting_for_players", "games": 1}]
    (queue,) = shown["queues"]
    assert (queue["game"], queue["mode"], queue["players"]) == ("pong", "", 1)


def test_no_more_is_kept_than_is_shown(now: int) -> None:
    for slot in range(now - figures.HISTORY_LENGTH - 20, now):
        put("a", sample(slot))
    assert len(figures.history()["series"]["sockets"]) == figures.HISTORY_LENGTH
