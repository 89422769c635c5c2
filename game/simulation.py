"""Bots that play any game against a running server, as clients do: as guests with tokens and sockets.

They know what a player knows: the view, the types of the game's moves and, if it has one, the game's ``bot``.
"""

import asyncio
import contextlib
import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from game.author.game import Game
from game.author.match import Match
from game.testing import Figures

RESPONSE_TIMEOUT_S = 30.0
SILENCE_TIMEOUT_S = 30.0
RETRY_DELAY_S = 0.1
# A bot in a real-time game sends a new input about ten times a second.
FRAMES_PER_INPUT = 3

TOO_LATE = {"game_over", "game_not_active", "not_your_turn"}
CONNECTION_ERRORS: tuple[type[Exception], ...] = (OSError, WSError, TimeoutError)
"""Exceptions that a connection raises when its server goes away."""


@dataclass
class Tally:
    """Counters of a simulation; ``latencies`` are the seconds from sending a move to receiving it."""

    moves: int = 0
    frames: int = 0
    games: Counter[str] = field(default_factory=Counter)
    """Finished games, by reason."""
    figures: Figures = field(default_factory=Figures)
    """Of the finished games: lengths and winning seats; of turns, the legal moves where they are known."""
    wins: Counter[str] = field(default_factory=Counter)
    """Games won or drawn with others, by the level of the winner, where levels play against each other."""
    refused: Counter[str] = field(default_factory=Counter)
    """Moves refused by the rules (bots try moves), by code."""
    examples: dict[str, str] = field(default_factory=dict)
    """The first refused movement of each code, with the sentence that refused it."""
    reconnects: Counter[str] = field(default_factory=Counter)
    """Sockets that were lost and reopened, by close code."""
    unanswered: Counter[str] = field(default_factory=Counter)
    """Repeated HTTP calls, by cause."""
    errors: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """True if there was an error, a game broke off, or no game ended."""
        return (
            not self.games
            or bool(self.errors)
            or any(self.games[reason] for reason in ("error", "abandoned", "aborted", "forfeit"))
        )

    def latency_ms(self, part: float) -> float:
        """Return the latency below which this share (0 to 1) of the moves stayed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 if ordered else 0.0


class Server:
    """The server's HTTP interface; each call runs in a thread."""

    def __init__(self, base_url: str, tally: Tally) -> None:
        self.base_url = base_url.rstrip("/")
        self._tally = tally

    async def post(self, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
        """POST until the server answers.

        Raises ``HTTPError`` if it refuses, ``TimeoutError`` if it does not answer.
        """
        async with asyncio.timeout(RESPONSE_TIMEOUT_S):
            while True:
                try:
                    return await asyncio.to_thread(self._post, path, body, token)
                except urllib.error.HTTPError as refusal:
                    if refusal.code not in (429, 502, 503, 504):
                        raise
                    self._tally.unanswered[f"HTTP {refusal.code}"] += 1
                    if refusal.code == 429:
                        # A bot that plays quick games makes more of them than one player may.
                        await asyncio.sleep(float(refusal.headers["Retry-After"]))
                except OSError as problem:
                    self._tally.unanswered[type(problem).__name__] += 1
                await asyncio.sleep(RETRY_DELAY_S)

    def _post(self, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        request = urllib.request.Request(self.base_url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=RESPONSE_TIMEOUT_S) as answer:
            parsed: dict[str, Any] = json.load(answer)
        return parsed


class _Socket(WSListener):
    """Puts received frames into a queue, and None when the socket is lost."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.close_code = 1006

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.TEXT:
            self.heard.put_nowait(json.loads(frame.get_payload_as_bytes()))
        elif frame.msg_type is WSMsgType.CLOSE:
            self.close_code = int(frame.get_close_code().value)
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.heard.put_nowait(None)


class Bot:
    """A guest who plays one game after another at a table."""

    def __init__(self, server: Server, kind: type[Game], tally: Tally, random: Random) -> None:
        self._server = server
        self._kind = kind
        self._tally = tally
        self._random = random
        self._untried: list[dict[str, Any]] = []
        self._tried: dict[str, Any] = {}
        self._sent_at: float | None = None
        self._frames = 0
        self._shown: dict[str, Any] = {}
        self._phase = ""
        self._waiting_for: set[int] | None = None
        self.id = 0
        self.token = ""
        self.winner_ids: list[int] = []
        """The winners of the last game that ended."""
        self.length = 0
        """The moves, or in real time the ticks, of the last game."""
        self.sides: dict[int, str] = {}
        """The side of each player of the last game."""

    async def sign_in(self) -> None:
        """Sign in as a guest."""
        signed_in = await self._server.post("/api/auth/guest", {})
        self.id, self.token = signed_in["user"]["id"], signed_in["access"]

    async def play(self, path: str) -> str:
        """Play the game whose socket is at ``path`` until it ends, reconnecting whenever the socket is lost.

        Returns the reason why it ended.
        """
        self.length = 0
        while True:
            try:
                reason = await self._sit(path)
                if reason is not None:
                    return reason
            except CONNECTION_ERRORS as problem:
                self._tally.reconnects[type(problem).__name__] += 1
            await asyncio.sleep(RETRY_DELAY_S)

    async def _sit(self, path: str) -> str | None:
        """Play until the game is over and return the reason; None if the socket is lost."""
        url = self._server.base_url.replace("http", "ws", 1) + path
        headers = {"Authorization": f"Bearer {self.token}"}
        async with asyncio.timeout(RESPONSE_TIMEOUT_S):
            transport, listener = await ws_connect(_Socket, url, extra_headers=headers)
        socket = cast(_Socket, listener)
        try:
            while True:
                async with asyncio.timeout(SILENCE_TIMEOUT_S):
                    frame = await socket.heard.get()
                if frame is None:
                    return self._lost(socket.close_code)
                self._tally.frames += 1
                reason = self._hear(transport, frame)
                if reason is not None:
                    return reason
        finally:
            transport.disconnect()

    def _lost(self, code: int) -> str | None:
        # 44xx: the server rejects the bot for good, except for 4408 (idle) and 4429 (too fast).
        if 4400 <= code < 4500 and code not in (4408, 4429):
            self._tally.errors[f"closed with {code}"] += 1
            return "shut out"
        self._tally.reconnects[str(code)] += 1
        return None

    def _hear(self, transport: WSTransport, frame: dict[str, Any]) -> str | None:
        """Handle a frame; return the reason at the end of the game."""
        if frame["type"] == "game_state":
            self.sides = {player["id"]: player["side"] for player in frame["players"]}
        match frame["type"]:
            case "game_over":
                self.winner_ids = frame["winner_ids"]
                return str(frame["reason"])
            case "game_state" if frame["result"] is not None:
                self.winner_ids = frame["result"]["winner_ids"]
                return str(frame["result"]["reason"])
            case "game_state" if frame["state"] in ("waiting_for_players", "waiting_for_ready"):
                self._send(transport, {"type": "player_ready"})
            case "game_state" | "player_move" | "game_update":
                self._note(frame)
                self._consider(transport, frame)
            case "phase":
                self._enter(frame)
                self._consider(transport, self._shown)
            case "game_tick":
                self.length = frame["tick"]
                self._frames += 1
                if self._frames % FRAMES_PER_INPUT == 0:
                    self._think(transport, frame)
            case "error":
                self._tally.refused[frame["code"]] += 1
                self._tally.examples.setdefault(frame["code"], f"{self._tried}: {frame['message']}")
                if frame["code"] not in TOO_LATE:
                    self._try_another(transport)
        return None

    def _enter(self, phase: dict[str, Any]) -> None:
        self._phase = phase["name"]
        waiting_for = phase.get("waiting_for")
        self._waiting_for = None if waiting_for is None else set(waiting_for)

    def _note(self, frame: dict[str, Any]) -> None:
        self._shown = frame
        self.length += frame["type"] == "player_move"
        if "phase" in frame:
            self._enter(frame["phase"])
        elif self._waiting_for is not None:
            self._waiting_for.discard(frame.get("user_id", 0))
        if frame["type"] == "player_move" and frame["user_id"] == self.id and self._sent_at is not None:
            self._tally.latencies.append(time.perf_counter() - self._sent_at)
            self._sent_at = None

    def _consider(self, transport: WSTransport, frame: dict[str, Any]) -> None:
        if self._kind.real_time or frame.get("state", "active") != "active":
            return
        if frame["turn"] is None:
            # Several may move at once, or nobody.
            may_move = (
                not self._kind.alternating if self._waiting_for is None else self.id in self._waiting_for
            )
        else:
            may_move = frame["turn"] == self.id
        if may_move:
            self._think(transport, frame)

    def _think(self, transport: WSTransport, frame: dict[str, Any]) -> None:
        view = frame["view"]
        seat = self._kind.sides.index(view["you"]["side"])
        rules = Match.new(self._kind, seats=self._kind.min_players, seed=0).game
        movement = rules.bot(view, seat, self._random, 1)
        if movement is not None:
            self._untried = []
            self._move(transport, movement)
        elif not self._kind.real_time:
            legal = frame.get("legal")
            if frame["turn"] == self.id:
                legal = legal or self._legal_in_a_deal(rules, view, seat)
            if legal:
                self._tally.figures.branching.append(len(legal))
            choices = legal or self._choices()
            self._untried = self._random.sample(choices, len(choices))
            self._try_another(transport)

    def _legal_in_a_deal(self, rules: Game, view: dict[str, Any], seat: int) -> list[dict[str, Any]]:
        """Return the legal movements where the rules can deal what the player does not see."""
        if type(rules).deal is Game.deal:
            return []
        return list(rules.legal(rules.deal(view, seat, self._random), seat) or ())

    def _choices(self) -> list[dict[str, Any]]:
        """Return all movements that the types, and the phase, allow."""
        movements = self._kind.movements
        phase = next((one for one in self._kind.phases if one.name == self._phase), None)
        if phase is None:
            return movements.choices
        return [movement for name in phase.moves for movement in movements.by_move[name]]

    def _try_another(self, transport: WSTransport) -> None:
        if self._untried:
            self._move(transport, self._untried.pop())

    def _move(self, transport: WSTransport, movement: dict[str, Any]) -> None:
        self._tried = movement
        self._tally.moves += 1
        self._sent_at = time.perf_counter()
        self._send(transport, {"type": "player_move", "movement": movement})

    def _send(self, transport: WSTransport, message: dict[str, Any]) -> None:
        with contextlib.suppress(*CONNECTION_ERRORS):
            transport.send(WSMsgType.TEXT, json.dumps(message).encode())


async def simulate(
    base_url: str,
    kind: type[Game],
    *,
    bots: int,
    seconds: float,
    tally: Tally,
    seed: int = 0,
    against: Sequence[int] = (),
) -> None:
    """Run bots that play ``kind`` at tables of its minimum size, game after game, for about ``seconds``.

    With ``against``, the server's own bots of these levels have the other seats of each table. Results are
    added to ``tally``. Unfinished games at the end are not waited for.
    """
    server = Server(base_url, tally)
    random = Random(seed)
    at_table = 1 if against else kind.min_players
    tables = max(1, bots // at_table)
    players = [
        [Bot(server, kind, tally, Random(random.random())) for _ in range(at_table)] for _ in range(tables)
    ]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(_keep_playing(server, kind, table, against, tally) for table in players))


async def _keep_playing(
    server: Server, kind: type[Game], table: list[Bot], against: Sequence[int], tally: Tally
) -> None:
    try:
        await asyncio.gather(*(bot.sign_in() for bot in table))
        while True:
            await _play_one(server, kind, table, against, tally)
    except urllib.error.HTTPError as refusal:
        tally.errors[f"HTTP {refusal.code} at {refusal.url.removeprefix(server.base_url)}"] += 1


async def _play_one(
    server: Server, kind: type[Game], table: list[Bot], against: Sequence[int], tally: Tally
) -> None:
    first, *others = table
    wanted = {"game": kind.name, "private": True, "bots": list(against)}
    made = await server.post("/api/games/", wanted, first.token)
    for bot in others:
        await server.post(f"/api/games/{made['id']}/join/", {}, bot.token)
    reason, *_ = await asyncio.gather(*(bot.play(made["ws_url"]) for bot in table))
    tally.games[reason] += 1
    tally.figures.lengths.append(first.length)
    won: list[int | None] = [kind.sides.index(first.sides[user_id]) for user_id in first.winner_ids]
    tally.figures.wins.update(won or ([None] if reason.startswith("draw") else []))
    levels = {player["id"]: player.get("bot_level", 1) for player in made["players"]}
    tally.wins.update(f"level {levels[user_id]}" for user_id in first.winner_ids if against)
