"""Trial: hundreds of people without an account do the dearest thing that each door allows.

Promised: the moves and calls of those who are signed in take at most 250 ms (p99), nobody is cut off, nothing
restarts or fails, and the server's memory comes back.

As tests: ``tests/test_doors.py`` and ``tests/test_open_doors.py``.
"""

import asyncio
import json
import random
import sys

import psutil

from gameplatform.testing.processes import ROOT
from trials import anonymous
from trials.figures import Figure, at_least, at_most, exactly, none_of, percentile, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Person, crowd, visitors
from trials.tables import check_games, tables
from trials.trial import Query, Trial

ALLOWED_MS = 250
ALLOWED_GROWTH_MIB = 96
PAUSE_S = 0.05


async def run(ground: Ground, history: History, *, games: int, strangers: int, seconds: int) -> None:
    [server] = ground.start(1, SOCKET_MAX_RATE="1000")
    [pid] = server.pids
    process = psutil.Process(pid)
    async with visitors() as http:
        people = await crowd(2 * games, http, [server])
        laid = await tables(history, people, pause=PAUSE_S)
        # What is made once, and the threads, are there before it is looked how much memory there is.
        await _attack(server.base_url, len(anonymous.DOORS) * 4, 3)
        before = process.memory_info().rss
        calling = [asyncio.create_task(_call(history, person)) for person in people]
        told = await _attack(server.base_url, strangers, seconds)
        history.seen("strangers", "answered", told=told)
        for task in calling:
            task.cancel()
        await asyncio.gather(*calling, return_exceptions=True)
        history.seen("operator", "done")
        await asyncio.sleep(25)
        history.seen("server", "memory", before=before, after=process.memory_info().rss)
        history.seen("server", "processes", pids=[pid, *server.pids])
        history.seen("server", "logged", tracebacks=server.log().count("Traceback"))
        for table in laid:
            await table.leave()


async def _attack(base_url: str, count: int, seconds: int) -> dict[str, dict[str, int]]:
    command = (sys.executable, "-m", "trials.anonymous", base_url, str(count), str(seconds))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return dict(json.loads(said))


async def _call(history: History, person: Person) -> None:
    while True:
        with history.operation(person.name, "call"):
            await person.ask("GET", "/api/me/sessions")
        await asyncio.sleep(random.uniform(0, 4 * PAUSE_S))


def check(operations: list[Operation], query: Query) -> list[Figure]:
    done = next(o.started for o in operations if o.name == "done")
    told = next(o.asked["told"] for o in operations if o.name == "answered")
    memory = next(o.asked for o in operations if o.name == "memory")
    pids = next(o.asked["pids"] for o in operations if o.name == "processes")
    logged = next(o.asked["tracebacks"] for o in operations if o.name == "logged")
    answers = [answer for counts in told.values() for answer in counts]
    took = {
        name: [o.ended - o.started for o in operations if o.name == name and o.outcome == "ok"]
        for name in ("move", "call")
    }
    failed = [o for o in operations if o.name == "call" and o.outcome == "fail"]
    return [
        exactly("doors tried", len(told), len(anonymous.DOORS)),
        at_least("things that strangers did", sum(sum(counts.values()) for counts in told.values()), 100),
        none_of("of them failures of the server", (answer for answer in answers if answer == "500")),
        at_least("calls of players", len(took["call"]), 20),
        within("ms that a move takes, p99", percentile(took["move"], 99) * 1000, ALLOWED_MS),
        within("ms that a call takes, p99", percentile(took["call"], 99) * 1000, ALLOWED_MS),
        none_of("calls of players that were refused", failed),
        none_of("sockets of players lost", [o for o in operations if o.name == "lost" and o.started < done]),
        exactly("server processes, before and after", len(set(pids)), 1),
        exactly("tracebacks logged", logged, 0),
        at_most(
            "MiB by which the server grew", (memory["after"] - memory["before"]) / 2**20, ALLOWED_GROWTH_MIB
        ),
        *check_games(operations, query),
    ]


TRIAL = Trial(
    "strangers",
    run,
    check,
    long={"games": 10, "strangers": 500, "seconds": 60},
    quick={"games": 2, "strangers": 40, "seconds": 5},
    fault="strangers_take_the_threads_of_players",
)
