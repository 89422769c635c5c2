"""Trial: a server with all its sockets is gone at once, and all of them come to the one that is left.

Promised: 99 % are back within 20 seconds, and those who were on the other server all along hardly notice:
their messages are answered within 250 ms (p99).

As a test: ``test_waits_grow_and_are_spread_at_random`` in
web/tests/test_browser_client.py.
"""

import asyncio
import contextlib
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence

import msgspec

from gameplatform.testing.processes import ROOT, ServerProcess
from trials.figures import Figure, at_least, exactly, percentile, told, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Line, Person, close_all, crowd, open_all, visitors
from trials.trial import Query, Trial


@contextlib.asynccontextmanager
async def _bystanders(people: Sequence[Person], server: ServerProcess) -> AsyncIterator[Process]:
    """Run ``trials.bystanders``; they are connected when the block begins."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trials.bystanders", f"{server.ws_url}/ws/notifications/"),
        *(person.token for person in people),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("The bystanders could not be let in")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run(ground: Ground, history: History, *, sockets: int, bystanders: int) -> None:
    cut, staying = ground.start(2)
    async with visitors() as http:
        people = await crowd(sockets, http, [cut, staying])
        lines = [Line(history, person, "/ws/notifications/", servers=[cut]) for person in people]
        await open_all(lines)
        watching = await crowd(bystanders, http, [staying], "bystander")
        async with _bystanders(watching, staying) as asking:
            await asyncio.sleep(2)
            for line in lines:
                line.servers = [staying]
                line.is_open.clear()
            assert asking.stdin is not None
            asking.stdin.write(b"cut\n")
            history.seen("operator", "cut")
            cut.kill(cut.pids[0])
            began = time.perf_counter()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(30):
                    await asyncio.gather(*(line.is_open.wait() for line in lines))
            history.seen("operator", "done", seconds=time.perf_counter() - began)
            asking.stdin.close()
            answers, _ = await asking.communicate()
            history.seen("bystanders", "answered", **msgspec.json.decode(answers))
        await close_all(lines)


def check(operations: list[Operation], query: Query) -> list[Figure]:
    cut = next(operation.started for operation in operations if operation.name == "cut")
    done = next(operation.started for operation in operations if operation.name == "done")
    lost = {o.who for o in operations if o.name == "lost" and cut <= o.started < done}
    back: dict[str, float] = {}
    for operation in operations:
        if operation.name == "connect" and operation.outcome == "ok" and operation.started > cut:
            back.setdefault(operation.who, operation.ended - cut)
    waits = [back.get(who, float("inf")) for who in lost]
    answers = next(operation.asked for operation in operations if operation.name == "answered")
    return [
        at_least("sockets cut", len(lost), 2),
        within("seconds till 99 % were back", percentile(waits, 99), 20),
        exactly("bystanders who lost their socket", answers["lost"], 0),
        told("bystanders' answers before, p99 in ms", percentile(answers["before"], 99) * 1000),
        within("bystanders' answers meanwhile, p99 in ms", percentile(answers["after"], 99) * 1000, 250),
    ]


TRIAL = Trial(
    "reconnection",
    run,
    check,
    long={"sockets": 2000, "bystanders": 20},
    quick={"sockets": 40, "bystanders": 2},
    fault="accepts_one_at_a_time",
)
