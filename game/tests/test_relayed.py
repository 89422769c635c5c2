"""A room and another worker's sockets, connected by the relay.

Lost or reordered messages leave no socket behind.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest

from core.database import in_database
from core.ids import UserId
from core.refusals import Refusal
from game import selectors, services
from game.live import audience, remote, rooms
from game.live.ownership import room_key
from game.models import Game
from game.records import RoomRecord
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime.connections.connection import Connection
from realtime.delivery.relay import Relay
from realtime.membership.leases import LEASES
from realtime.testing import WITHIN_S
from realtime.wire.identity import Identity
from realtime.worker import Worker


class Other(Relay):
    """Another worker as seen by the worker under test: it has a lease, receives and sends."""

    def __init__(self, here: Worker) -> None:
        super().__init__(lambda topic, frames: None)
        self._here = here
        self.told: list[tuple[str, Any]] = []
        self._woken = asyncio.Event()

    def _handle(self, sender: str, kind: str, number: int, payload: Any) -> None:
        if number:
            super()._handle(sender, kind, number, payload)
        else:
            self.told.append((kind, payload))

    def attach(self, game: Any, somebody: Person, number: int) -> tuple[str, Any]:
        identity = Identity(UserId(somebody.id), somebody.name, False, True, 1, float(2**40))
        return "game.attach", (game.pk.hex, number, msgspec.json.encode(identity), None)


@pytest.fixture
async def other(here: Worker) -> AsyncIterator[Other]:
    other = Other(here)
    await other.start()
    await here.redis.zadd(LEASES, {other.address: 2**40})
    yield other
    await other.stop()


async def test_who_goes_before_the_room_has_let_them_in_has_gone(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, here: Worker, other: Other
) -> None:
    game = await new_game()
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.hear("player_joined")
    other.tell(here.id, *other.attach(game, bob, 1))
    other.tell(here.id, "game.detach", (game.pk.hex, 1, bob.id))
    await other.ask(here.id, "ping", None)
    await a.hear_nothing()
    assert not rooms.current().remote_listeners


async def test_a_socket_that_has_gone_does_not_take_the_place_of_one_that_came_since(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, here: Worker, other: Other
) -> None:
    """Its request took long; its player was told to try again and has reconnected elsewhere."""
    game = await new_game()
    a, b = await begin(game, ada, bob)
    other.tell(here.id, *other.attach(game, ada, 1))
    other.tell(here.id, "game.detach", (game.pk.hex, 1, ada.id))
    await other.ask(here.id, "ping", None)
    await a.send(type="player_move", movement={"cell": 4})
    assert (await a.hear())["type"] == (await b.hear())["type"] == "player_move"


async def test_one_whose_going_was_lost_on_the_way_has_gone(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, here: Worker, other: Other
) -> None:
    game = await new_game()
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.hear("player_joined")
    await other.ask(here.id, *other.attach(game, bob, 1))
    assert (await a.hear_until("player_joined"))["user_id"] == bob.id
    assert (await a.hear_until("player_left"))["user_id"] == bob.id


@pytest.fixture
def slow_journal(here: Worker, monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Event]:
    """The journal; it writes nothing more until this event is set."""
    may_write = asyncio.Event()
    backend = rooms.current().journals[0]._backend
    write = backend.write
    late: set[asyncio.Task[None]] = set()

    def write_late(entries: Any, snapshots: Any, then: Any) -> None:
        async def wait() -> None:
            await may_write.wait()
            write(entries, snapshots, then)

        late.add(asyncio.create_task(wait()))

    monkeypatch.setattr(backend, "write", write_late)
    yield may_write
    may_write.set()


async def test_nothing_is_told_to_a_worker_whose_socket_went_before_its_first_frame(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    cyd: Person,
    here: Worker,
    other: Other,
    request: pytest.FixtureRequest,
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    may_write: asyncio.Event = request.getfixturevalue("slow_journal")
    await a.send(type="player_move", movement={"cell": 0})
    await other.ask(here.id, *other.attach(game, cyd, 1))
    other.tell(here.id, "game.detach", (game.pk.hex, 1, cyd.id))
    await other.ask(here.id, "ping", None)
    may_write.set()
    await b.hear("player_move")
    await b.send(type="player_move", movement={"cell": 4})
    await a.hear_until("player_move")
    await a.hear_until("player_move")
    await other.ask(here.id, "ping", None)
    assert other.told == []


class Owner(Relay):
    """Another worker that owns a room: it admits everybody and sends what the test tells it to."""

    def __init__(self, here: Worker, game: Any) -> None:
        super().__init__(lambda topic, frames: None)
        self._here, self._hex = here, game.pk.hex
        self.frames: dict[int, bytes] = {}
        self.asked: asyncio.Queue[int] = asyncio.Queue()
        self.missed: asyncio.Queue[int] = asyncio.Queue()
        self.has_room = True

    def _handle(self, sender: str, kind: str, number: int, payload: Any) -> None:
        if kind == "game.attach":
            self.asked.put_nowait(payload[1])
            self._answer(sender, number, None)
        elif kind == "game.missed_tick":
            self.missed.put_nowait(payload[1])
        elif kind == "game.seq" and self.has_room:
            self._answer(sender, number, max(self.frames))
        elif kind == "game.history" and self.has_room:
            missed = [(seq, (frame, None)) for seq, frame in self.frames.items() if seq > payload[1]]
            self._answer(sender, number, (missed, (b"", None), max(self.frames)))
        else:
            super()._handle(sender, kind, number, payload)

    async def welcome(self, seq: int) -> int:
        """Send the current state to the next socket that asks."""
        number = await asyncio.wait_for(self.asked.get(), WITHIN_S)
        self.tell(self._here.id, "game.frame", (self._hex, number, self.frame(seq)))
        self.tell(self._here.id, "game.joined", (self._hex, number, 0, seq))
        return number

    async def welcome_to_changes(self) -> int:
        """Send the current state to the next socket that asks, and then ticks as changes."""
        number = await self.welcome(10)
        self.tell(self._here.id, "game.joined", (self._hex, number, 0, 10, True))
        return number

    def tick(self, number: int, tick: int, *, is_whole: bool = False) -> None:
        """Send a socket the frame of a tick."""
        frame = b'{"type":"game_tick","tick":%d,"full":{}}' % tick
        self.tell(self._here.id, "game.tick", (self._hex, [number], frame, is_whole))

    def frame(self, seq: int) -> bytes:
        """Send the next frame: a player is ready."""
        self.frames[seq] = b'{"type":"player_ready","user_id":1,"seq":%d}' % seq
        return self.frames[seq]

    def tell_all(self, seq: int) -> None:
        self.tell(self._here.id, "game.frames", (self._hex, seq, None, (self.frame(seq), None)))


@pytest.fixture
async def owned(new_game: Callable[..., Awaitable[Game]], here: Worker) -> AsyncIterator[tuple[Any, Owner]]:
    """A game, and the other worker that owns its room."""
    game = await new_game()
    owner = Owner(here, game)
    await owner.start()
    await here.redis.zadd(LEASES, {owner.address: 2**40})
    await here.redis.set(room_key(game.pk), owner.address)
    yield game, owner
    await owner.stop()


async def test_who_enters_while_another_socket_lags_behind_hears_nothing_twice(
    owned: tuple[Any, Owner], ada: Person, bob: Person
) -> None:
    game, owner = owned
    a = await ada.enter(game.pk)
    await owner.welcome(10)
    assert (await a.hear())["seq"] == 10
    for seq in (11, 12):
        owner.frame(seq)  # the relay loses it
    b = await bob.enter(game.pk)
    await owner.welcome(12)
    owner.tell_all(13)
    assert [(await b.hear())["seq"] for _ in range(2)] == [12, 13]
    assert [(await a.hear())["seq"] for _ in range(3)] == [11, 12, 13]


async def test_who_is_too_slow_for_a_change_from_another_worker_gets_everything_later(
    owned: tuple[Any, Owner], ada: Person, here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    game, owner = owned
    a = await ada.enter(game.pk)
    number = await owner.welcome_to_changes()
    assert (await a.hear())["seq"] == 10

    async def hears(tick: int, *, is_whole: bool = False) -> None:
        owner.tick(number, tick, is_whole=is_whole)
        assert msgspec.json.decode(await a.hear_raw())["tick"] == tick

    await hears(1, is_whole=True)
    await hears(2)
    with monkeypatch.context() as slow:
        slow.setattr(Connection, "is_clear", False)
        owner.tick(number, 3)
        await owner.ask(here.id, "ping", None)
    owner.tick(number, 4)
    assert await asyncio.wait_for(owner.missed.get(), WITHIN_S) == number
    await hears(5, is_whole=True)
    await hears(6)


async def test_a_worker_is_sent_changes_for_its_sockets_and_everything_for_one_that_missed_a_tick(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    cyd: Person,
    here: Worker,
    other: Other,
) -> None:
    game = await new_game("pong")
    a, b = await begin(game, ada, bob)
    asked = other.attach(game, cyd, 1)
    await other.ask(here.id, asked[0], (*asked[1], None, "gp.delta"))

    async def ticks(count: int) -> list[bool]:
        """Return of each of the next frames whether it has everything."""
        other.told.clear()
        while len(told := [payload for kind, payload in other.told if kind == "game.tick"]) < count:
            await a.hear("game_tick")
        assert all(numbers == [1] for _, numbers, _, _ in told)
        for _, _, frame, is_whole in told:
            assert (b'"full":' in frame, b'"delta":' in frame) == (is_whole, not is_whole)
        return [is_whole for *_, is_whole in told]

    assert (await ticks(3))[:3] == [True, False, False]
    other.tell(here.id, "game.missed_tick", (game.pk.hex, 1))
    assert True in await ticks(4)
    assert "game.frames" not in {kind for kind, _ in other.told}
    other.tell(here.id, "game.detach", (game.pk.hex, 1, cyd.id))
    await other.ask(here.id, "ping", None)
    other.told.clear()
    for _ in range(3):
        await b.hear("game_tick")
    assert other.told == []


async def test_sockets_of_a_room_that_its_owner_has_no_more_come_back(
    owned: tuple[Any, Owner], ada: Person
) -> None:
    game, owner = owned
    a = await ada.enter(game.pk)
    await owner.welcome(10)
    assert (await a.hear())["seq"] == 10
    owner.has_room = False  # the message about its closing was lost too
    assert await a.closed() == 1012


async def test_who_was_let_in_but_told_nothing_comes_again(
    owned: tuple[Any, Owner], ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "FIRST_FRAME_WITHIN_S", 0.1)
    game, owner = owned
    a = await ada.enter(game.pk)
    await asyncio.wait_for(owner.asked.get(), WITHIN_S)  # and its answer is lost
    assert await a.closed() == 1013


async def test_what_a_former_owner_tells_is_not_heard(
    owned: tuple[Any, Owner], ada: Person, here: Worker, other: Other
) -> None:
    game, owner = owned
    a = await ada.enter(game.pk)
    await owner.welcome(10)
    assert (await a.hear())["seq"] == 10
    former = b'{"type":"player_ready","user_id":2,"seq":11}'
    other.tell(here.id, "game.frames", (game.pk.hex, None, "tick", (former, None)))
    await other.ask(here.id, "ping", None)
    owner.tell_all(11)
    assert (await a.hear())["user_id"] == 1


async def test_who_has_missed_too_much_is_not_shown_what_is_not_kept_yet(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    here: Worker,
    other: Other,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(audience, "KEPT_FRAMES", 1)
    game = await new_game()
    a, b = await begin(game, ada, bob)
    may_write: asyncio.Event = request.getfixturevalue("slow_journal")
    await a.send(type="player_move", movement={"cell": 0})
    await a.send(type="ping")
    await a.hear("pong")
    with pytest.raises(Refusal):
        await other.ask(here.id, "game.history", (game.pk.hex, 1))
    may_write.set()
    kept = (await b.hear("player_move"))["seq"]
    missed, (_, (shown, *_)), seq = await other.ask(here.id, "game.history", (game.pk.hex, 1))
    assert (missed, seq, msgspec.json.decode(shown)["seq"]) == (None, kept, kept)


async def test_who_comes_while_the_room_is_let_go_comes_again(
    ada: Person, bob: Person, here: Worker, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    may_read, room_record = threading.Event(), selectors.room_record

    def read_late(game_id: Any) -> RoomRecord:
        assert may_read.wait(WITHIN_S)
        return room_record(game_id)

    monkeypatch.setattr(selectors, "room_record", read_late)
    b = await bob.enter(game.pk)
    await here.redis.set(room_key(game.pk), other.address)
    assert await a.closed() == 1012
    may_read.set()
    assert await b.closed() == 1013
