"""Trial: some players of real-time games never read what they are sent.

Promised: the server's memory stays where it was, and the others' frames keep coming: at most 40 ms apart
beyond their beat (p99).

As a test: ``test_a_slow_socket_says_so_and_tells_when_it_has_drained`` in
realtime/tests/server/test_direct.py.
"""

import asyncio
import contextlib
import socket
import time
from urllib.parse import urlsplit

import psutil
from websockets.asyncio.client import connect

from trials.figures import Figure, at_least, at_most, none_of, percentile, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Frame, Line, Person, close_all, crowd, figures_of, some_at_a_time, visitors
from trials.trial import Query, Trial

GAME, FRAMES_PER_S = "bench_real_time", 30
RECEIVE_BUFFER = 4096
ALLOWED_GROWTH_MIB = 16
REPLACED = "realtime_frames_replaced_total"


class Watcher:
    """A passive player who records the seconds between frames."""

    def __init__(self, history: History, person: Person, path: str) -> None:
        self.line = Line(history, person, path, self._hear)
        self.gaps: list[float] = []
        self._last = 0.0

    def _hear(self, frame: Frame) -> None:
        if frame["type"] == "game_tick":
            now = time.perf_counter()
            if self._last:
                self.gaps.append(now - self._last)
            self._last = now


async def run(ground: Ground, history: History, *, games: int, slow: int, seconds: int) -> None:
    [server] = ground.start(1, SOCKET_MAX_RATE="1000")
    process = psutil.Process(server.pids[0])
    async with visitors() as http, contextlib.AsyncExitStack() as held:
        people = await crowd(2 * games, http, [server])
        watchers: list[Watcher] = []

        async def begin(number: int) -> None:
            first, second = people[2 * number : 2 * number + 2]
            made = await first.ask("POST", "/api/games/", {"game": GAME, "private": True})
            await second.ask("POST", f"/api/games/{made['id']}/join/", {})
            reading = Watcher(history, first, made["ws_url"])
            await reading.line.open()
            watchers.append(reading)
            if number < slow:
                silent = await held.enter_async_context(_never_reads(second, made["ws_url"]))
                await silent.send('{"type": "player_ready"}')
            else:
                other = Watcher(history, second, made["ws_url"])
                await other.line.open()
                watchers.append(other)
                await other.line.send(type="player_ready")
            await reading.line.send(type="player_ready")

        await some_at_a_time((begin(number) for number in range(games)), 8)
        await asyncio.sleep(2)
        before = process.memory_info().rss
        for watcher in watchers:
            watcher.gaps.clear()
        await asyncio.sleep(seconds)
        history.seen("server", "memory", before=before, after=process.memory_info().rss)
        history.seen("server", "replaced", frames=(await figures_of(server, http))[REPLACED])
        for watcher in watchers:
            history.seen(watcher.line.person.name, "gaps", seconds=[round(gap, 5) for gap in watcher.gaps])
        history.seen("operator", "done")
        await close_all(watcher.line for watcher in watchers)


def _never_reads(person: Person, path: str) -> connect:
    address = urlsplit(person.servers[0].base_url)
    reluctant = socket.socket()
    reluctant.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    reluctant.connect((address.hostname, address.port))
    return connect(
        f"{person.servers[0].ws_url}{path}",
        sock=reluctant,
        additional_headers={"Authorization": f"Bearer {person.token}"},
        max_queue=1,
        ping_interval=None,
        close_timeout=0,
        compression=None,
        proxy=None,
    )


def check(operations: list[Operation], query: Query) -> list[Figure]:
    memory = next(o.asked for o in operations if o.name == "memory")
    replaced = next(o.asked["frames"] for o in operations if o.name == "replaced")
    done = next(o.started for o in operations if o.name == "done")
    gaps = [gap for o in operations if o.name == "gaps" for gap in o.asked["seconds"]]
    lost = [o for o in operations if o.name == "lost" and o.started < done]
    grown = (memory["after"] - memory["before"]) / 2**20
    return [
        at_least("frames heard by those who read", len(gaps), 100),
        at_least("frames unread till newer ones took their place", replaced, 1),
        none_of("sockets of theirs that were closed", lost),
        within("ms between their frames beyond the beat, p99", (percentile(gaps, 99) - 1 / 30) * 1000, 40),
        at_most("MiB by which the server grew", grown, ALLOWED_GROWTH_MIB),
    ]


TRIAL = Trial(
    "slow_readers",
    run,
    check,
    long={"games": 100, "slow": 20, "seconds": 60},
    quick={"games": 6, "slow": 2, "seconds": 40},
    fault="outbox_without_bound",
)
