"""The cost of a worker at rest: statements, commands to Redis and processor time a second."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis

from bench import http, measure

_STATEMENTS = re.compile(r"^background_statements_total (\S+)$", re.MULTILINE)


async def figures(base_url: str, redis_url: str, pid: int, *, rest_s: float) -> dict[str, float]:
    """Measure a worker that nobody uses for this long."""
    before = await _statements(base_url)
    worked = measure.process_seconds(pid)
    with _monitor(redis_url) as lines:
        await asyncio.sleep(rest_s)
        worked = measure.process_seconds(pid) - worked
        commands = [line for line in lines() if " lua]" not in line]
    return {
        "statements_per_s": round((await _statements(base_url) - before) / rest_s, 2),
        "redis_commands_per_s": round(len(commands) / rest_s, 2),
        "cpu_pct": round(100 * worked / rest_s, 2),
    }


async def _statements(base_url: str) -> float:
    async with http.connections(base_url, 1) as [connection]:
        page = await connection.send(http.request("GET", "/metrics?own=1"))
    found = _STATEMENTS.search(page.body.decode())
    if found is None:
        raise http.UnexpectedAnswer("The server does not say how many statements it executed")
    return float(found[1])


@contextmanager
def _monitor(redis_url: str) -> Iterator[Any]:
    """Yield a function that returns the commands of this database since then, as ``MONITOR`` prints them."""
    with redis.from_url(redis_url) as client:
        connection = client.connection_pool.get_connection()
        database = connection.db
        connection.send_command("MONITOR")
        connection.read_response()

        def lines() -> list[str]:
            heard = []
            while connection.can_read(timeout=0.1):
                line = connection.read_response().decode()
                if line.partition("[")[2].startswith(f"{database} "):
                    heard.append(line)
            return heard

        yield lines
        connection.disconnect()
