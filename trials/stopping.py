"""Trial: one of two servers is told to stop (SIGTERM) while it holds sockets and games.

Promised: every socket of it is closed with 1012 within 1 second, it is gone within 20, everybody is back on
the other within 10, and no game ends by it.
"""

import asyncio
import contextlib
import signal
import time

from trials.figures import Figure, at_least, none_of, percentile, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Line, close_all, crowd, open_all, visitors
from trials.tables import check_games, resumed_after, tables
from trials.trial import Query, Trial

BACK_WITHIN_S = 10


async def run(ground: Ground, history: History, *, sockets: int, games: int) -> None:
    [leaving] = ground.start(1)
    async with visitors() as http:
        everybody = await crowd(sockets, http, [leaving])
        # The second server starts later, so that all users are on the one that stops.
        servers = ground.servers
        laid = await tables(history, everybody[: 2 * games], pause=0.2, servers=servers)
        lines = [
            Line(history, person, "/ws/notifications/", servers=servers) for person in everybody[2 * games :]
        ]
        await open_all(lines)
        await asyncio.to_thread(ground.start, 1)
        await asyncio.sleep(1)
        with history.operation("operator", "stop"):
            began = time.perf_counter()
            await asyncio.to_thread(leaving.stop, signal.SIGTERM)
            history.seen("operator", "stopped", seconds=time.perf_counter() - began)
        playing = [player.line for table in laid for player in table.players]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BACK_WITHIN_S + 10):
                await asyncio.gather(*(line.is_open.wait() for line in [*lines, *playing]))
        await asyncio.sleep(5)
        history.seen("operator", "done")
        await close_all(lines)
        for table in laid:
            await table.leave()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    stop = next(operation for operation in operations if operation.name == "stop")
    done = next(operation.started for operation in operations if operation.name == "done")
    lost = [o for o in operations if o.name == "lost" and stop.started <= o.started < done]
    # A player who returns before the game has moved is redirected once more.
    first_lost: dict[tuple[str, str], float] = {}
    for operation in lost:
        first_lost.setdefault((operation.who, operation.asked["path"]), operation.started)
    opened = {(o.who, o.asked["path"]) for o in operations if o.name == "connect" and o.ended < stop.started}
    back: dict[tuple[str, str], float] = {}
    for operation in operations:
        if operation.name == "connect" and operation.outcome == "ok" and operation.started > stop.started:
            back.setdefault((operation.who, operation.asked["path"]), operation.ended - stop.started)
    ended = query("SELECT id FROM game_game WHERE state IN ('finished', 'abandoned', 'aborted')")
    return [
        at_least("sockets", len(opened), 2),
        none_of("sockets that were not closed", opened - first_lost.keys()),
        none_of("closed otherwise than by 1012", (o for o in lost if o.asked["code"] != 1012)),
        within("seconds till the last was closed", max(first_lost.values()) - stop.started, 1),
        within("seconds till the server was gone", stop.ended - stop.started, 20),
        none_of("sockets that never came back", opened - back.keys()),
        within("seconds till the last was back", percentile(back.values(), 100), BACK_WITHIN_S),
        none_of("games that ended by it", ended),
        within(
            "seconds to each game's next move", max(resumed_after(operations, [stop.started])), BACK_WITHIN_S
        ),
        *check_games(operations, query),
    ]


TRIAL = Trial(
    "stopping",
    run,
    check,
    long={"sockets": 1000, "games": 100},
    quick={"sockets": 30, "games": 5},
    fault="stops_without_a_word",
)
