"""Trial: PostgreSQL is restarted under load, at times as by a crash, and in the end is away for longer.

Promised: clear refusals while it is away (503 with a problem, never a 500), nothing half done, nothing
acknowledged lost, and answers again within 5 seconds of its return.
"""

import asyncio
import random

from trials.figures import Figure, at_least, exactly, none_of, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Person, crowd, visitors
from trials.purchases import PLENTY, buy, check_books
from trials.tables import check_games, resumed_after, tables
from trials.trial import Query, Trial


async def run(
    ground: Ground, history: History, *, games: int, shoppers: int, restarts: int, last_away_s: int
) -> None:
    ground.manage("seed_demo")
    ground.query("UPDATE progression_offer SET price = 1, currency = 'gold', stock = NULL")
    [(berries,)] = ground.query("SELECT id FROM progression_item WHERE slug = %s", PLENTY)
    servers = ground.start(1)
    async with visitors() as http:
        laid = await tables(history, await crowd(2 * games, http, servers), pause=0.05)
        done = asyncio.Event()

        async def shop(person: Person) -> None:
            number = 0
            while not done.is_set() and number < 90:
                number += 1
                await buy(history, person, berries, PLENTY, f"{person.name}-{number}")
                # Enough gold for the whole trial.
                await asyncio.sleep(random.uniform(0, 0.3 * restarts))

        async with asyncio.TaskGroup() as shopping:
            for person in await crowd(shoppers, http, servers, "shopper"):
                shopping.create_task(shop(person))
            for number in range(restarts):
                await asyncio.sleep(1.5)
                history.seen("operator", "stopped")
                await asyncio.to_thread(ground.cluster.stop if number % 2 else ground.cluster.kill)
                await asyncio.sleep(last_away_s if number == restarts - 1 else 1)
                await asyncio.to_thread(ground.cluster.start)
                history.seen("operator", "started")
                await asyncio.sleep(5)
            done.set()
        for table in laid:
            await table.leave()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    stops = [operation.started for operation in operations if operation.name == "stopped"]
    starts = [operation.started for operation in operations if operation.name == "started"]
    unclear = [
        operation
        for operation in operations
        if operation.name == "buy" and operation.outcome == "unknown" and not _is_clear(operation.told["why"])
    ]
    sold = [o.ended for o in operations if o.name == "buy" and o.outcome == "ok"]
    first_sale = [
        min((sale for sale in sold if sale > start), default=float("inf")) - start for start in starts
    ]
    first_move = resumed_after(operations, stops)
    returned = dict(zip(stops, starts, strict=True))
    longest_stop = max(returned[stop] - stop for stop in stops)
    lost = [o for o in operations if o.name == "lost" and o.asked["code"] != 1012]
    return [
        exactly("restarts", len(starts), len(stops)),
        at_least("requests refused meanwhile", sum(_is_clear(o.told.get("why", "")) for o in operations), 1),
        none_of("requests refused unclearly", unclear),
        none_of("sockets lost otherwise than by 1012", lost),
        *check_games(operations, query),
        *check_books(operations, query, price=1),
        within("seconds from its return to the next sale", max(first_sale), 5),
        within(
            "seconds from its return to each game's next move", max(first_move, default=0.0) - longest_stop, 5
        ),
    ]


def _is_clear(why: str) -> bool:
    return why in ("503 unavailable", "recovering")


TRIAL = Trial(
    "database_loss",
    run,
    check,
    long={"games": 20, "shoppers": 10, "restarts": 5, "last_away_s": 40},
    quick={"games": 3, "shoppers": 6, "restarts": 1, "last_away_s": 1},
    fault="failures_are_500",
)
