"""Calls over HTTP: one route as often as it goes, and each call of a client's first minutes."""

import asyncio
import time
from collections import Counter
from itertools import islice
from typing import NamedTuple

from bench import basket, http, measure
from bench.scenarios.run import Run, Turns
from bench.targets import Platform


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
            before = await _costs(run, call)
            burst = await _burst(run, asked, min(callers, call.most_callers))
            if before is not None and name == "alone":
                after = await _costs(run, call)
                assert after is not None, "the server told its costs before"
                figures["statements"] = round((after.statements - before.statements) / count, 1)
                figures["round_trips"] = round((after.round_trips - before.round_trips) / count, 1)
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


async def _costs(run: Run, call: basket.Call) -> basket.Costs | None:
    return await basket.costs(run.target.base_url, call) if isinstance(run.target, Platform) else None
