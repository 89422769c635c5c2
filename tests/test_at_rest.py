"""The cost of a worker while nobody plays, and its work as soon as something is due."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from prometheus_client import REGISTRY

from core import due, outbox
from core.database import in_database
from core.models import OutboxEntry
from operators import figures
from realtime.testing import running_worker

pytestmark = pytest.mark.django_db(transaction=True)

TIMES_FASTER = 50
HOUR_S = 3600.0


@pytest.fixture
async def asked(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[None]:
    """Each time that the elected worker has asked what is due."""
    loop, asked = asyncio.get_running_loop(), asyncio.Queue[None]()
    ask = due.wake_waiting

    def ask_and_tell() -> None:
        ask()
        loop.call_soon_threadsafe(asked.put_nowait, None)

    monkeypatch.setattr(due, "wake_waiting", ask_and_tell)
    return asked


@pytest.fixture
async def hurried(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A worker with all background tasks, whose time passes faster."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds, *result: sleep(seconds / TIMES_FASTER, *result))
    # They are taken at moments of the wall clock, which is not faster.
    monkeypatch.setattr(figures, "record_sample", lambda *_, **__: None)
    async with running_worker():
        yield


def statements() -> float:
    return REGISTRY.get_sample_value("background_statements_total") or 0.0


async def test_a_worker_at_rest_executes_less_than_one_statement_a_second(
    asked: asyncio.Queue[None], hurried: None
) -> None:
    for _ in range(4):  # it begins with a look for what dead workers have left
        await asked.get()
    before, times = statements(), 24
    for _ in range(times):
        await asked.get()
    assert statements() - before < times * due.ASK_EVERY_S


@pytest.fixture
async def called(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[str]:
    """Calls that the outbox has made."""
    loop, called = asyncio.get_running_loop(), asyncio.Queue[str]()

    def call(_: UUID, data: str) -> None:
        loop.call_soon_threadsafe(called.put_nowait, data)

    monkeypatch.setattr(outbox, "_handlers", {"listener": call})
    return called


def _add() -> None:
    with transaction.atomic():
        outbox.add(["listener"], "told")


async def test_what_a_service_makes_due_is_done_though_nobody_asks(
    called: asyncio.Queue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "ASK_EVERY_S", HOUR_S)
    async with running_worker():
        await in_database(_add)
        assert await called.get() == "told"


async def test_what_no_living_worker_was_told_of_is_found_when_it_is_due(
    called: asyncio.Queue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after the death of the worker that was told, or when a management command made it due."""
    await in_database(OutboxEntry.objects.create, handler="listener", data="found", due_at=timezone.now())
    monkeypatch.setattr(due, "ASK_EVERY_S", 0.02)
    async with running_worker():
        assert await called.get() == "found"


async def test_a_worker_that_was_not_elected_does_not_ask(
    asked: asyncio.Queue[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter(range(3))

    async def turn(_: float) -> None:
        if next(turns, None) is None:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", turn)
    monkeypatch.setattr("core.background.role.is_elected", False)
    with pytest.raises(asyncio.CancelledError):
        await due.ask_for_all()
    assert asked.empty()


def test_all_looks_are_one_statement_that_finds_what_is_due_soon(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(due.Look, "wake", lambda look: woken.append(look.name))
    later = timezone.now() + timedelta(minutes=1)
    OutboxEntry.objects.create(handler="listener", data="", due_at=later)
    with django_assert_num_queries(1):
        due.wake_waiting()
    assert woken == []
    OutboxEntry.objects.create(handler="listener", data="", due_at=later - timedelta(seconds=59))
    with django_assert_num_queries(1):
        due.wake_waiting()
    assert woken == [outbox.LOOK]
