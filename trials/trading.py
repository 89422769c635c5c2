"""Trial: people trade at random over the world's sockets, change their minds, walk away, drop out, and the
servers are killed in the middle, one after the other.

Promised: every item keeps one owner, gold is conserved, and a swap that somebody was told of was made, once,
as it was offered.

As a test: ``test_trades_at_random_with_aborts_lose_and_double_nothing`` in world/trading/tests/test_races.py.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio import Redis

from trials.figures import Figure, at_least, none_of, told
from trials.ground import Ground, kill
from trials.history import History, Operation
from trials.people import Person, close_all, crowd, open_all, some_at_a_time, visitors
from trials.traders import Trader, trade
from trials.trial import Query, Trial

FACTION, MARKET, NEXT_TO_IT = "Dawnguard", "Sunspire", "Amber Fields"
PLENTY = {"berries": 10, "roast-fish": 5}

Moved = dict[tuple[int, str], int]
"""The effect of a swap: by user and thing (``gold`` or an item's id), the change of its quantity."""


async def run(ground: Ground, history: History, *, people: int, trades: int, kills: int) -> None:
    ground.manage("seed_demo")
    places = dict(ground.query("SELECT name, id FROM world_location"))
    servers = ground.start(2)
    moments = {trades * (number + 1) // (kills + 1): servers[number % 2] for number in range(kills)}
    async with visitors() as http, Redis.from_url(ground.environment["REDIS_URL"]) as limits:
        persons = await crowd(people, http, servers)
        await _furnish(ground, persons)
        traders = [
            Trader(history, person, limits, market=places[MARKET], next_to_it=places[NEXT_TO_IT])
            for person in persons
        ]
        await open_all(trader.line for trader in traders)

        async def attempt(number: int) -> None:
            if number in moments:
                await kill(history, moments[number])
            await trade(history, *random.sample(traders, 2))

        await some_at_a_time(map(attempt, range(trades)), people // 2)
        await close_all(trader.line for trader in traders)


async def _furnish(ground: Ground, people: Sequence[Person]) -> None:
    """Give each a character and something to trade; some get a unique item."""
    ground.query("UPDATE progression_offer SET price = 1, currency = 'gold', is_daily = false, stock = NULL")
    ids = dict(
        ground.query(
            "SELECT item.slug, item.id FROM progression_item item "
            "JOIN progression_offer offer ON offer.item_id = item.id"
        )
    )
    unique = [slug for slug in ids if slug not in PLENTY]

    async def furnish(person: Person, wanted: dict[str, int]) -> None:
        made = await person.ask("POST", "/api/characters", {"name": person.name, "faction": FACTION})
        await person.ask("POST", "/api/characters/select", {"character_id": made["id"]})
        for slug, quantity in wanted.items():
            await person.ask("POST", "/api/shop/purchase", {"item_id": ids[slug], "quantity": quantity})

    wants = [PLENTY | ({slug: 1} if slug else {}) for _, slug in itertools.zip_longest(people, unique)]
    await some_at_a_time(map(furnish, people, wants), 8)
    # Guests and new accounts may not trade.
    ground.query("UPDATE accounts_user SET is_guest = false, is_premium = true WHERE is_guest")


def check(operations: list[Operation], query: Query) -> list[Figure]:
    begun = [operation for operation in operations if operation.name == "agree"]
    confirmed = [operation for operation in operations if operation.name == "confirm"]
    acknowledged = [(o.asked["trade"], _moved(o.told["offers"])) for o in confirmed if o.outcome == "ok"]
    wanted = {operation.asked["trade"] for operation in confirmed if operation.outcome != "fail"}
    offered = _offered(query)
    swapped = _swapped(query)
    return [
        at_least("swaps made", len(offered), len(begun) // 10),
        told("trades that came to nothing", len(begun) - len(offered)),
        at_least("confirmations answered", sum(o.outcome != "unknown" for o in confirmed), len(begun) // 10),
        none_of(
            "acknowledged swaps lost, or told otherwise than kept",
            (trade for trade, moved in acknowledged if offered.get(trade) != moved),
        ),
        none_of(
            "swaps that moved something else than was offered",
            (t for t in offered.keys() | swapped.keys() if offered.get(t, {}) != swapped.get(t, {})),
        ),
        none_of("swaps that were refused to both", offered.keys() - wanted),
        *check_ownership(query),
    ]


def check_ownership(query: Query) -> list[Figure]:
    """Check that swaps lost or duplicated nothing, and that all ledgers balance."""
    owned = Counter(
        {
            (user, thing): amount
            for user, thing, amount in query(
                "SELECT player_id, item_id::text, quantity FROM progression_stack "
                "UNION ALL SELECT user_id, 'gold', gold FROM progression_player "
                "UNION ALL SELECT user_id, 'gems', gems FROM progression_player"
            )
        }
    )
    booked: Counter[tuple[int, str]] = Counter()
    brought: Counter[str] = Counter()
    for user, thing, amount, is_swapped in query(
        "SELECT player_id, coalesce(currency, item_id::text), sum(amount)::bigint, cause = 'trade' "
        "FROM progression_entry GROUP BY 1, 2, 4"
    ):
        booked[user, thing] += amount
        brought[thing] += 0 if is_swapped else amount
    there: Counter[str] = Counter()
    owners: Counter[str] = Counter()
    for (_, thing), amount in owned.items():
        there[thing] += amount
        owners[thing] += 1
    unique = [thing for thing, amount in brought.items() if amount == 1]
    shared_rows = query(
        "SELECT player_id, item_id FROM progression_stack GROUP BY 1, 2 "
        "HAVING count(*) > 1 OR min(quantity) < 1"
    )
    return [
        at_least("items of which there is one", len(unique), 1),
        none_of("of these, without an owner or with several", (t for t in unique if owners[t] != 1)),
        none_of(
            "kinds of things lost or doubled",
            (t for t in brought.keys() | there.keys() if there[t] != brought[t]),
        ),
        none_of("belongings of nothing, or held twice", shared_rows),
        none_of(
            "books that do not add up", (k for k in owned.keys() | booked.keys() if owned[k] != booked[k])
        ),
    ]


def _offered(query: Query) -> dict[int, Moved]:
    """Return the agreed effect of each completed trade."""
    offers: dict[int, list[dict[str, Any]]] = {}
    for trade_id, user, gold, items in query(
        "SELECT trade.id, owner_id, gold, items FROM world_trade trade "
        "JOIN world_tradeoffer offer ON offer.trade_id = trade.id "
        "JOIN world_character trader ON trader.id = offer.character_id WHERE trade.state = 'completed'"
    ):
        offers.setdefault(trade_id, []).append({"user_id": user, "gold": gold, "items": items})
    return {trade_id: _moved(both) for trade_id, both in offers.items()}


def _swapped(query: Query) -> dict[int, Moved]:
    """Return the effect of each trade according to the ledger."""
    swapped: dict[int, Moved] = {}
    for key, user, thing, amount in query(
        "SELECT key, player_id, coalesce(currency, item_id::text), sum(amount)::bigint "
        "FROM progression_entry WHERE cause = 'trade' GROUP BY 1, 2, 3 HAVING sum(amount) <> 0"
    ):
        swapped.setdefault(int(key.removeprefix("trade:")), {})[user, thing] = amount
    return swapped


def _moved(offers: Iterable[dict[str, Any]]) -> Moved:
    """Return the effect of swapping two such offers."""
    moved: Counter[tuple[int, str]] = Counter()
    one, other = offers
    for giver, taker in ((one, other), (other, one)):
        things = {"gold": giver["gold"]} | {str(item["item_id"]): item["quantity"] for item in giver["items"]}
        for thing, amount in things.items():
            moved[giver["user_id"], thing] -= amount
            moved[taker["user_id"], thing] += amount
    return {key: amount for key, amount in moved.items() if amount}


TRIAL = Trial(
    "trades",
    run,
    check,
    long={"people": 24, "trades": 5000, "kills": 5},
    quick={"people": 4, "trades": 12, "kills": 1},
    fault="takers_get_nothing",
)
