"""Characters that walk in one place of the world."""

import asyncio
import time
from itertools import cycle

from bench import sockets
from bench.scenarios.run import Run, Turns
from bench.targets import Platform

WARM_UP_S = 0.05  # startup speed is not the server's


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
