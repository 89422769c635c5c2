"""Sockets and workers that have nothing to do."""

import asyncio
from dataclasses import asdict

from bench import basket, measure, quiet, resting, sockets
from bench.scenarios.run import Run, Turns


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
