"""Trial: people trade at random over the world's sockets, change their minds, walk away, drop out, and the
servers are killed in the middle, one after the other.

Promised: every item keeps one owner, gold is conserved, and a swap that somebody was told of was made, once,
as it was offered.

As a test: ``test_trades_at_random_with_aborts_lose_and_double_nothing`` in world/trading/tests/test_races.py.
"""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from redis.asyncio import Redis

from tests.processes import ServerProcess
from trials.figures import Figure, at_least, none_of, told
from trials.ground import Ground
from trials.history import History, Operation, Refused, Unknown
from trials.people import WITHIN_S, Frame, Line, Person, close_all, crowd, open_all, some_at_a_time, visitors
from trials.trial import Query, Trial

FACTION, MARKET, NEXT_TO_IT = "Dawnguard", "Sunspire", "Amber Fields"
PLENTY = {"berries": 10, "roast-fish": 5}
MOST_GOLD, MOST_OF_AN_ITEM = 20, 3
ANSWER_WITHIN_S = 5.0
ATTEMPTS = 3
ABORTS = 25
"""One in so many steps is another than the trade needs."""

_refs = itertools.count(1)

Moved = dict[tuple[int, str], int]
"""What a swap changes: by user and thing (``gold``, or an item's id), how much more they have of it."""


class Denied(Refused):
    """The server said no, or the trade has ended; ``frame`` says why."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.get("code") or frame["reason"])
        self.frame = frame


class Trader:
    """A person with a character at the market, who takes part in several trades at once."""

    def __init__(self, history: History, person: Person, places: dict[str, int], limits: Redis) -> None:
        self.person = person
        self.line = Line(history, person, "/ws", self._hear)
        self._market, self._next_to_it = places[MARKET], places[NEXT_TO_IT]
        self._limits = limits
        self._place: int | None = None
        self._waiting: list[tuple[Callable[[Frame], bool], asyncio.Future[Frame]]] = []

    def _hear(self, frame: Frame) -> None:
        match frame:
            case {"type": "world_state", "you": {"location_id": place}}:
                self._place = place
            case {"type": "area_state", "area": {"location_id": place}}:
                self._place = place
        for answers, answer in self._waiting:
            if answers(frame) and not answer.done():
                answer.set_result(frame)

    async def _ask(self, answers: Callable[[Frame], bool], **message: Any) -> Frame:
        """Send this; returns what answers it. Raises ``Denied``, or ``Unknown`` where nothing came."""
        ref = next(_refs)
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        waiting = (lambda frame: frame.get("ref") == ref or answers(frame), answer)
        self._waiting.append(waiting)
        lost = asyncio.create_task(self.line.lost.wait())
        try:
            await self.line.send(id=ref, **message)
            await asyncio.wait({answer, lost}, timeout=ANSWER_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
            self._waiting.remove(waiting)
        if not answer.done():
            raise Unknown("no answer")
        frame = answer.result()
        if frame["type"] in ("error", "trade_decline"):
            raise Denied(frame)
        return frame

    async def _step(self, kind: str, trade_id: int, at_version: int, **offered: Any) -> Frame:
        """Ask for a step of a trade, which is told by an event of the same name."""

        def answers(frame: Frame) -> bool:
            if frame.get("trade_id") != trade_id:
                return False
            return frame["type"] == "trade_decline" or (
                frame["type"] == kind and frame["version"] == at_version
            )

        return await self._ask(answers, type=kind, trade_id=trade_id, **offered)

    async def _be_connected(self) -> None:
        try:
            await asyncio.wait_for(self.line.is_open.wait(), WITHIN_S)
        except TimeoutError:
            raise Unknown("not back") from None

    async def be_there(self) -> None:
        """Be connected, and at the market."""
        await self._be_connected()
        if self._place != self._market:
            await self._walk(self._market)

    async def _walk(self, to: int) -> None:
        def answers(frame: Frame) -> bool:
            return frame["type"] == "area_state" and (frame["area"] or {}).get("location_id") == to

        await self._ask(answers, type="move", to_location_id=to)

    async def request(self, other: "Trader") -> int:
        """Ask the other to trade; returns the trade's id. One that is left over between them ends."""
        both = [self.person.id, other.person.id]
        # People are allowed twenty a minute; a trial has no such patience.
        await self._limits.delete(f"limit:trades:{self.person.id}")
        try:
            asked = await self._ask(
                lambda frame: frame["type"] == "trade_request" and frame["user_ids"] == both,
                type="trade_request",
                to_user_id=other.person.id,
            )
        except Denied as denied:
            if denied.frame.get("code") == "already_trading":
                await self.decline(denied.frame["details"]["trade_id"])
            raise
        return int(asked["trade_id"])

    async def accept(self, trade_id: int) -> None:
        await self._step("trade_accept", trade_id, 0)

    async def offer(self, trade_id: int, at_version: int) -> None:
        """Offer something, which makes the offers those of this version."""
        owned = await self._belongings()
        chosen = random.sample(owned, random.randint(0, min(2, len(owned))))
        items = [
            {"id": row["id"], "quantity": random.randint(1, min(row["quantity"], MOST_OF_AN_ITEM))}
            for row in chosen
        ]
        gold = random.randint(0, MOST_GOLD)
        await self._step("trade_update", trade_id, at_version, gold=gold, items=items)

    async def _belongings(self) -> list[dict[str, Any]]:
        while True:
            try:
                rows: list[dict[str, Any]] = (await self.person.ask("GET", "/api/inventory"))["results"]
            except Unknown:
                await asyncio.sleep(0.1)
            else:
                return rows

    async def confirm(self, trade_id: int, version: int) -> Frame:
        """Agree; returns the frame that says it is done. Whose answer was lost asks again."""
        for _ in range(ATTEMPTS):
            with contextlib.suppress(Unknown):
                await self._be_connected()
                return await self._step("trade_complete", trade_id, version, version=version)
        raise Unknown("no answer")

    async def decline(self, trade_id: int) -> None:
        with contextlib.suppress(Refused):
            await self._step("trade_decline", trade_id, 0)

    async def perhaps_abort(self, trade_id: int) -> None:
        """Now and then end the trade: by saying so, by going, or by dropping out."""
        if random.randrange(ABORTS) == 0:
            match random.randrange(3):
                case 0:
                    await self.decline(trade_id)
                case 1:
                    with contextlib.suppress(Refused):
                        await self._walk(self._next_to_it)
                case _:
                    self.line.cut()


async def run(ground: Ground, history: History, *, people: int, trades: int, kills: int) -> None:
    ground.manage("seed_demo")
    places = dict(ground.query("SELECT name, id FROM world_location"))
    servers = ground.start(2)
    moments = {trades * (number + 1) // (kills + 1): servers[number % 2] for number in range(kills)}
    async with visitors() as http, Redis.from_url(ground.environment["REDIS_URL"]) as limits:
        persons = await crowd(people, http, servers)
        await _furnish(ground, persons)
        traders = [Trader(history, person, places, limits) for person in persons]
        await open_all(trader.line for trader in traders)

        async def attempt(number: int) -> None:
            if number in moments:
                await _kill(history, moments[number])
            await trade(history, *random.sample(traders, 2))

        await some_at_a_time(map(attempt, range(trades)), people // 2)
        await close_all(trader.line for trader in traders)


async def _furnish(ground: Ground, people: Sequence[Person]) -> None:
    """Give each a character, something to trade, and as far as they go something of which there is one."""
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


async def _kill(history: History, victim: ServerProcess) -> None:
    victim.kill(victim.pids[0])
    history.seen("operator", "killed")
    await asyncio.to_thread(victim.start)


async def trade(history: History, one: Trader, other: Trader) -> None:
    """Agree on what to swap, and then both say so at once."""
    trade_id = 0
    agreed = False
    with history.operation(one.person.name, "agree", other=other.person.name) as operation:
        for trader in (one, other):
            await trader.be_there()
        trade_id = operation.told["trade"] = await one.request(other)
        await other.perhaps_abort(trade_id)
        await other.accept(trade_id)
        for version, trader in enumerate(random.sample((one, other), 2), start=1):
            await trader.perhaps_abort(trade_id)
            await trader.offer(trade_id, version)
        agreed = True
    if agreed:
        await asyncio.gather(*(_confirm(history, trader, trade_id) for trader in (one, other)))


async def _confirm(history: History, trader: Trader, trade_id: int) -> None:
    with history.operation(trader.person.name, "confirm", trade=trade_id) as operation:
        await trader.perhaps_abort(trade_id)
        try:
            completed = await trader.confirm(trade_id, 2)
        except Denied:
            # The other one waits.
            await trader.decline(trade_id)
            raise
        operation.told["offers"] = completed["offers"]


def check(operations: list[Operation], query: Query) -> list[Figure]:
    begun = [operation for operation in operations if operation.name == "agree"]
    confirmed = [operation for operation in operations if operation.name == "confirm"]
    acknowledged = [(o.asked["trade"], _moved(o.told["offers"])) for o in confirmed if o.outcome == "ok"]
    wanted = {operation.asked["trade"] for operation in confirmed if operation.outcome != "fail"}
    offered = _offered(query)
    swapped = _swapped(query)
    return [
        at_least("swaps made", len(offered), len(begun) // 5),
        told("trades that came to nothing", len(begun) - len(offered)),
        at_least("confirmations answered", sum(o.outcome != "unknown" for o in confirmed), len(begun) // 5),
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
    """Nothing was lost or doubled by swaps, and the books of all add up."""
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
    """What each completed trade promised to move."""
    offers: dict[int, list[dict[str, Any]]] = {}
    for trade_id, user, gold, items in query(
        "SELECT trade.id, owner_id, gold, items FROM world_trade trade "
        "JOIN world_tradeoffer offer ON offer.trade_id = trade.id "
        "JOIN world_character trader ON trader.id = offer.character_id WHERE trade.state = 'completed'"
    ):
        offers.setdefault(trade_id, []).append({"user_id": user, "gold": gold, "items": items})
    return {trade_id: _moved(both) for trade_id, both in offers.items()}


def _swapped(query: Query) -> dict[int, Moved]:
    """What the ledger says that each trade moved."""
    swapped: dict[int, Moved] = {}
    for key, user, thing, amount in query(
        "SELECT key, player_id, coalesce(currency, item_id::text), sum(amount)::bigint "
        "FROM progression_entry WHERE cause = 'trade' GROUP BY 1, 2, 3 HAVING sum(amount) <> 0"
    ):
        swapped.setdefault(int(key.removeprefix("trade:")), {})[user, thing] = amount
    return swapped


def _moved(offers: Iterable[dict[str, Any]]) -> Moved:
    """What two such offers come to when they are swapped."""
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
