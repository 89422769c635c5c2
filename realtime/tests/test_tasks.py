"""Background tasks and periodic work."""

import asyncio
import gc
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as Disconnected

from core import background
from core.background import every
from core.tasks import begin


async def mend(problem: Any = None) -> None:
    await asyncio.sleep(0)
    if problem is not None:
        raise problem


async def test_what_nobody_waits_for_is_held_until_it_is_done() -> None:
    held: set[Any] = set()
    done = begin(mend(), held, "Mending")
    gc.collect()
    assert held == {done}
    await done
    assert not held


async def test_its_failure_is_noted_at_once(caplog: pytest.LogCaptureFixture) -> None:
    held: set[Any] = set()
    failed = begin(mend(KeyError("torn")), held, "Mending")
    await asyncio.wait({failed})
    (told,) = caplog.records
    assert (told.getMessage(), told.exc_info[0]) == ("Mending failed", KeyError)
    assert not held


async def test_what_is_called_off_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    held: set[Any] = set()
    called_off = begin(mend(), held, "Mending")
    called_off.cancel()
    await asyncio.wait({called_off})
    assert not caplog.records
    assert not held


async def test_what_is_done_again_and_again_waits_out_whatever_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("core.background.tasks", [])
    problems = [OperationalError("gone"), InterfaceError("closed"), Disconnected("gone"), None]
    loop, is_done = asyncio.get_running_loop(), asyncio.Event()

    @every(0)
    def look() -> None:
        if (problem := problems.pop(0)) is not None:
            raise problem
        loop.call_soon_threadsafe(is_done.set)
        problems.append(None)

    (repeat,) = background.tasks
    looking = asyncio.ensure_future(repeat())
    done = asyncio.create_task(is_done.wait())
    await asyncio.wait({looking, done}, return_when=asyncio.FIRST_COMPLETED)
    looking.cancel()
    assert done.done()
    assert [record.getMessage().partition(" ")[2] for record in caplog.records] == ["waits: gone"]
