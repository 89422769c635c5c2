"""The generator's sockets: players who move as soon as it is their turn, and listeners."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.targets import Door, Table

READY = b'{"type":"player_ready"}'
# Nine cells in an order that fills a 3x3 board without three in a row, over and over: a game that never ends.
MOVES = [
    msgspec.json.encode({"type": "player_move", "movement": {"cell": cell}})
    for cell in (0, 1, 2, 4, 3, 5, 7, 6, 8)
]
# The type comes first in a frame, with or without a space after the colon.
TYPE_ENDS_WITHIN = 32


class ServerFault(Exception):
    """A server refused, closed or lost something unexpectedly."""


class Load:
    """The shared state of a run's sockets: whether to continue, received messages, the first fault."""

    def __init__(self) -> None:
        self.running = False  # what comes is answered, and timed
        self.seconds: list[float] = []  # latencies, or time between frames
        self.bytes = 0  # of the frames of ticks
        self.fault: str | None = None

    def fail(self, what: str) -> None:
        if self.fault is None:
            self.fault = what

    def check(self) -> None:
        """Raise the first fault, if any."""
        if self.fault is not None:
            raise ServerFault(self.fault)


class Socket(WSListener):
    """Detects its first frame; treats errors and closing as faults."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.transport: WSTransport | None = None
        self.greeted = asyncio.get_running_loop().create_future()
        self.leaving = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.TEXT:
            self.heard(frame.get_payload_as_bytes())
        elif frame.msg_type is WSMsgType.CLOSE and not self.leaving:
            self.load.fail(f"closed by the server: {frame.get_close_message()!r}")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.leaving:
            self.load.fail("disconnected by the server")

    def heard(self, payload: bytes) -> None:
        """Process a frame that is not of the measured kind."""
        head = payload[:TYPE_ENDS_WITHIN]
        if b'"error"' in head or b'"game_over"' in head:
            self.load.fail(payload[:300].decode())
        elif not self.greeted.done():
            self.greeted.set_result(payload)

    def send(self, payload: bytes) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, payload)

    def leave(self) -> None:
        self.leaving = True
        if self.transport is not None:
            self.transport.disconnect()


class Room:
    """A turn-based game under way: when each move was sent."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.members: list[Member] = []
        self.players: list[Player] = []

    def go_on(self) -> None:
        """Make the player whose turn it is move; from then on the players answer each other."""
        moves = len(self.sent)
        self.sent.append(time.perf_counter())
        self.players[moves % 2].send(MOVES[moves % 9])

    @property
    def deliveries(self) -> int:
        return sum(member.moves for member in self.members)

    @property
    def missing(self) -> int:
        """Return the number of outstanding deliveries."""
        return len(self.sent) * len(self.members) - self.deliveries


class Member(Socket):
    """Counts the moves of a room; a timed one records their latencies."""

    def __init__(self, load: Load, room: Room, *, timed: bool) -> None:
        super().__init__(load)
        self.room = room
        self.timed = timed
        self.moves = 0
        room.members.append(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            super().on_ws_frame(transport, frame)
            return
        payload = frame.get_payload_as_bytes()
        if b'"player_move"' not in payload[:TYPE_ENDS_WITHIN]:
            self.heard(payload)
            return
        if self.timed and self.load.running:
            self.load.seconds.append(time.perf_counter() - self.room.sent[self.moves])
        self.moves += 1


class Player(Member):
    """Answers each move at once; timed from the move's sending to its receipt by the opponent."""

    def __init__(self, load: Load, room: Room, seat: int) -> None:
        super().__init__(load, room, timed=False)
        self.seat = seat
        self.started = asyncio.get_running_loop().create_future()
        room.players.append(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            super().on_ws_frame(transport, frame)
            return
        payload = frame.get_payload_as_bytes()
        if b'"player_move"' not in payload[:TYPE_ENDS_WITHIN]:
            self.heard(payload)
            return
        self.moves = moves = self.moves + 1
        if moves % 2 == self.seat and self.load.running:
            now = time.perf_counter()
            sent = self.room.sent
            self.load.seconds.append(now - sent[-1])
            sent.append(now)
            transport.send(WSMsgType.TEXT, MOVES[moves % 9])

    def heard(self, payload: bytes) -> None:
        super().heard(payload)
        if b'"game_start"' in payload[:TYPE_ENDS_WITHIN] and not self.started.done():
            self.started.set_result(None)


class Watch(Socket):
    """A passive player of a real-time game who records the time between frames."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self.started = asyncio.get_running_loop().create_future()
        self.last = 0.0
        self.bytes = 0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            super().on_ws_frame(transport, frame)
            return
        payload = frame.get_payload_as_bytes()
        if frame.msg_type is WSMsgType.TEXT and b'"game_tick"' not in payload[:TYPE_ENDS_WITHIN]:
            self.heard(payload)
            return
        if self.load.running:
            self.load.bytes += len(payload)
            now = time.perf_counter()
            self.bytes += len(payload)
            if self.last:
                self.load.seconds.append(now - self.last)
            self.last = now
        elif not self.started.done():
            self.started.set_result(None)


class Inbox(Socket):
    """A user's notifications; records the match."""

    def __init__(self, load: Load, on_match: Callable[[str], None]) -> None:
        super().__init__(load)
        self.on_match = on_match

    def heard(self, payload: bytes) -> None:
        super().heard(payload)
        if b'"match_found"' in payload[:TYPE_ENDS_WITHIN]:
            self.on_match(msgspec.json.decode(payload)["game_id"])


class Listener(Socket):
    """Notes when its first frame came, and the next of a type."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self.greeted_at = 0.0
        self._kind = b""
        self._came: asyncio.Future[float] | None = None

    def expect(self, kind: str) -> asyncio.Future[float]:
        """Return a future of the time at which the next frame of this type comes."""
        self._kind = f'"{kind}"'.encode()
        self._came = asyncio.get_running_loop().create_future()
        return self._came

    def heard(self, payload: bytes) -> None:
        now = time.perf_counter()
        if not self.greeted.done():
            self.greeted_at = now
        super().heard(payload)
        if self._came is not None and not self._came.done() and self._kind in payload[:TYPE_ENDS_WITHIN]:
            self._came.set_result(now)


class Walker(Socket):
    """A character that walks in small steps; a timed one records when its own arrive."""

    def __init__(self, load: Load, character_id: int, *, timed: bool, x: float = 0.0) -> None:
        super().__init__(load)
        self._x = x
        self.steps = 0
        self.updates = 0
        self.bytes = 0
        self._id = character_id
        self._timed = timed
        self._sent = 0.0
        self._awaited: bytes | None = None

    def step(self) -> None:
        """Walk one centimetre, to a position unique within the minute."""
        self.steps += 1
        x = round(self._x + self.steps % 1000 / 100, 2)
        self.send(b'{"type":"move","position":{"x":%.2f}}' % x)
        if self._timed and self._awaited is None:
            self._sent = time.perf_counter()
            self._awaited = b"[%d,%s," % (self._id, str(x).encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            super().on_ws_frame(transport, frame)
            return
        payload = frame.get_payload_as_bytes()
        if b'"location_update"' not in payload[:TYPE_ENDS_WITHIN]:
            self.heard(payload)
            return
        self.updates += 1
        self.bytes += len(payload)
        if self._awaited is not None and self._awaited in payload:
            self._awaited = None
            if self.load.running:
                self.load.seconds.append(time.perf_counter() - self._sent)


# Fewer than the 50 that daphne lets wait to be taken; more would have to try again after a second.
CONNECTING_AT_ONCE = 32


async def connect(sockets: Iterable[tuple[Door, Socket]]) -> None:
    """Open all sockets, a limited number at a time."""
    waiting = iter(sockets)

    async def work() -> None:
        for door, socket in waiting:
            headers = [("Authorization", f"Bearer {door.token}")] if door.token else []
            if door.subprotocol:
                headers.append(("Sec-WebSocket-Protocol", door.subprotocol))
            await ws_connect(
                lambda socket=socket: socket,
                door.url,
                extra_headers=headers,
                websocket_handshake_timeout=30,
                read_buffer_init_size=2048,
                use_aiofastnet=False,  # uvloop's own way to connect takes a third less
            )

    await all_of(work() for _ in range(CONNECTING_AT_ONCE))


async def all_of(each: Iterable[Awaitable[Any]], *, within: float = 60.0) -> None:
    """Wait for all of them; raises :class:`ServerFault` on timeout."""
    try:
        async with asyncio.timeout(within):
            await asyncio.gather(*each)
    except TimeoutError:
        raise ServerFault(f"not ready after {within:.0f} s") from None


async def seat(tables: Sequence[Table], load: Load) -> list[Room]:
    """Connect everyone at the tables, make all players ready and start the games."""
    rooms = []
    doors: list[tuple[Door, Socket]] = []
    for table in tables:
        room = Room()
        pair = [Player(load, room, number) for number in range(2)]
        # One spectator in ten is timed: enough for a percentile, and the generator is not the limit.
        watchers = [Member(load, room, timed=number % 10 == 0) for number in range(len(table.spectators))]
        doors += zip([*table.players, *table.spectators], [*pair, *watchers], strict=True)
        rooms.append(room)
    await connect(doors)
    players = [player for room in rooms for player in room.players]
    for player in players:
        player.send(READY)
    await all_of(player.started for player in players)
    return rooms
