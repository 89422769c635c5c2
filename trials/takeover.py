"""Trial: the servers that own running games are killed, one after the other, over and over.

Promised: no move that a player was told of is lost or made twice, and play goes on within 3 seconds (p95),
also in a game of thousands of moves.

As a test: ``test_a_game_survives_its_killed_owner`` in
game/tests/test_workers.py.
"""

from trials.figures import Figure, at_least, percentile, within
from trials.ground import Ground, kill_in_turn
from trials.history import History, Operation
from trials.people import crowd, visitors
from trials.tables import check_games, resumed_after, tables
from trials.trial import Query, Trial

LONG_GAME = 5_000
"""Moves after which the longest game meets its first kill."""


async def run(ground: Ground, history: History, *, games: int, kills: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        people = await crowd(2 * games, http, servers)
        [longest] = await tables(history, people[:2], pause=0)
        await longest.played(LONG_GAME)
        laid = [longest, *await tables(history, people[2:], pause=0.05)]
        await kill_in_turn(history, servers, kills=kills, every_s=(3.5, 4.5))
        for table in laid:
            await table.leave()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    kills = [operation.started for operation in operations if operation.name == "killed"]
    waits = resumed_after(operations, kills)
    return [
        at_least("games interrupted by a kill", len(waits), len(kills)),
        at_least("moves in the longest game", longest_game(query), LONG_GAME),
        *check_games(operations, query),
        within("seconds from a kill to the next move, p95", percentile(waits, 95), 3),
    ]


def longest_game(query: Query) -> int:
    """Return the number of entries in the longest journal."""
    [(entries,)] = query("SELECT max(seq) FROM game_journalentry")
    return int(entries)


TRIAL = Trial(
    "takeover",
    run,
    check,
    long={"games": 20, "kills": 50},
    quick={"games": 4, "kills": 2},
    fault="told_before_written",
)
