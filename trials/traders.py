"""Users with characters at a market who trade over the world's socket, and sometimes abort."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis

from trials.history import History, Refused, Unknown
from trials.people import WITHIN_S, Frame, Line, Person

MOST_GOLD, MOST_OF_AN_ITEM = 20, 3
ANSWER_WITHIN_S = 5.0
ATTEMPTS = 3
ABORTS = 25
"""One step in so many is an abort."""

_refs = itertools.count(1)


class Denied(Refused):
    """The server refused, or the trade has ended; ``frame`` has the reason."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.get("code") or frame["reason"])
        self.frame = frame


class Trader:
    """A user with a character at the market, who takes part in several trades at once."""

    def __init__(
        self, history: History, person: Person, limits: Redis, *, market: int, next_to_it: int
    ) -> None:
        self.person = person
        self.line = Line(history, person, "/ws", self._hear)
        self._market, self._next_to_it = market, next_to_it
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
        """Send a command and return its answer. Raises ``Denied``, or ``Unknown`` if nothing arrived."""
        ref = next(_refs)
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def ends(frame: Frame) -> bool:
            # A first confirmation is answered, too, long before the exchange.
            return answers(frame) or (frame["type"] == "error" and frame.get("ref") == ref)

        waiting = (ends, answer)
        self._waiting.append(waiting)
        lost = asyncio.create_task(self.line.lost.wait())
        try:
            await self.line.send(id=ref, **message)
            waiters: set[asyncio.Future[Any]] = {answer, lost}
            await asyncio.wait(waiters, timeout=ANSWER_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
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
        """Request a step of a trade, which is answered by an event of the same name."""

        def answers(frame: Frame) -> bool:
            if frame.get("trade_id") != trade_id:
                return False
            if frame["type"] == "trade_decline":
                return True
            return bool(frame["type"] == kind and frame["version"] == at_version)

        return await self._ask(answers, type=kind, trade_id=trade_id, **offered)

    async def _be_connected(self) -> None:
        try:
            await asyncio.wait_for(self.line.is_open.wait(), WITHIN_S)
        except TimeoutError:
            raise Unknown("not back") from None

    async def be_there(self) -> None:
        """Connect, and walk to the market."""
        await self._be_connected()
        if self._place != self._market:
            await self._walk(self._market)

    async def _walk(self, to: int) -> None:
        def answers(frame: Frame) -> bool:
            return frame["type"] == "area_state" and (frame["area"] or {}).get("location_id") == to

        await self._ask(answers, type="move", to_location_id=to)

    async def request(self, other: "Trader") -> int:
        """Request a trade with the other; return its id. An old one between the two is ended."""
        both = [self.person.id, other.person.id]
        # The rate limit is twenty a minute, too slow for a trial.
        await self._limits.delete(f"trial:limit:trades:{self.person.id}")
        try:
            asked = await self._ask(
                lambda frame: frame["type"] == "trade_request" and frame["user_ids"] == both,
                type="trade_request",
                to_user_id=other.person.id,
            )
        except Denied as denied:
            match denied.frame:
                # Without details, the trade has ended meanwhile.
                case {"code": "already_trading", "details": {"trade_id": left_over}}:
                    await self.decline(left_over)
            raise
        return int(asked["trade_id"])

    async def accept(self, trade_id: int) -> None:
        await self._step("trade_accept", trade_id, 0)

    async def offer(self, trade_id: int, at_version: int) -> None:
        """Make an offer, which replaces the offers of this version."""
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
        """Confirm, retrying if the answer was lost; return the frame of completion."""
        for _ in range(ATTEMPTS):
            with contextlib.suppress(Unknown):
                await self._be_connected()
                return await self._step("trade_complete", trade_id, version, version=version)
        raise Unknown("no answer")

    async def decline(self, trade_id: int) -> None:
        with contextlib.suppress(Refused):
            await self._step("trade_decline", trade_id, 0)

    async def perhaps_abort(self, trade_id: int) -> None:
        """Sometimes abort the trade: by cancelling, by walking away, or by disconnecting."""
        if random.randrange(ABORTS) == 0:
            match random.randrange(3):
                case 0:
                    await self.decline(trade_id)
                case 1:
                    with contextlib.suppress(Refused):
                        await self._walk(self._next_to_it)
                case _:
                    self.line.cut()


async def trade(history: History, one: Trader, other: Trader) -> None:
    """Agree on a swap, then confirm it on both sides at once.

    Two concurrent calls for the same pair interfere, like two windows of one client.
    """
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
