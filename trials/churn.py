"""Trial: people connect, play a game to its end, and leave, over and over.

Promised: nothing stays behind: tasks, descriptors, topics, rooms, sockets, connections to the database and
keys in Redis come back to where they were.
"""

import asyncio

import httpx
import psutil

from trials.figures import Figure, at_least, at_most, exactly, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import (
    WITHIN_S,
    Frame,
    Line,
    Person,
    close_all,
    crowd,
    figures_of,
    some_at_a_time,
    visitors,
)
from trials.trial import Query, Trial

ENDED_ROOMS_STAY_S = 60
COUNTED = ("realtime_tasks", "realtime_sockets_open", "realtime_topics", "game_rooms")
# What varies by itself: a task for a reader, the poll of a database pool.
SLACK = {"realtime_tasks": 4, "descriptors": 12, "connections": 16, "redis_keys": 20}


async def run(ground: Ground, history: History, *, people: int, cycles: int, settle: int) -> None:
    [server] = ground.start(1)
    async with visitors() as http:
        everybody = await crowd(people, http, [server])
        pairs = list(zip(everybody[::2], everybody[1::2], strict=True))

        async def cycle(first: Person, second: Person) -> None:
            made = await first.ask("POST", "/api/games/", {"game": "tictactoe", "private": True})
            await second.ask("POST", f"/api/games/{made['id']}/join/", {})
            paths = (made["ws_url"], made["ws_url"], "/ws/notifications/", "/ws/friends/status/")
            who = (first, second, first, second)
            begun, over = asyncio.Event(), asyncio.Event()

            def hear(frame: Frame) -> None:
                if frame["type"] == "game_start":
                    begun.set()
                elif frame["type"] == "game_over":
                    over.set()

            lines = [Line(history, person, path, hear) for person, path in zip(who, paths, strict=True)]
            for line in lines:
                await line.open()
            await lines[0].send(type="player_ready")
            await lines[1].send(type="player_ready")
            await asyncio.wait_for(begun.wait(), WITHIN_S)
            await lines[0].send(type="game_action", action="resign")
            await asyncio.wait_for(over.wait(), WITHIN_S)
            await close_all(lines)

        async def rounds(number: int) -> None:
            await some_at_a_time((cycle(*pairs[n % len(pairs)]) for n in range(number)), len(pairs))

        # The first round fills permanent caches: pools, the users' own topics.
        await rounds(4 * len(pairs))
        await asyncio.sleep(settle)
        process = psutil.Process(server.pids[0])
        history.seen("server", "before", **await _count(ground, http, process))
        await rounds(cycles // 4)
        await asyncio.sleep(settle)
        history.seen("server", "after", **await _count(ground, http, process))
        history.seen("operator", "waited", rooms_may_stay=settle < ENDED_ROOMS_STAY_S)


async def _count(ground: Ground, http: httpx.AsyncClient, process: psutil.Process) -> dict[str, float]:
    totals = await figures_of(ground.servers[0], http)
    return {name: totals.get(name, 0) for name in COUNTED} | {
        "descriptors": process.num_fds(),
        "threads": process.num_threads(),
        "connections": ground.connections(),
        "redis_keys": len(ground.redis_keys()),
        "mib": process.memory_info().rss / 2**20,
    }


def check(operations: list[Operation], query: Query) -> list[Figure]:
    [before] = [operation.asked for operation in operations if operation.name == "before"]
    [after] = [operation.asked for operation in operations if operation.name == "after"]
    [waited] = [operation.asked for operation in operations if operation.name == "waited"]
    left_out = {"mib", "threads"} | ({"game_rooms"} if waited["rooms_may_stay"] else set())
    made = sum(o.name == "connect" and o.outcome == "ok" for o in operations)
    unfinished = query("SELECT id FROM game_game WHERE state NOT IN ('finished', 'aborted')")
    return [
        at_least("sockets opened and closed", made, 8),
        none_of("games that have not ended", unfinished),
        *(
            at_most(
                f"{name}: {before[name]:.0f} before, now more by",
                after[name] - before[name],
                SLACK.get(name, 0),
            )
            for name in before
            if name not in left_out
        ),
        at_most("threads more than before", after["threads"] - before["threads"], 8),
        at_most("MiB more than before", after["mib"] - before["mib"], 32),
        exactly("sockets still open", after["realtime_sockets_open"], 0),
        # The same users return: what remains of them exists since the first round.
        exactly("topics that nobody is left to hear", after["realtime_topics"], 0),
    ]


TRIAL = Trial(
    "churn",
    run,
    check,
    long={"people": 40, "cycles": 10_000, "settle": ENDED_ROOMS_STAY_S + 10},
    quick={"people": 4, "cycles": 40, "settle": 3},
    fault="sockets_never_leave_their_topics",
)
