"""Trial: the server that owns an arena in play is killed, over and over.

Promised: its players see the next frame within a second of the kill, and none of them sees the arena jump by
more than 0.3 seconds, neither in its time nor in their place.

As a test: ``test_an_arena_goes_on_where_its_players_saw_it`` in
game/tests/test_takeovers.py.
"""

import asyncio
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from game.games.arena import RATE, SPEED, TURN
from trials.figures import Figure, at_least, at_most, percentile, within
from trials.ground import Ground, kill_in_turn
from trials.history import History, Operation, Unknown
from trials.people import Frame, Line, Person, crowd, visitors
from trials.trial import Query, Trial

JUMP_S = 0.3
STEER_EVERY_S = 0.05


class Fighter:
    """A player who runs about, and notes each frame."""

    def __init__(self, history: History, person: Person, path: str) -> None:
        self._history = history
        self._name = person.name
        self.line = Line(history, person, path, self._hear)
        self._seat = ""
        self._is_down = False
        self._life = 0
        self._steering: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        await self.line.open()
        await self.line.send(type="player_ready")
        self._steering = asyncio.create_task(self._steer())

    async def leave(self) -> None:
        if self._steering is not None:
            self._steering.cancel()
            await asyncio.gather(self._steering, return_exceptions=True)
        await self.line.close()

    def _hear(self, frame: Frame) -> None:
        if frame["type"] == "game_state":
            self._seat = str(int(frame["you"]["side"].removeprefix("seat_")) - 1)
        if frame["type"] != "game_tick":
            self._history.seen(self._name, "heard", type=frame["type"], reason=frame.get("reason"))
            return
        view = frame["view"]
        own = view["fighters"][self._seat]
        is_down = own["health"] == 0
        self._life += is_down and not self._is_down
        self._is_down = is_down
        self._history.seen(
            self._name,
            "frame",
            tick=frame["tick"],
            ticks_left=view["ticks_left"],
            place=None if is_down else [own["x"], own["y"]],
            life=self._life,
        )

    async def _steer(self) -> None:
        dx = dy = aim = 0
        while True:
            if random.random() < 0.2:
                dx, dy = random.choice([(10, 0), (-10, 0), (0, 10), (0, -10), (7, 7)])
            aim = (aim + 20) % TURN
            movement = {"dx": dx, "dy": dy, "aim": aim, "fire": random.random() < 0.1}
            try:
                await self.line.send(type="player_move", movement=movement)
            except Unknown:
                await self.line.is_open.wait()
            await asyncio.sleep(STEER_EVERY_S)


async def run(ground: Ground, history: History, *, players: int, kills: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        people = await crowd(players, http, servers)
        wanted = {"game": "arena", "private": True, "minutes": 30, "frags": 200, "bots": [2, 2]}
        made = await people[0].ask("POST", "/api/games/", wanted)
        for person in people[1:]:
            await person.ask("POST", f"/api/games/{made['id']}/join/", {})
        fighters = [Fighter(history, person, made["ws_url"]) for person in people]
        # The first to come opens the arena, on the server that is killed first; the other one then has it.
        fighters[0].line.servers = servers[:1]
        for fighter in fighters:
            await fighter.begin()
        fighters[0].line.servers = servers
        await kill_in_turn(history, servers, kills=kills, every_s=(2, 3))
        for fighter in fighters:
            await fighter.leave()


def check(operations: list[Operation], query: Query) -> list[Figure]:
    kills = [operation.started for operation in operations if operation.name == "killed"]
    gaps = list(_gaps(operations, kills))
    on_again: dict[float, float] = {}
    for kill, _, after in gaps:
        on_again[kill] = min(after.started, on_again.get(kill, math.inf))
    first = [at - kill for kill, at in on_again.items()]
    each = [after.started - kill for kill, _, after in gaps]
    jumps = [_jump_s(before, after, since=on_again[kill]) for kill, before, after in gaps]
    moves = [_moved(before, after, since=on_again[kill]) for kill, before, after in gaps]
    return [
        at_least("kills that interrupted the arena", len(first), len(kills)),
        within("seconds from a kill to the next frame, p95", percentile(first, 95), 1),
        within("the same for each player, p95", percentile(each, 95), 1.5),
        at_most("seconds by which the arena jumped", max(jumps, default=math.inf), JUMP_S),
        at_most("cells by which a fighter jumped", max(moves, default=math.inf), SPEED * JUMP_S),
    ]


Gap = tuple[float, Operation, Operation]
"""A kill, and a player's last frame before the connection was lost and first frame after."""


def _gaps(operations: Sequence[Operation], kills: Sequence[float]) -> Iterator[Gap]:
    by_player: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        if operation.name in ("frame", "lost"):
            by_player[operation.who].append(operation)
    for seen in by_player.values():
        for kill, following in zip(kills, [*kills[1:], math.inf], strict=True):
            lost = [one.started for one in seen if one.name == "lost" and kill <= one.started < following]
            before = [one for one in seen if one.name == "frame" and lost and one.started < lost[0]]
            after = [one for one in seen if one.name == "frame" and lost and one.started > lost[-1]]
            if before and after:
                yield kill, before[-1], after[0]


def _jump_s(before: Operation, after: Operation, *, since: float) -> float:
    """Return by how many seconds the arena was ahead of a player's last frame, or behind.

    It has gone on ``since`` the first of the others was back.
    """
    ticks = int(after.asked["tick"]) - int(before.asked["tick"])
    left = int(before.asked["ticks_left"]) - int(after.asked["ticks_left"])
    return max(abs(passed / RATE - (after.started - since)) for passed in (ticks, left))


def _moved(before: Operation, after: Operation, *, since: float) -> float:
    """Return how far a fighter was moved but by itself; 0 for one who was down or has stood up elsewhere."""
    places = before.asked["place"], after.asked["place"]
    if None in places or before.asked["life"] != after.asked["life"]:
        return 0.0
    return math.dist(*places) - SPEED * (after.started - since)


TRIAL = Trial(
    "arena",
    run,
    check,
    long={"players": 6, "kills": 20},
    quick={"players": 3, "kills": 3},
    fault="inputs_are_not_journaled",
)
