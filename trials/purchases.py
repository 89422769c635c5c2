"""Trial: many buy the last one of a thing at once, and a server is killed in the middle.

Promised: it is sold once; a purchase repeated with its key until it is answered is made once; gold is
conserved and the books add up.

As a test: ``test_of_a_thousand_purchases_of_one_last_item_from_fifty_threads_one_is_a_sale`` in
progression/tests/test_races.py.
"""

import asyncio
import random

from trials.figures import Figure, at_least, exactly, none_of
from trials.ground import Ground, kill
from trials.history import History, Operation, Refused, Unknown
from trials.people import Person, crowd, visitors
from trials.trial import Query, Trial

LAST, PLENTY = "crown-of-ages", "berries"
PRICE = 10


async def run(ground: Ground, history: History, *, clients: int, purchases: int, kills: int) -> None:
    ground.manage("seed_demo")
    ground.query("UPDATE progression_offer SET price = %s, currency = 'gold', is_daily = false", PRICE)
    ground.query("UPDATE progression_offer SET stock = NULL")
    ids = dict(ground.query("SELECT slug, id FROM progression_item"))
    ground.query(
        "INSERT INTO progression_offer (item_id, price, currency, stock, is_daily, is_open, version) "
        "VALUES (%s, %s, 'gold', 1, false, true, 1) ON CONFLICT (item_id) DO UPDATE SET stock = 1",
        ids[LAST],
        PRICE,
    )
    servers = ground.start(2)
    async with visitors() as http:
        people = await crowd(clients, http, servers)
        wanted = [LAST] * (purchases - 4) + [PLENTY] * 4

        async def shop(person: Person) -> None:
            for number, slug in enumerate(random.sample(wanted, len(wanted))):
                await buy(history, person, ids[slug], slug, f"{person.name}-{number}")

        async def kill_now_and_then() -> None:
            for _ in range(kills):
                await asyncio.sleep(0.5)
                await kill(history, servers[0])

        await asyncio.gather(kill_now_and_then(), *(shop(person) for person in people))


async def buy(history: History, person: Person, item_id: int, slug: str, key: str) -> None:
    """Retry a purchase with one idempotency key until its outcome is known."""
    settled = False
    while not settled:
        with history.operation(person.name, "buy", slug=slug, key=key, user=person.id):
            try:
                await person.ask(
                    "POST", "/api/shop/purchase", {"item_id": item_id}, headers={"Idempotency-Key": key}
                )
            except Unknown:
                await asyncio.sleep(random.uniform(0, 0.2))
                raise
            except Refused:
                settled = True
                raise
            settled = True


def check(operations: list[Operation], query: Query) -> list[Figure]:
    bought = [operation for operation in operations if operation.name == "buy"]
    sold = {o.asked["key"] for o in bought if o.outcome == "ok" and o.asked["slug"] == LAST}
    [(stock,)] = query(
        "SELECT offer.stock FROM progression_offer offer JOIN progression_item item "
        "ON item.id = offer.item_id WHERE item.slug = %s",
        LAST,
    )
    return [
        at_least("answered purchases", sum(o.outcome in ("ok", "fail") for o in bought), len(bought) // 2),
        exactly("the last one: told that they have it", len(sold), 1),
        exactly("the last one: in somebody's hands", _owned(query).get(LAST, 0), 1),
        exactly("the last one: still in stock", stock, 0),
        *check_books(operations, query, price=PRICE),
    ]


def check_books(operations: list[Operation], query: Query, *, price: int) -> list[Figure]:
    """Check that each purchase was made once, and that gold is conserved."""
    bought = [operation for operation in operations if operation.name == "buy"]
    plenty = {o.asked["key"] for o in bought if o.outcome == "ok" and o.asked["slug"] == PLENTY}
    owned = _owned(query)
    [(gold,)] = query(
        "SELECT coalesce(sum(gold), 0)::int FROM progression_player player "
        "JOIN accounts_user person ON person.id = player.user_id AND person.is_guest"
    )
    [(earned,)] = query(
        "SELECT coalesce(sum(amount), 0)::int FROM progression_entry entry JOIN accounts_user person ON "
        "person.id = entry.player_id AND person.is_guest WHERE currency = 'gold' AND cause <> 'purchase'"
    )
    crooked = query(
        "SELECT player.user_id FROM progression_player player LEFT JOIN progression_entry entry "
        "ON entry.player_id = player.user_id AND entry.currency = 'gold' "
        "GROUP BY player.user_id HAVING player.gold <> coalesce(sum(entry.amount), 0)"
    )
    return [
        exactly("keyed purchases made more or less than once", owned.get(PLENTY, 0) - len(plenty), 0),
        exactly("gold that came from or went nowhere", gold + price * sum(owned.values()) - earned, 0),
        none_of("players whose books do not add up", crooked),
        none_of(
            "failures without problem+json", (o for o in bought if "no problem" in o.told.get("why", ""))
        ),
    ]


def _owned(query: Query) -> dict[str, int]:
    return dict(
        query(
            "SELECT item.slug, sum(stack.quantity)::int FROM progression_stack stack "
            "JOIN progression_item item ON item.id = stack.item_id "
            "JOIN accounts_user person ON person.id = stack.player_id AND person.is_guest GROUP BY item.slug"
        )
    )


TRIAL = Trial(
    "purchases",
    run,
    check,
    long={"clients": 50, "purchases": 24, "kills": 5},
    quick={"clients": 12, "purchases": 6, "kills": 1},
    fault="stock_read_then_written",
)
