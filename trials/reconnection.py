"""Trial: a server with all its sockets is gone at once, and all of them come to the one that is left.

Promised: 99 % are back within 20 seconds, and those who were on the other server all along hardly notice:
their messages are answered within 250 ms (p99).

As a test: ``test_waits_grow_and_are_spread_at_random`` in
web/tests/test_browser_client.py.
"""

import asyncio
import contextlib
import time

from trials.figures import Figure, at_least, none_of, percentile, told, within
from trials.ground import Ground
from trials.history import History, Operation, Unknown
from trials.people import WITHIN_S, Frame, Line, Person, close_all, crowd, open_all, visitors
from trials.trial import Query, Trial


class Bystander:
    """Somebody on the surviving server who keeps asking for an answer."""

    def __init__(self, history: History, person: Person, path: str) -> None:
        self.line = Line(history, person, path, self._hear)
        self._history = history
        self._answered = asyncio.Event()

    def _hear(self, frame: Frame) -> None:
        if frame["type"] == "pong":
            self._answered.set()

    async def keep_asking(self) -> None:
        while True:
            with self._history.operation(self.line.person.name, "ping"):
                self._answered.clear()
                await self.line.send(type="ping")
                try:
                    await asyncio.wait_for(self._answered.wait(), WITHIN_S)
                except TimeoutError:
                    raise Unknown("no answer") from None
            await asyncio.sleep(0.05)


async def run(ground: Ground, history: History, *, sockets: int, bystanders: int) -> None:
    cut, staying = ground.start(2)
    async with visitors() as http:
        people = await crowd(sockets, http, [cut, staying])
        lines = [Line(history, person, "/ws/notifications/", servers=[cut]) for person in people]
        await open_all(lines)
        watching = [
            Bystander(history, person, "/ws/notifications/")
            for person in await crowd(bystanders, http, [staying], "bystander")
        ]
        await open_all(bystander.line for bystander in watching)
        asking = [asyncio.create_task(bystander.keep_asking()) for bystander in watching]
        await asyncio.sleep(2)
        for line in lines:
            line.servers = [staying]
            line.is_open.clear()
        history.seen("operator", "cut")
        cut.kill(cut.pids[0])
        began = time.perf_counter()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.gather(*(line.is_open.wait() for line in lines))
        history.seen("operator", "done", seconds=time.perf_counter() - began)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await close_all(lines)
        await close_all(bystander.line for bystander in watching)


def check(operations: list[Operation], query: Query) -> list[Figure]:
    cut = next(operation.started for operation in operations if operation.name == "cut")
    done = next(operation.started for operation in operations if operation.name == "done")
    lost = {o.who for o in operations if o.name == "lost" and cut <= o.started < done}
    back: dict[str, float] = {}
    for operation in operations:
        if operation.name == "connect" and operation.outcome == "ok" and operation.started > cut:
            back.setdefault(operation.who, operation.ended - cut)
    waits = [back.get(who, float("inf")) for who in lost]
    pings = [
        o.ended - o.started for o in operations if o.name == "ping" and o.outcome == "ok" and o.started > cut
    ]
    before = [o.ended - o.started for o in operations if o.name == "ping" and o.ended < cut]
    dropped = [who for who in lost if who.startswith("bystander")]
    return [
        at_least("sockets cut", len(lost), 2),
        within("seconds till 99 % were back", percentile(waits, 99), 20),
        none_of("bystanders who lost their socket", dropped),
        told("bystanders' answers before, p99 in ms", percentile(before, 99) * 1000),
        within("bystanders' answers meanwhile, p99 in ms", percentile(pings, 99) * 1000, 250),
    ]


TRIAL = Trial(
    "reconnection",
    run,
    check,
    long={"sockets": 2000, "bystanders": 20},
    quick={"sockets": 40, "bystanders": 2},
    fault="accepts_one_at_a_time",
)
