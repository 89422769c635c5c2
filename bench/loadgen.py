"""The load generator: one scenario against one server that runs already, on a core of its own.

``python -m bench.loadgen SCENARIO --server NAME --url URL --pid PID [--set rooms=50]`` prints one JSON line.
``python -m bench`` starts the servers and calls this.
"""

import argparse
import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any

import msgspec
import uvloop

from bench import http, measure, sockets
from bench.targets import Platform, Target, target

FRAME_RATE = 30
# A real-time room is good while 99 of 100 frames come within one and a half frame times.
LATEST_FRAME = 0.050
# ... and hardly a frame is missing.
FEWEST_FRAMES = 0.95
# A neighbour on the same hardware makes all frames late for a moment: too many rooms are too many each time.
TRIES = 3

Figures = dict[str, Any]


@dataclass
class Run:
    """One run of a scenario: the server under load, for how long, and the numbers of the scenario."""

    target: Target
    server_pid: int
    store_pids: list[int]
    seconds: float
    options: dict[str, int]
    load: sockets.Load = field(default_factory=sockets.Load)

    def option(self, name: str, default: int) -> int:
        return self.options.get(name, default)

    @asynccontextmanager
    async def window(self):
        """Measure what happens inside: no garbage collection, no search for processes; faults are raised."""
        figures: Figures = {}
        meter = measure.Meter(self.server_pid, self.store_pids)
        gc.collect()
        gc.freeze()
        gc.disable()
        meter.prepare()
        await asyncio.sleep(0.05)  # for what waited meanwhile
        self.load.seconds.clear()
        meter.start()
        self.load.running = True
        try:
            yield figures
        finally:
            self.load.running = False
            seconds, usage = meter.stop()
            gc.enable()
            gc.unfreeze()
        self.load.check()
        figures.update(seconds=round(seconds, 3), **asdict(usage))


def paced(name: str, count: int, figures: Figures) -> Figures:
    """``{name: count a second}``, and what each took of the server, which holds on a busy machine too."""
    seconds = figures["seconds"]
    spent = figures["server_cpu_pct"] / 100 * seconds * 1e6
    return {name: round(count / seconds), "server_us_each": round(spent / count, 2) if count else None}


async def relay(run: Run) -> Figures:
    """Rooms of two that answer each other's moves at once; a move counts when both players have it."""
    deliveries, figures = await _play(run, rooms=run.option("rooms", 50), spectators=0)
    return figures | paced("moves_per_s", deliveries // 2, figures)


async def fanout(run: Run) -> Figures:
    """One room whose moves go to many: two players who answer at once, the rest watching."""
    deliveries, figures = await _play(run, rooms=1, spectators=run.option("members", 500) - 2)
    return figures | paced("deliveries_per_s", deliveries, figures)


async def _play(run: Run, *, rooms: int, spectators: int) -> tuple[int, Figures]:
    """How many moves were heard by all together, and what else is known of the window."""
    tables = await run.target.board_games(rooms, spectators=spectators)
    games, openers = await sockets.seat(tables, run.load)
    run.load.running = True
    for player in openers:
        player.open()
    await asyncio.sleep(min(0.5, run.seconds / 4))  # the pace of the first moments is not the server's
    run.load.check()
    async with run.window() as figures:
        before = [game.deliveries for game in games]
        await asyncio.sleep(run.seconds)
        heard = [game.deliveries - early for game, early in zip(games, before, strict=True)]
    figures["stalled_rooms"] = heard.count(0)
    figures |= measure.latency(run.load.seconds)
    figures["lost"] = await _missing_in_the_end(games)
    for game in games:
        for member in game.members:
            member.leave()
    return sum(heard), figures


async def _missing_in_the_end(games: list[sockets.Room]) -> int:
    """Deliveries that have not come some seconds after the last move was sent."""
    deadline = time.perf_counter() + 5
    # An event would cost each delivery of the window.
    while time.perf_counter() < deadline and any(game.missing for game in games):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return sum(game.missing for game in games)


async def tick(run: Run) -> Figures:
    """Ever more real-time rooms of two, until frames come late: the most that were good."""
    best: Figures = {"rooms": 0}
    watches: list[sockets.Watch] = []
    for rooms in _ramp(run.option("first", 10), run.option("last", 2000)):
        tables = await run.target.real_time_games(rooms - len(watches) // 2)
        await _start_watching(run, tables, watches)
        # Games that begin are another load than games that run.
        await asyncio.sleep(min(1.0, run.seconds / 2))
        for _ in range(TRIES):
            figures = {"rooms": rooms, **await _watched(run, watches)}
            good = figures["p99_ms"] <= LATEST_FRAME * 1000 and figures["frames_share"] >= FEWEST_FRAMES
            if good:
                break
        if not good:
            best["first_bad"] = figures
            break
        best = figures
    for watch in watches:
        watch.leave()
    return best


async def _watched(run: Run, watches: list[sockets.Watch]) -> Figures:
    """How late, and how many of those that were due, frames came in a window."""
    for watch in watches:
        watch.last = 0.0
    async with run.window() as figures:
        await asyncio.sleep(run.seconds)
    frames = len(run.load.seconds) + len(watches)
    figures["frames_share"] = round(frames / (len(watches) * FRAME_RATE * figures["seconds"]), 3)
    return figures | measure.latency(run.load.seconds)


async def _start_watching(run: Run, tables: list[Any], watches: list[sockets.Watch]) -> None:
    added = [(door, sockets.Watch(run.load)) for table in tables for door in table.players]
    await sockets.connect(added)
    for _, watch in added:
        watch.send(sockets.READY)
    await sockets.all_of(watch.started for _, watch in added)
    watches += [watch for _, watch in added]


def _ramp(first: int, last: int) -> list[int]:
    """From first to last by steps of about a third."""
    steps = [first]
    while steps[-1] < last:
        steps.append(min(last, steps[-1] * 4 // 3 + 1))
    return steps


async def idle(run: Run) -> Figures:
    """Sockets that are only open: how fast they come in, and what each takes of memory."""
    count = run.option("sockets", 2000)
    doors = await run.target.user_sockets(count)
    opened = [sockets.Socket(run.load) for _ in doors]
    before = measure.rss(run.server_pid)
    async with run.window() as figures:
        await sockets.connect(zip(doors, opened, strict=True))
        await sockets.all_of(socket.greeted for socket in opened)
    figures |= paced("connects_per_s", count, figures)
    figures["kib_per_socket"] = round((measure.rss(run.server_pid) - before) / 1024 / count, 1)
    for socket in opened:
        socket.leave()
    return figures


async def queue(run: Run) -> Figures:
    """Rated tickets at once over REST, until everyone has heard of one match of two."""
    count = run.option("tickets", 5000)
    doors = await run.target.user_sockets(count)
    matched: list[str] = []
    done = asyncio.Event()

    def on_match(game_id: str) -> None:
        matched.append(game_id)
        if len(matched) == count:
            done.set()

    inboxes = [sockets.Inbox(run.load, on_match) for _ in doors]
    await sockets.connect(zip(doors, inboxes, strict=True))
    await sockets.all_of(inbox.greeted for inbox in inboxes)
    joins = [
        http.request("POST", "/game/join/", token=door.token, body={"game": "tictactoe"}) for door in doors
    ]
    async with run.window() as figures:
        started = time.perf_counter()
        await http.ask_all(run.target.base_url, joins, at_once=run.option("connections", 32))
        figures["joins_s"] = round(time.perf_counter() - started, 3)
        await sockets.all_of([done.wait()], within=120)
    if set(Counter(matched).values()) != {2}:
        raise sockets.ServerFault("some games were not announced to exactly two players")
    for inbox in inboxes:
        inbox.leave()
    return figures | {"tickets": count, "matched_s": figures["seconds"]}


async def world(run: Run) -> Figures:
    """Characters in one place who all move: from a step's sending until its own player hears of it."""
    assert isinstance(run.target, Platform)
    characters = await run.target.characters(run.option("characters", 500))
    # One in ten is timed: enough for a percentile, and the generator is not the limit.
    walkers = [
        sockets.Walker(run.load, character_id, timed=number % 10 == 0)
        for number, (character_id, _) in enumerate(characters)
    ]
    doors = [door for _, door in characters]
    await sockets.connect(zip(doors, walkers, strict=True))
    await sockets.all_of(walker.greeted for walker in walkers)
    walking = asyncio.create_task(_walk(walkers, run.option("steps", 4)))
    await asyncio.sleep(min(0.5, run.seconds / 4))  # the pace of the first moments is not the server's
    async with run.window() as figures:
        before = sum(walker.steps for walker in walkers), sum(walker.updates for walker in walkers)
        await asyncio.sleep(run.seconds)
        steps = sum(walker.steps for walker in walkers) - before[0]
        updates = sum(walker.updates for walker in walkers) - before[1]
    walking.cancel()
    for walker in walkers:
        walker.leave()
    figures |= paced("steps_per_s", steps, figures) | measure.latency(run.load.seconds)
    figures["updates_per_s_each"] = round(updates / figures["seconds"] / len(walkers), 1)
    return figures


async def _walk(walkers: list[sockets.Walker], a_second: int) -> None:
    """Let all go so many steps a second, spread over each second."""
    pause = 0.01
    due = 0.0
    each = cycle(walkers)
    last = time.perf_counter()
    while True:
        await asyncio.sleep(pause)
        now = time.perf_counter()
        due += (now - last) * a_second * len(walkers)
        last = now
        while due >= 1:
            due -= 1
            next(each).step()


async def rest(run: Run) -> Figures:
    """``GET /api/me/`` with a token, over persistent connections that each wait for the answer."""
    count = run.option("connections", 32)
    statuses: Counter[int] = Counter()
    tokens = await run.target.tokens(count)

    async def ask(connection: http.Connection, request: bytes) -> None:
        while run.load.running:
            sent = time.perf_counter()
            answer = await connection.send(request)
            run.load.seconds.append(time.perf_counter() - sent)
            statuses[answer.status] += 1

    async with http.connections(run.target.base_url, count) as pool:
        requests = [http.request("GET", "/api/me/", token=token) for token in tokens]
        for connection, request in zip(pool, requests, strict=True):
            await connection.send(request)
        async with run.window() as figures, asyncio.TaskGroup() as group:
            for connection, request in zip(pool, requests, strict=True):
                group.create_task(ask(connection, request))
            await asyncio.sleep(run.seconds)
            run.load.running = False
    figures |= paced("requests_per_s", statuses[200], figures)
    figures["refused"] = statuses.total() - statuses[200]
    return figures | measure.latency(run.load.seconds)


SCENARIOS: dict[str, Callable[[Run], Awaitable[Figures]]] = {
    each.__name__: each for each in (relay, fanout, tick, idle, queue, world, rest)
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.loadgen", description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--server", required=True, help="its name, which says how to get in")
    parser.add_argument("--url", required=True, help="such as http://127.0.0.1:8000")
    parser.add_argument(
        "--pid", type=int, required=True, help="the server process, to read its processor time"
    )
    parser.add_argument("--stores", type=int, nargs="*", default=[], help="processes of PostgreSQL and Redis")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=NUMBER", help="numbers of the scenario")
    given = parser.parse_args()
    options = {name: int(number) for name, number in (each.split("=") for each in given.set)}
    line: Figures = {"scenario": given.scenario, "server": given.server, **options}

    async def work() -> Figures:
        run = Run(target(given.server, given.url), given.pid, given.stores, given.seconds, options)
        return await SCENARIOS[given.scenario](run)

    try:
        line |= uvloop.run(work())
    except (sockets.ServerFault, http.UnexpectedAnswer, OSError, ExceptionGroup) as fault:
        line["fault"] = repr(fault)
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.exit(1 if "fault" in line else 0)


if __name__ == "__main__":
    main()
