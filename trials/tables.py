"""Pairs of users who play without end, and the checks of their games."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from gameplatform.testing.processes import ServerProcess
from trials.figures import Figure, at_least, exactly, none_of
from trials.history import History, Operation, Refused, Unknown
from trials.people import Frame, Line, Person, some_at_a_time
from trials.trial import Query

GAME = "bench_board"
# An order that fills a 3x3 board without three in a row; then it is wiped.
ORDER = (0, 1, 2, 4, 3, 5, 7, 6, 8)
ANSWER_WITHIN_S = 10.0


class Player:
    """One of the two players, who moves in turn."""

    def __init__(self, history: History, person: Person, path: str, servers: Sequence[ServerProcess]) -> None:
        self.person = person
        self.line = Line(history, person, path, self._hear, servers=servers)
        self._history = history
        self._game = path.strip("/").rpartition("/")[2]
        self._turn = 0
        self._board: list[str | None] = []
        self._missing_till = 0
        self._news = asyncio.Event()
        self._answer: asyncio.Future[Frame] | None = None
        self.moves = 0
        self._moved = asyncio.Event()

    async def has_moved(self) -> None:
        """Wait until this player makes another move."""
        self._moved.clear()
        await self._moved.wait()

    def _hear(self, frame: Frame) -> None:
        match frame["type"]:
            case "resumed":
                self._missing_till = frame["seq"]
            case "game_state" | "player_move":
                is_under_way = frame.get("state", "active") == "active"
                self._turn = (is_under_way and frame["turn"]) or 0
                self._board = [cell for row in frame["view"]["board"] for cell in row]
        if frame["type"] == "player_move":
            self._history.seen(
                self.person.name,
                "heard",
                game=self._game,
                seq=frame["seq"],
                user=frame["user_id"],
                cell=frame["movement"]["cell"],
            )
        mine = frame["type"] == "player_move" and frame["user_id"] == self.person.id
        # A move that everybody received may still be refused late, because the owner's answer was lost.
        refused = frame["type"] == "error" and frame.get("ref") == self.moves
        # The database was unavailable for a while: pending writes may or may not have been stored.
        anew = frame["type"] == "game_state"
        if (mine or refused or anew) and self._answer is not None and not self._answer.done():
            self._answer.set_result(frame)
        self._news.set()

    async def get_ready(self) -> None:
        await self.line.open()
        await self.line.send(type="player_ready")

    async def play(self, pause: float) -> None:
        """Make a move whenever it is this player's turn, until cancelled."""
        while True:
            await self.line.is_open.wait()
            caught_up = (self.line.seq or 0) >= self._missing_till
            if caught_up and self._turn == self.person.id:
                await asyncio.sleep(random.uniform(0, 2 * pause))
                await self._move()
            else:
                self._news.clear()
                await self._news.wait()

    async def _move(self) -> None:
        cell = next(cell for cell in ORDER if self._board[cell] is None)
        who = self.person
        with self._history.operation(who.name, "move", game=self._game, user=who.id, cell=cell) as move:
            self._answer = asyncio.get_running_loop().create_future()
            self.moves += 1
            self._moved.set()
            await self.line.send(type="player_move", id=self.moves, movement={"cell": cell})
            lost = asyncio.create_task(self.line.lost.wait())
            waiters: set[asyncio.Future[Any]] = {self._answer, lost}
            await asyncio.wait(waiters, timeout=ANSWER_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
            lost.cancel()
            if not self._answer.done():
                raise Unknown("no answer")
            frame = self._answer.result()
            if frame["type"] == "error":
                raise Refused(frame["code"])
            if frame["type"] == "game_state":
                raise Unknown("the game was read anew")
            move.told["seq"] = frame["seq"]


class Table:
    """Two players of one game."""

    def __init__(self, first: Player, second: Player) -> None:
        self.players = (first, second)
        self._tasks: list[asyncio.Task[None]] = []

    async def played(self, moves: int) -> None:
        """Wait until the two have made so many moves."""
        for player in self.players:
            while player.moves < moves // 2:
                await player.has_moved()

    async def begin(self, pause: float) -> None:
        """Connect and play, with a move every ``pause`` seconds on average."""
        for player in self.players:
            await player.get_ready()
        self._tasks = [asyncio.create_task(player.play(pause)) for player in self.players]

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        for player in self.players:
            await player.line.close()
        for result in results:
            if isinstance(result, Exception):
                raise result


async def tables(
    history: History,
    people: Sequence[Person],
    *,
    pause: float,
    servers: Sequence[ServerProcess] = (),
) -> list[Table]:
    """Start a game for each two of these users, connected to ``servers``."""
    pairs = list(zip(people[::2], people[1::2], strict=True))
    laid: list[Table] = []

    async def lay(first: Person, second: Person) -> None:
        made = await first.ask("POST", "/api/games/", {"game": GAME, "private": True})
        await second.ask("POST", f"/api/games/{made['id']}/join/", {})
        table = Table(*(Player(history, who, made["ws_url"], servers) for who in (first, second)))
        await table.begin(pause)
        laid.append(table)

    await some_at_a_time((lay(*pair) for pair in pairs), 16)
    return laid


def check_games(operations: Iterable[Operation], query: Query) -> list[Figure]:
    """Check that no acknowledged move is lost, none is made twice, and all players saw the same."""
    moves = [operation for operation in operations if operation.name == "move"]
    journal = {
        (game.hex, seq): (user, msgspec.json.decode(data)["movement"]["cell"])
        for game, seq, user, data in query(
            "SELECT game_id, seq, user_id, data FROM game_journalentry WHERE kind = 'move'"
        )
    }
    told = [(_hex(o), o.told["seq"]) for o in moves if o.outcome == "ok"]
    acknowledged = {(_hex(o), o.told["seq"]): _move(o) for o in moves if o.outcome == "ok"}
    unproven = Counter((_hex(o), *_move(o)) for o in moves if o.outcome == "unknown")
    unasked = []
    for place, move in journal.items():
        if place not in acknowledged:
            if not unproven[place[0], *move]:
                unasked.append(place)
            unproven[place[0], *move] -= 1
    misheard = [
        o for o in operations if o.name == "heard" and journal.get((_hex(o), o.asked["seq"])) != _move(o)
    ]
    gaps = query(
        "SELECT game_id FROM game_journalentry GROUP BY game_id HAVING count(*) <> max(seq) - min(seq) + 1"
    )
    return [
        at_least("moves acknowledged", len(acknowledged), 20),
        none_of("acknowledged moves lost", (p for p, m in acknowledged.items() if journal.get(p) != m)),
        # A player who repeats a lost move makes the same one.
        exactly("acknowledged moves whose place was given again", len(told) - len(acknowledged), 0),
        none_of("moves made twice, or by nobody", unasked),
        none_of("moves heard otherwise than kept", misheard),
        none_of("games with a gap in their journal", gaps),
    ]


def resumed_after(operations: Sequence[Operation], events: Iterable[float]) -> list[float]:
    """For each event and each game that it interrupted, return the seconds until the next move."""
    answered: dict[str, list[Operation]] = {}
    lost: dict[str, list[float]] = {}
    for operation in operations:
        if operation.name == "move" and operation.outcome == "ok":
            answered.setdefault(operation.asked["game"], []).append(operation)
        elif operation.name == "lost" and "/game/" in operation.asked["path"]:
            lost.setdefault(operation.asked["path"].strip("/").rpartition("/")[2], []).append(
                operation.started
            )
    moments = sorted(events)
    waits = []
    for moment, following in zip(moments, [*moments[1:], float("inf")], strict=True):
        for game, losses in lost.items():
            if any(moment <= loss < following for loss in losses):
                first_loss = min(loss for loss in losses if loss >= moment)
                back = [o.ended for o in answered.get(game, ()) if o.started > first_loss]
                waits.append(min(back) - moment if back else float("inf"))
    return waits


def _hex(operation: Operation) -> str:
    return str(operation.asked["game"]).replace("-", "")


def _move(operation: Operation) -> tuple[int, int]:
    return operation.asked["user"], operation.asked["cell"]
