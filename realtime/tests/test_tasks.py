"""Background tasks and periodic work."""

import asyncio
import gc

from django.db import InterfaceError, OperationalError

from core import background
from core.background import every
from core.redis import Disconnected
from core.tasks import begin


async def mend(problem=None):
    await asyncio.sleep(0)
    if problem is not None:
        raise problem


async def test_what_nobody_waits_for_is_held_until_it_is_done():
    held = set()
    done = begin(mend(), held, "Mending")
    gc.collect()
    assert held == {done}
    await done
    assert not held


async def test_its_failure_is_noted_at_once(caplog):
    failed = begin(mend(KeyError("torn")), held := set(), "Mending")
    await asyncio.wait({failed})
    (told,) = caplog.records
    assert (told.getMessage(), told.exc_info[0]) == ("Mending failed", KeyError)
    assert not held


async def test_what_is_called_off_is_no_failure(caplog):
    called_off = begin(mend(), held := set(), "Mending")
    called_off.cancel()
    await asyncio.wait({called_off})
    assert not caplog.records
    assert not held


async def test_what_is_done_again_and_again_waits_out_whatever_is_away(monkeypatch, caplog):
    monkeypatch.setattr("core.background.tasks", [])
    problems = [OperationalError("gone"), InterfaceError("closed"), Disconnected("gone"), None]
    loop, is_done = asyncio.get_running_loop(), asyncio.Event()

    @every(0)
    def look():
        if (problem := problems.pop(0)) is not None:
            raise problem
        loop.call_soon_threadsafe(is_done.set)
        problems.append(None)

    (repeat,) = background.tasks
    looking, done = asyncio.create_task(repeat()), asyncio.create_task(is_done.wait())
    await asyncio.wait({looking, done}, return_when=asyncio.FIRST_COMPLETED)
    looking.cancel()
    assert done.done()
    assert [record.getMessage().partition(" ")[2] for record in caplog.records] == ["waits: gone"]
