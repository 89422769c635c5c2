"""Real-time rooms: as many as still get their frames on time, and arenas in play."""

import asyncio
import sys
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bench import sockets
from bench.scenarios.run import Figures, Run, Turns
from bench.targets import Platform

FRAME_RATE = 30
# A real-time room is good while 99 of 100 frames come within one and a half frame times.
LATEST_FRAME = 0.050
# ... and hardly a frame is missing.
FEWEST_FRAMES = 0.95
# A noisy neighbour makes all frames late for a moment: a number of rooms must fail every time.
TRIES = 3
DELTAS = "gp.delta.msgpack"
NO_NETWORK = ["--delay=0", "--jitter=0", "--loss=0"]
WALKS = [
    msgspec.json.encode({"type": "player_move", "movement": {"direction": direction}})
    for direction in (1, -1)
]


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
