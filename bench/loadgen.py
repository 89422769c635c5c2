"""The load generator: one scenario against servers that run already, on a core of its own.

``python -m bench.loadgen SCENARIO --server NAME URL PID [--server …] [--set rooms=50]`` prints a JSON line
for each server. ``python -m bench`` starts the servers and calls this.

Servers are measured in turns of half a second where the scenario allows it: what disturbs the machine for a
while then disturbs all alike, and the ratio of two of them holds.
"""

import argparse
import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import cycle, islice
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import uvloop

from bench import basket, http, measure, quiet, resting, sockets
from bench.targets import Platform, Target, target

TURN_S = 0.5
WARM_UP_S = 0.05  # startup speed is not the server's
FRAME_RATE = 30
# A real-time room is good while 99 of 100 frames come within one and a half frame times.
LATEST_FRAME = 0.050
# ... and hardly a frame is missing.
FEWEST_FRAMES = 0.95
# A noisy neighbour makes all frames late for a moment: a number of rooms must fail every time.
TRIES = 3

Figures = dict[str, Any]
Turns = AsyncIterator[None]
"""A running scenario; it yields when others may take their turn."""


@dataclass
class Run:
    """One run of a scenario: server, duration, parameters and results."""

    target: Target
    server_pid: int
    redis_pid: int | None
    database_pid: int | None
    redis_url: str
    seconds: float
    options: dict[str, int]
    load: sockets.Load = field(default_factory=sockets.Load)
    figures: Figures = field(default_factory=dict)

    def begin(self) -> None:
        """Finish the preparation; the next window is the first."""
        self.meter = measure.Meter(self.server_pid, self.redis_pid, self.database_pid)
        self.latencies: list[float] = []

    def option(self, name: str, default: int) -> int:
        return self.options.get(name, default)

    def turns(self) -> list[float]:
        """Return the length of each turn in seconds."""
        count = max(round(self.seconds / TURN_S), 1)
        return [self.seconds / count] * count

    @asynccontextmanager
    async def window(self) -> AsyncIterator[None]:
        """Measure what happens inside, in addition to earlier windows; raises faults."""
        self.load.seconds.clear()
        self.load.running = True
        self.meter.start()
        try:
            yield
        finally:
            self.load.running = False
            self.meter.stop()
        self.latencies += self.load.seconds
        self.load.check()

    def measured(self, name: str, count: int) -> Figures:
        """Return ``{name: count per second}``, the server's CPU time for each, latencies and CPU usage.

        The CPU time is valid on a busy machine, too.
        """
        seconds, usage = self.meter.seconds, self.meter.usage()
        spent = usage.server_cpu_pct / 100 * seconds * 1e6
        return {
            name: round(count / seconds),
            "server_us_each": round(spent / count, 2) if count else None,
            **(measure.latency(self.latencies) if self.latencies else {}),
            "seconds": round(seconds, 3),
            **asdict(usage),
        }


def relay(run: Run) -> Turns:
    """Rooms of two players who answer moves at once; a move counts when both have received it."""
    return _play(run, "moves_per_s", rooms=run.option("rooms", 50), spectators=0, hearers=2)


def fanout(run: Run) -> Turns:
    """One room with a large audience: two players who answer at once, and many spectators."""
    spectators = run.option("members", 500) - 2
    return _play(run, "deliveries_per_s", rooms=1, spectators=spectators, hearers=1)


async def _play(run: Run, name: str, *, rooms: int, spectators: int, hearers: int) -> Turns:
    """Play; count what ``hearers`` listeners have received."""
    tables = await run.target.board_games(rooms, spectators=spectators)
    games = await sockets.seat(tables, run.load)
    run.begin()
    lost = 0
    for seconds in run.turns():
        yield
        # Wait for deliveries: a slow server has many frames on their way when a turn ends.
        async with run.window():
            for game in games:
                game.go_on()
            await asyncio.sleep(seconds)
            run.load.running = False
            lost = await _missing_in_the_end(games)
    heard = [game.deliveries for game in games]
    for game in games:
        for member in game.members:
            member.leave()
    run.figures |= run.measured(name, sum(heard) // hearers)
    run.figures |= {"stalled_rooms": heard.count(0), "lost": lost}


async def _missing_in_the_end(games: list[sockets.Room]) -> int:
    """Return the deliveries still missing some seconds after the last move was sent."""
    deadline = time.perf_counter() + 5
    # Polled: an asyncio.Event would cost each delivery of the window.
    while time.perf_counter() < deadline and any(game.missing for game in games):  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    return sum(game.missing for game in games)


async def tick(run: Run) -> Turns:
    """More and more real-time rooms of two, until frames are late: the maximum that was on time."""
    best: Figures = {"rooms": 0}
    watches: list[sockets.Watch] = []
    for rooms in _ramp(run.option("first", 10), run.option("last", 2000)):
        tables = await run.target.real_time_games(rooms - len(watches) // 2)
        await _start_watching(run, tables, watches, DELTAS if run.option("deltas", 0) else "")
        # Starting games is a different load from running games.
        await asyncio.sleep(min(1.0, run.seconds / 2))
        for _ in range(TRIES):
            yield
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
    run.figures |= best


async def _watched(run: Run, watches: list[sockets.Watch], rate: int = FRAME_RATE) -> Figures:
    """Return the lateness of the frames in a window, and the share that arrived."""
    for watch in watches:
        watch.last, watch.bytes = 0.0, 0
    run.begin()
    async with run.window():
        await asyncio.sleep(run.seconds)
    frames = len(run.latencies) + len(watches)
    figures = run.measured("frames_per_s", frames)
    sent = sum(watch.bytes for watch in watches)
    figures["bytes_per_client_s"] = round(sent / len(watches) / figures["seconds"])
    figures["frames_share"] = round(frames / (len(watches) * rate * figures["seconds"]), 3)
    return figures


async def crowd(run: Run) -> Turns:
    """More and more real-time rooms of many players who walk, over a network that may be a bad one."""
    assert isinstance(run.target, Platform)
    players = run.option("players", 8)
    port = urlsplit(run.target.base_url).port
    assert port is not None
    network = [f"--{name}={run.option(name, 0)}" for name in ("delay", "jitter", "loss")]
    command = [sys.executable, "-m", "bench.proxy", str(port), *network]
    # The proxy has a process of its own: the generator must not be what is late.
    proxy = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    best: Figures = {"rooms": 0}
    watches: list[sockets.Watch] = []
    try:
        assert proxy.stdout is not None
        through = port if network == NO_NETWORK else int(await proxy.stdout.readline())
        for rooms in _ramp(run.option("first", 1), run.option("last", 500)):
            added = await run.target.crowds(rooms - len(watches) // players, players, through)
            await _start_watching(run, added, watches, DELTAS)
            for _ in range(TRIES):
                yield
                for number, watch in enumerate(watches):
                    watch.send(WALKS[number % 2])
                figures = {"rooms": rooms, **await _watched(run, watches)}
                figures["frames_per_client_s"] = round(figures["frames_per_s"] / len(watches), 1)
                is_good = figures["p99_ms"] <= LATEST_FRAME * 1000 or network != NO_NETWORK
                if is_good and figures["frames_share"] >= FEWEST_FRAMES:
                    break
            else:
                best["first_bad"] = figures
                break
            best = figures
    finally:
        proxy.terminate()
        await proxy.wait()
    for watch in watches:
        watch.leave()
    run.figures |= best


async def arena(run: Run) -> Turns:
    """Arenas of eight who run about and shoot, twenty frames a second."""
    assert isinstance(run.target, Platform)
    port = urlsplit(run.target.base_url).port
    assert port is not None
    rooms = run.option("rooms", 20)
    tables = await run.target.crowds(rooms, 8, port, "arena", minutes=30, frags=200)
    watches: list[sockets.Watch] = []
    await _start_watching(run, tables, watches, DELTAS)
    steering = asyncio.create_task(_steer(watches))
    await asyncio.sleep(min(1.0, run.seconds / 2))
    yield
    run.figures |= {"rooms": rooms, "players": 8, **await _watched(run, watches, rate=20)}
    run.figures["frames_per_client_s"] = round(run.figures["frames_per_s"] / len(watches), 1)
    steering.cancel()
    for watch in watches:
        watch.leave()


async def _steer(watches: list[sockets.Watch]) -> None:
    """Have everybody turn and shoot, and run another way now and then."""
    dice, ways = Random(1), [(0, 0) for _ in watches]
    step = 0
    while True:
        step += 1
        for number, watch in enumerate(watches):
            if dice.random() < 0.1:
                ways[number] = dice.choice([(10, 0), (-10, 0), (0, 10), (0, -10), (7, 7), (-7, -7)])
            dx, dy = ways[number]
            steering = {"dx": dx, "dy": dy, "aim": step * 12 % 1024, "fire": step % 20 < 5}
            watch.send(msgspec.json.encode({"type": "player_move", "movement": steering}))
        await asyncio.sleep(1 / 20)


DELTAS = "gp.delta.msgpack"
NO_NETWORK = ["--delay=0", "--jitter=0", "--loss=0"]
WALKS = [
    msgspec.json.encode({"type": "player_move", "movement": {"direction": direction}})
    for direction in (1, -1)
]


async def _start_watching(
    run: Run, tables: list[Any], watches: list[sockets.Watch], subprotocol: str = ""
) -> None:
    doors = [replace(door, subprotocol=subprotocol) for table in tables for door in table.players]
    added = [(door, sockets.Watch(run.load)) for door in doors]
    await sockets.connect(added)
    for _, watch in added:
        watch.send(sockets.READY)
    await sockets.all_of(watch.started for _, watch in added)
    watches += [watch for _, watch in added]


def _ramp(first: int, last: int) -> list[int]:
    """Return the steps from first to last, each larger by about an eighth."""
    steps = [first]
    while steps[-1] < last:
        steps.append(min(last, steps[-1] * 9 // 8 + 1))
    return steps


async def idle(run: Run) -> Turns:
    """Open sockets without traffic: connection rate, and memory of each."""
    count = run.option("sockets", 2000)
    doors = await run.target.user_sockets(count)
    opened = [sockets.Socket(run.load) for _ in doors]
    before = measure.rss(run.server_pid)
    run.begin()
    yield
    async with run.window():
        await sockets.connect(zip(doors, opened, strict=True))
        await sockets.all_of(socket.greeted for socket in opened)
    run.figures |= run.measured("connects_per_s", count)
    run.figures["kib_per_socket"] = round((measure.rss(run.server_pid) - before) / 1024 / count, 1)
    for socket in opened:
        socket.leave()


async def queue(run: Run) -> Turns:
    """Concurrent rated tickets over REST, until all users are matched in pairs."""
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
    run.begin()
    yield
    async with run.window():
        started = time.perf_counter()
        await http.ask_all(run.target.base_url, joins, at_once=run.option("connections", 32))
        joined = time.perf_counter()
        await sockets.all_of([done.wait()], within=120)
    if set(Counter(matched).values()) != {2}:
        raise sockets.ServerFault("some games were not announced to exactly two players")
    for inbox in inboxes:
        inbox.leave()
    run.figures |= run.measured("tickets_per_s", count)
    run.figures |= {"joins_s": round(joined - started, 3), "matched_s": run.figures["seconds"]}


async def world(run: Run) -> Turns:
    """Moving characters in one place: time from sending a step until its own player receives it.

    With ``seen`` each of them sees about so many others, otherwise all.
    """
    assert isinstance(run.target, Platform)
    characters = await run.target.characters(run.option("characters", 500))
    seen = run.option("seen", 0)
    places = await run.target.spread(seen) if seen else {}
    # One in ten is timed: enough for a percentile, and the generator stays below its limit.
    walkers = [
        sockets.Walker(run.load, character_id, timed=number % 10 == 0, x=places.get(character_id, 0.0))
        for number, (character_id, _) in enumerate(characters)
    ]
    doors = [door for _, door in characters]
    await sockets.connect(zip(doors, walkers, strict=True))
    await sockets.all_of(walker.greeted for walker in walkers)
    walking = asyncio.create_task(_walk(walkers, run.option("steps", 4)))
    await asyncio.sleep(WARM_UP_S)
    run.begin()
    yield
    async with run.window():
        before = [sum(totals) for totals in zip(*map(_totals, walkers), strict=True)]
        await asyncio.sleep(run.seconds)
        after = [sum(totals) for totals in zip(*map(_totals, walkers), strict=True)]
        steps, updates, sent = (late - early for early, late in zip(before, after, strict=True))
    walking.cancel()
    for walker in walkers:
        walker.leave()
    run.figures |= run.measured("steps_per_s", steps)
    run.figures["updates_per_s_each"] = round(updates / run.figures["seconds"] / len(walkers), 1)
    run.figures["bytes_per_client_s"] = round(sent / run.figures["seconds"] / len(walkers))


def _totals(walker: sockets.Walker) -> tuple[int, int, int]:
    return walker.steps, walker.updates, walker.bytes


async def _walk(walkers: list[sockets.Walker], a_second: int) -> None:
    """Make all characters walk ``a_second`` steps per second, evenly spread."""
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


async def rest(run: Run) -> Turns:
    """``GET /api/me/`` with a token, over persistent connections with one request at a time."""
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
        run.begin()
        for seconds in run.turns():
            yield
            async with run.window(), asyncio.TaskGroup() as group:
                for connection, request in zip(pool, requests, strict=True):
                    group.create_task(ask(connection, request))
                await asyncio.sleep(seconds)
                run.load.running = False
    run.figures |= run.measured("requests_per_s", statuses[200])
    run.figures["refused"] = statuses.total() - statuses[200]


async def at_rest(run: Run) -> Turns:
    """Sockets that open alone or ten at a time, and one message at a time from user to user."""
    users = basket.Basket(run.target.base_url, run.option("users", 40))
    await users.open()
    run.begin()
    yield
    async with run.window():
        medians = await quiet.figures(users, run.load)
    run.figures |= medians | asdict(run.meter.usage())


async def idle_worker(run: Run) -> Turns:
    """One worker that nobody uses."""
    await asyncio.sleep(run.option("settle", 0))
    run.begin()
    yield
    rest_s = run.option("rest", 0) or run.seconds
    async with run.window():
        run.figures |= await resting.figures(
            run.target.base_url, run.redis_url, run.server_pid, rest_s=rest_s
        )
    run.figures |= asdict(run.meter.usage())


async def first_minutes(run: Run) -> Turns:
    """Each call of a client's first minutes: with one caller, with ten and with 64, or as the options say."""
    levels = {name: run.option(name, count) for name, count in basket.LEVELS.items()}
    users = basket.Basket(run.target.base_url, sum(levels.values()))
    await users.open()
    calls = run.figures["calls"] = {}
    run.begin()
    for call in basket.CALLS.values():
        requests = iter(await call.make(users))
        figures = calls[call.name] = {}
        for (name, count), callers in zip(levels.items(), basket.CALLERS, strict=True):
            yield
            asked = list(islice(requests, count))
            before = await _statements(run, call)
            burst = await _burst(run, asked, callers)
            if before is not None and name == "alone":
                after = await _statements(run, call)
                assert after is not None, "the server told its statements before"
                figures["statements"] = round((after - before) / count, 1)
            figures[f"{name}_p50_ms"] = measure.latency(burst.latencies)["p50_ms"]
            figures[f"{name}_per_s"] = round(count / burst.seconds, 1)
            figures[f"{name}_cpu_ms"] = round(burst.cpu_seconds / count * 1000, 3)
    run.figures |= run.measured("calls_per_s", len(basket.CALLS) * sum(levels.values()))


class _Burst(NamedTuple):
    seconds: float
    cpu_seconds: float
    latencies: list[float]


async def _burst(run: Run, requests: list[bytes], callers: int) -> _Burst:
    """Send all requests, so many at a time; raises ``UnexpectedAnswer`` if one is refused."""
    waiting = iter(requests)
    latencies: list[float] = []

    async def call(connection: http.Connection) -> None:
        for request in waiting:
            sent = time.perf_counter()
            answer = await connection.send(request)
            latencies.append(time.perf_counter() - sent)
            answer.require(request)

    async with http.connections(run.target.base_url, callers) as pool:
        run.meter.start()
        cpu, started = measure.process_seconds(run.server_pid), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for connection in pool:
                group.create_task(call(connection))
        burst = _Burst(
            time.perf_counter() - started, measure.process_seconds(run.server_pid) - cpu, latencies
        )
        run.meter.stop()
    return burst


async def _statements(run: Run, call: basket.Call) -> float | None:
    return await basket.statements(run.target.base_url, call) if isinstance(run.target, Platform) else None


SCENARIOS: dict[str, Callable[[Run], Turns]] = {
    each.__name__: each
    for each in (
        relay,
        fanout,
        tick,
        crowd,
        arena,
        idle,
        queue,
        world,
        rest,
        at_rest,
        idle_worker,
        first_minutes,
    )
}


async def take_turns(scenario: str, runs: list[Run]) -> None:
    """Run the load on all servers in turns; one that fails gets a ``fault``."""
    under_way = [(run, SCENARIOS[scenario](run)) for run in runs]
    while under_way:
        for run, turns in list(under_way):
            try:
                await anext(turns)
            except StopAsyncIteration:
                under_way.remove((run, turns))
            except (sockets.ServerFault, http.UnexpectedAnswer, OSError, ExceptionGroup) as fault:
                run.figures["fault"] = repr(fault)
                under_way.remove((run, turns))
        under_way.reverse()  # cancels the effect of the order


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.loadgen", description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument(
        "--server",
        nargs=3,
        action="append",
        required=True,
        metavar=("NAME", "URL", "PID"),
        help="its name, which says how to get in, such as http://127.0.0.1:8000, and its process",
    )
    parser.add_argument("--redis-pid", type=int, help="the process of Redis")
    parser.add_argument("--database-pid", type=int, help="the process of PostgreSQL")
    parser.add_argument("--redis", default="", help="the server's Redis, for what counts its commands")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=NUMBER", help="numbers of the scenario")
    given = parser.parse_args()
    options = {name: int(number) for name, number in (each.split("=") for each in given.set)}
    runs = [
        Run(
            target(name, url),
            int(pid),
            given.redis_pid,
            given.database_pid,
            given.redis,
            given.seconds,
            options,
            figures={"scenario": given.scenario, "server": name, **options},
        )
        for name, url, pid in given.server
    ]
    gc.disable()  # a collection scans the sockets of all servers, which takes too long
    uvloop.run(take_turns(given.scenario, runs))
    for run in runs:
        sys.stdout.write(msgspec.json.encode(run.figures).decode() + "\n")
    sys.exit(any("fault" in run.figures for run in runs))


if __name__ == "__main__":
    main()
