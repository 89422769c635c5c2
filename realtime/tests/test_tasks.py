"""Work that is begun and not waited for is held until it is done, and its failure noted."""

import asyncio
import gc

from realtime.tasks import begin


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
