"""Trial: Redis is killed, and comes back empty, over and over under load.

Promised: no socket is closed, every message kept is heard by every member within 3 seconds and in one order,
and games lose nothing.

As a test: ``test_redis_may_be_killed_in_mid_game`` in
game/tests/test_workers.py.
"""

import asyncio
import itertools
import random

from trials.figures import Figure, at_least, none_of, percentile, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.lobbies import Member, check_order, enter_lobby, heard_within
from trials.people import crowd, visitors
from trials.tables import check_games, tables
from trials.trial import Query, Trial


async def run(ground: Ground, history: History, *, members: int, games: int, kills: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        people = await crowd(members, http, servers)
        talkers = await enter_lobby(ground, history, people, servers)
        laid = await tables(history, await crowd(2 * games, http, servers, "player"), pause=0.1)
        done = asyncio.Event()

        async def talk(member: Member) -> None:
            for number in itertools.count():
                await member.say(f"{member.person.name} says {number}")
                await asyncio.sleep(random.uniform(1, 2))
                if done.is_set():
                    return

        async with asyncio.TaskGroup() as talking:
            for member in talkers:
                talking.create_task(talk(member))
            for _ in range(kills):
                await asyncio.sleep(2)
                history.seen("operator", "killed")
                ground.kill_redis()
                await asyncio.sleep(4)
            done.set()
        # The last messages have to arrive, too.
        await asyncio.sleep(3)
        history.seen("operator", "done")
        for table in laid:
            await table.leave()
        for member in talkers:
            await member.line.close()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    done = next(o.started for o in operations if o.name == "done")
    lost = [o for o in operations if o.name in ("lost", "ended") and o.started < done]
    delays = heard_within(operations, query)
    return [
        at_least("kills", sum(o.name == "killed" for o in operations), 1),
        none_of("sockets closed", lost),
        *check_order(operations, query),
        within("seconds till a message is heard by all, max", percentile(delays, 100), 3),
        *check_games(operations, query),
    ]


TRIAL = Trial(
    "redis_loss",
    run,
    check,
    long={"members": 20, "games": 10, "kills": 10},
    quick={"members": 6, "games": 2, "kills": 1},
    fault="gaps_stay",
)
