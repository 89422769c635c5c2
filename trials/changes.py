"""Trial: spectators who get changes only lose frames and connections, and the servers are killed.

Promised: what a client has put together from changes is what a whole frame of that moment shows, in both
encodings, for whoever sees all and for whoever sees what one player sees.

As tests: ``game/tests/test_state_sync_stateful.py`` in process, and
``test_who_lost_a_move_asks_for_a_resync_and_sees_everything_again`` in
game/tests/test_state_sync.py.
"""

import asyncio
import hashlib
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from bench.games import BenchBoard
from game.author import Game
from game.games import Arena
from gameplatform.testing.processes import ROOT
from trials.arena import Fighter
from trials.figures import Figure, at_least, none_of
from trials.ground import Ground, kill_in_turn
from trials.history import History, Operation, Unknown
from trials.people import Frame, Line, Person, close_all, crowd, open_all, visitors
from trials.tables import Player, Table
from trials.trial import Query, Trial

sys.path.append(str(ROOT / "clients" / "python"))

from gameplatform_client.state import SyncedState  # type: ignore[import-not-found]

WHOLE, TEXT, BINARY = "", "gp.delta", "gp.delta.msgpack"
MISCHIEF_EVERY_S = 0.2
ASK_AGAIN_S = 1.0
DROPPED: Frame = {"type": "dropped"}


class Spectator(Line):
    """A spectator who notes a digest of each view: of a whole one, or of one put together from changes."""

    def __init__(
        self,
        history: History,
        person: Person,
        path: str,
        game: type[Game],
        *,
        follow: int | None = None,
        subprotocol: str = WHOLE,
    ) -> None:
        query = {} if follow is None else {"follow": str(follow)}
        super().__init__(history, person, path, self._note, query=query, subprotocol=subprotocol)
        self.loses = False
        """Whether the next frame of a tick or a move is lost."""
        self._game = game
        self._eyes = f"{path}{follow or ''}"
        self._state = SyncedState() if subprotocol else None
        self._asked_at = 0.0
        self._asking: set[asyncio.Task[None]] = set()

    def message(self, data: str | bytes) -> Frame:
        if self._state is None:
            return super().message(data)
        if self.loses and (isinstance(data, bytes) or '"delta":' in data):
            self.loses = False
            self._history.seen(self.person.name, "dropped")
            return DROPPED
        frame: Frame = self._state.read(data)
        if self._state.is_lost and time.monotonic() > self._asked_at + ASK_AGAIN_S:
            self._asked_at = time.monotonic()
            task = asyncio.create_task(self._resync())
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return frame

    async def _resync(self) -> None:
        try:
            await self.send(type="resync")
        except Unknown:
            return
        self._history.seen(self.person.name, "resync")

    def _note(self, frame: Frame) -> None:
        kind, view = frame["type"], frame.get("view")
        is_tick = kind == "game_tick"
        if view is None or not (is_tick if self._game.real_time else kind in ("game_state", "player_move")):
            return
        codec = self._game.view_codec
        assert codec is not None
        # Numbers are told in whole steps, and a whole frame has them exactly.
        shown = msgspec.json.encode(codec.shown(codec.pack(view)), order="sorted")
        digest = hashlib.blake2b(shown, digest_size=8).hexdigest()
        at = frame["tick" if is_tick else "seq"]
        self._history.seen(
            self.person.name, "shown", eyes=self._eyes, at=at, digest=digest, form=self.subprotocol
        )


async def run(ground: Ground, history: History, *, kills: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        people = iter(await crowd(17, http, servers))
        fighters, arena = await _arena(history, [next(people) for _ in range(3)])
        table, board = await _table(history, next(people), next(people))
        eyes: list[tuple[str, type[Game], int | None]] = [(board, BenchBoard, None), (arena, Arena, None)]
        eyes += [(arena, Arena, fighter.line.person.id) for fighter in fighters[:2]]
        spectators = [
            Spectator(history, next(people), path, game, follow=follow, subprotocol=form)
            for path, game, follow in eyes
            for form in (WHOLE, TEXT, BINARY)
        ]
        await open_all(spectators)
        mischief = asyncio.create_task(_make_mischief(history, spectators))
        await kill_in_turn(history, servers, kills=kills, every_s=(5, 7))
        mischief.cancel()
        await asyncio.gather(mischief, return_exceptions=True)
        await close_all(spectators)
        await table.leave()
        for fighter in fighters:
            await fighter.leave()


async def _arena(history: History, people: Sequence[Person]) -> tuple[list[Fighter], str]:
    wanted = {"game": "arena", "minutes": 30, "frags": 200, "bots": [2, 2]}
    made = await people[0].ask("POST", "/api/games/", wanted)
    for person in people[1:]:
        await person.ask("POST", f"/api/games/{made['id']}/join/", {})
    fighters = [Fighter(history, person, made["ws_url"]) for person in people]
    for fighter in fighters:
        await fighter.begin()
    return fighters, made["ws_url"]


async def _table(history: History, first: Person, second: Person) -> tuple[Table, str]:
    made = await first.ask("POST", "/api/games/", {"game": BenchBoard.name})
    await second.ask("POST", f"/api/games/{made['id']}/join/", {})
    table = Table(*(Player(history, person, made["ws_url"], ()) for person in (first, second)))
    await table.begin(0.05)
    return table, made["ws_url"]


async def _make_mischief(history: History, spectators: Sequence[Spectator]) -> None:
    """Have somebody who gets changes lose a frame, or now and then the connection."""
    victims = [one for one in spectators if one.subprotocol]
    while True:
        await asyncio.sleep(MISCHIEF_EVERY_S)
        victim = random.choice(victims)
        if random.random() < 0.3:
            history.seen(victim.person.name, "cut")
            victim.cut()
        else:
            victim.loses = True


def check(operations: list[Operation], query: Query) -> list[Figure]:
    shown = [operation.asked for operation in operations if operation.name == "shown"]
    whole: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in shown:
        if one["form"] == WHOLE:
            # Ticks that were not stored when a server died are played again.
            whole[one["eyes"], one["at"]].add(one["digest"])
    compared = [one for one in shown if one["form"] != WHOLE and (one["eyes"], one["at"]) in whole]
    counts = {name: sum(o.name == name for o in operations) for name in ("dropped", "cut", "resync")}
    return [
        *(
            at_least(f"views compared, {form}", sum(one["form"] == form for one in compared), 500)
            for form in (TEXT, BINARY)
        ),
        at_least("eyes through which they were seen", len({one["eyes"] for one in compared}), 4),
        at_least("frames lost", counts["dropped"], 10),
        at_least("states asked for anew", counts["resync"], 5),
        at_least("connections cut", counts["cut"], 3),
        none_of(
            "views that are not what a whole frame shows",
            (one for one in compared if one["digest"] not in whole[one["eyes"], one["at"]]),
        ),
    ]


TRIAL = Trial(
    "changes",
    run,
    check,
    long={"kills": 10},
    quick={"kills": 2},
    fault="who_is_out_of_sight_stays",
)
