"""Trial: the clock of one of two servers jumps by ten minutes, forth and back, every second.

Promised: nobody loses on time, no socket is closed, no move refused, and the order of what is said stays.
"""

import asyncio

from trials.figures import Figure, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.lobbies import check_order, enter_lobby
from trials.people import crowd, visitors
from trials.tables import check_games, tables
from trials.trial import Query, Trial

STEP_S = 600


async def run(ground: Ground, history: History, *, games: int, members: int, seconds: int) -> None:
    servers = [*ground.start(1), *ground.start(1, CLOCK_STEPS=str(STEP_S))]
    async with visitors() as http:
        laid = await tables(history, await crowd(2 * games, http, servers), pause=0.1)
        talkers = await enter_lobby(ground, history, await crowd(members, http, servers, "talker"), servers)
        for number in range(seconds):
            for member in talkers:
                await member.say(f"{member.person.name} says {number}")
            await asyncio.sleep(1)
        history.seen("operator", "done")
        for table in laid:
            await table.leave()
        for member in talkers:
            await member.line.close()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    done = next(operation.started for operation in operations if operation.name == "done")
    lost = [o for o in operations if o.name in ("lost", "ended") and o.started < done]
    refused = [o for o in operations if o.outcome == "fail" or o.name == "error"]
    ended = query("SELECT id FROM game_game WHERE state IN ('finished', 'abandoned', 'aborted')")
    return [
        none_of("sockets closed", lost),
        none_of("moves and messages refused", refused),
        none_of("games that ended by it", ended),
        *check_order(operations, query),
        *check_games(operations, query),
    ]


TRIAL = Trial(
    "clocks",
    run,
    check,
    long={"games": 10, "members": 10, "seconds": 60},
    quick={"games": 2, "members": 4, "seconds": 4},
    fault="rooms_live_by_the_calendar",
)
