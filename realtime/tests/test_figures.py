"""The Prometheus metrics, and access to them."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.db import OperationalError
from prometheus_client import CollectorRegistry
from pytest_django import Settings
from rest_framework.test import APIClient

from core.namespace import key
from game.tests.conftest import *  # noqa: F403  (somebody plays)
from gameplatform.testing.processes import ServerProcess
from realtime import figures
from realtime.worker import Worker
from tests import clients
from tests.clients import WITHIN_S, NetworkPlayer


def scraped(base_url: str, **headers: Any) -> str:
    answer = httpx.get(f"{base_url}/metrics", headers=headers, timeout=WITHIN_S)
    answer.raise_for_status()
    return answer.text


def samples(text: str, name: str) -> list[tuple[dict[Any, Any], float]]:
    """Return the labels and values of the samples with this name."""
    found = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in found]


async def test_one_scrape_tells_the_figures_of_all_workers(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(workers=2) as server:
        ada, bob, eve = (NetworkPlayer(server.base_url, name) for name in ("ada", "bob", "eve"))
        eve.post("/game/join/", {"game": "tictactoe"})
        path = clients.new_game(ada, bob)
        await clients.begin(path, ada, bob)
        await ada.enter("/ws/notifications/")
        await ada.send(type="ping")
        await ada.hear("pong")

        open_sockets: list[Any] = []
        async with asyncio.timeout(WITHIN_S):
            # A worker that is slow to answer is missing from one scrape.
            while len({labels["worker"] for labels, _ in open_sockets}) < 2:
                text = await asyncio.to_thread(scraped, server.base_url)
                open_sockets = samples(text, "realtime_sockets_open")

        assert samples(text, "workers") == [({}, 2)]
        assert sum(count for _, count in open_sockets) == 3
        received = {
            labels["type"]: count for labels, count in samples(text, "realtime_messages_received_total")
        }
        assert received["ping"] == 1
        assert "player_ready" in received
        (rooms,) = samples(text, "game_rooms")
        assert (rooms[0]["game"], rooms[0]["state"], rooms[1]) == ("tictactoe", "active", 1)
        entries = {labels["kind"]: count for labels, count in samples(text, "game_journal_entries_total")}
        assert (entries["ready"], entries["start"]) == (2, 1)
        assert samples(text, "matchmaking_queue_tickets") == [({"game": "tictactoe"}, 1)]
        assert len(samples(text, "game_journal_commit_seconds_count")) == 2
        if server.environment["DATABASE_URL"].startswith("postgres"):
            assert len(samples(text, "database_pool_requests_total")) == 2
        assert len(re.findall("^# TYPE realtime_sockets_open ", text, re.MULTILINE)) == 1


async def test_a_worker_tells_its_own_figures_without_a_label_that_changes(here: Worker) -> None:
    here.health = {"database": "ok", "journal": "moves cannot be stored"}

    text = (await figures.own_exposition()).decode()

    assert "worker=" not in text
    assert samples(text, "realtime_sockets_open") == [({}, 0)]
    assert samples(text, "health_check_failing") == [({"check": "database"}, 0), ({"check": "journal"}, 1)]
    for name in ("http_requests_rejected_total", "http_requests_waiting"):
        assert "http" in {labels["lane"] for labels, _ in samples(text, name)}
    for name in (
        "redis_errors_total",
        "game_journal_failures_total",
        "game_takeovers_total",
        "realtime_users_online",
    ):
        assert len(samples(text, name)) == 1
    assert len(samples(text, "realtime_loop_lag_seconds_count")) == 1


async def test_a_worker_that_does_not_answer_is_missing_from_the_scrape_alone(
    here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "ASK_TIMEOUT_S", 0.05)
    await here.redis.zadd(key("{online}:workers"), {"worker.gone!nobody": time.time()})

    text = (await figures.exposition()).decode()

    assert samples(text, "workers") == [({}, 2)]
    assert len(samples(text, "realtime_sockets_open")) == 1


async def test_figures_are_for_the_private_network() -> None:
    assert (await asyncio.to_thread(APIClient().get, "/metrics")).status_code == 200
    refused = APIClient(REMOTE_ADDR="8.8.8.8").get("/metrics")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(("header", "status"), [("Bearer of-prometheus", 200), ("Bearer x", 401), ("", 401)])
async def test_with_a_token_figures_are_for_who_bears_it(
    settings: Settings, header: str, status: int
) -> None:
    settings.METRICS_TOKEN = "of-prometheus"

    answer = await asyncio.to_thread(APIClient().get, "/metrics", headers={"Authorization": header})

    assert answer.status_code == status


async def test_figures_are_told_though_redis_answers_nothing(
    here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "ASK_TIMEOUT_S", 0.1)
    monkeypatch.setattr(figures, "SHARED", CollectorRegistry())
    monkeypatch.setattr(here.presence, "workers", asyncio.Event().wait)

    async with asyncio.timeout(WITHIN_S):
        text = (await figures.exposition()).decode()

    assert samples(text, "workers") == [({}, 1.0)]


@pytest.mark.django_db
async def test_figures_are_told_though_the_database_is_away(
    here: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Away:
        def collect(self) -> None:
            raise OperationalError("away")

    monkeypatch.setattr(figures, "SHARED", Away())

    text = (await figures.exposition()).decode()

    assert samples(text, "workers") == [({}, 1.0)]
    assert "missing from a scrape: OperationalError('away')" in caplog.text
