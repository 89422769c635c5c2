"""Whatever is lost and whoever comes back: changes applied are the full state."""

from random import Random
from typing import Any, Literal
from unittest.mock import Mock, patch

import msgspec
from gameplatform_client.state import SyncedState  # type: ignore[import-not-found]
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.ids import UserId
from game.author import Annotated, Game, Quantised, Record, Seat, State
from game.author import move as is_move
from game.author.match import Match
from game.live.audience import Audience
from game.live.gallery import Gallery
from game.live.listeners import TICK, Frames
from game.live.room.frames import move_frames, move_head, tick_frames
from game.live.sync import Sync, schema
from realtime.connections.connection import Connection

SEATS = 2


class Part(Record):
    """A part of an animal."""

    size: Annotated[float, Quantised(0.25)] | None
    kind: Literal["leg", "wing", None]


class Animal(Record):
    x: Annotated[float, Quantised(0.1)]
    name: str
    parts: list[Part]
    wild: Any


class Zoo(Record):
    """Values of every kind that a view can have."""

    animals: dict[str, Animal]
    days: list[int]
    best: Part | None
    tags: dict[str, list[str]]
    open: bool | int


def changed(state: State, dice: Random) -> None:
    """Change anything, or nothing."""
    animals = state["animals"]

    def part() -> dict[str, Any]:
        return {
            "size": dice.choice([None, dice.uniform(-9, 9)]),
            "kind": dice.choice(["leg", "wing", None]),
        }

    for _ in range(dice.randrange(4)):
        match dice.randrange(8):
            case 0:
                key = dice.choice(["0", "7", "007", "-1", "ape", "12345678901234567"])
                parts = [part() for _ in range(dice.randrange(3))]
                animals[key] = {"x": dice.uniform(-99, 99), "name": key, "parts": parts, "wild": None}
            case 1 if animals:
                del animals[dice.choice(list(animals))]
            case 2 if animals:
                one = dice.choice(list(animals.values()))
                one["x"] += dice.uniform(-1, 1)
                one["wild"] = dice.choice([None, 1, True, {"a": [1, None]}, [], 0.5])
            case 3 if animals:
                parts = dice.choice(list(animals.values()))["parts"]
                parts[dice.randrange(2) :] = [part() for _ in range(dice.randrange(3))]
            case 4:
                state["days"][dice.randrange(3) :] = [dice.randrange(300) for _ in range(dice.randrange(4))]
            case 5:
                state["best"] = dice.choice([None, part()])
            case 6:
                state["tags"][dice.choice("ab")] = [dice.choice("xyz") for _ in range(dice.randrange(3))]
            case 7:
                state["open"] = dice.choice([True, False, 0, 1, 2])


class Chance(Record):
    seed: int


class Care(Game, abstract=True):
    """Each seat sees the animals of its half, and spectators all."""

    players = (SEATS, SEATS)
    name = "sync_care"

    def setup(self, random: Random) -> State:
        state = {"animals": {}, "days": [], "best": None, "tags": {}, "open": True}
        changed(state, random)
        return state

    def sees(self, state: State, seat: Seat | None) -> dict[str, list[str]]:  # type: ignore[override]
        return {
            "animals": [
                key for key, one in state["animals"].items() if seat is None or (one["x"] > 0) == seat
            ]
        }

    def view(self, state: State, seat: Seat | None) -> Zoo:
        return msgspec.convert(state, Zoo)

    def result(self, state: State) -> None:
        return None


class Feeding(Care):
    hidden = False
    rate = frame_rate = 20

    def tick(self, state: State, inputs: dict[Seat, Chance], dt: float) -> None:
        for chance in inputs.values():
            changed(state, Random(chance.seed))


class Visiting(Care):
    hidden = True

    @is_move
    def look(self, state: State, seat: Seat, seed: int) -> None:
        changed(state, Random(seed))


class Client(Connection):
    """A socket with the program at its other end. It may be slow, and frames may be lost on their way."""

    def __init__(self, subprotocol: str, viewer: int) -> None:
        self.subprotocol = subprotocol
        self.viewer = viewer
        self.is_slow = self.loses = False
        self.wants_all = True
        self.state = SyncedState()

    @property
    def is_clear(self) -> bool:
        return not self.is_slow

    def send(self, frame: bytes, key: Any = None) -> None:
        lost, self.loses = self.loses, False
        if not lost:
            self.state.read(
                frame if self.subprotocol == "gp.delta.msgpack" and frame[:1] != b"{" else frame.decode()
            )
        self.wants_all |= self.state.is_lost

    send_ahead = send


CLIENTS = st.integers(0, 2 * (SEATS + 1) - 1)


class Changes(RuleBasedStateMachine):
    """A match with a client for each viewer and encoding."""

    game: type[Game]

    def __init__(self) -> None:
        super().__init__()
        self.match = Match.new(self.game, seats=SEATS, seed=1)
        self.seq = 0
        assert self.match.game.view_codec is not None
        self.codec = self.match.game.view_codec
        self.audience = Audience(Mock(), "", Sync(self.codec))
        self.clients = [
            Client(subprotocol, viewer)
            for viewer in range(SEATS + 1)
            for subprotocol in ("gp.delta", "gp.delta.msgpack")
        ]
        for client in self.clients:
            self.enter(client)

    def enter(self, client: Client) -> None:
        self.audience.add(client, client.viewer, self.seq)
        self.tell_state(client)

    def tell_state(self, client: Client) -> None:
        match = self.match
        you = {"user_id": client.viewer, "side": ""} if client.viewer < SEATS else None
        view = msgspec.Raw(match.viewer_json(client.viewer))
        facts = {"turn": match.turn_user, "you": you, "clock": None, "state": "active", "seq": self.seq}
        state = msgspec.json.encode({"type": "game_state", "view": view, **facts})
        self.audience.lose(client)
        client.wants_all = client.loses = False
        client.send(self.audience.with_schema(state, client, match))

    def go_on(self, seed: int) -> None:
        raise NotImplementedError

    @rule(seed=st.integers(0, 2**32), times=st.integers(1, 3))
    def goes_on(self, seed: int, times: int) -> None:
        for number in range(times):
            self.go_on(seed + number)

    @rule(number=CLIENTS)
    def is_slow(self, number: int) -> None:
        self.clients[number].is_slow = True

    @rule(number=CLIENTS)
    def is_quick_again(self, number: int) -> None:
        self.clients[number].is_slow = False

    @rule(number=CLIENTS)
    def loses_a_frame(self, number: int) -> None:
        self.clients[number].loses = True

    @rule(number=CLIENTS)
    def comes_back(self, number: int) -> None:
        former = self.clients[number]
        self.audience.remove(former)
        client = self.clients[number] = Client(former.subprotocol, former.viewer)
        client.state = former.state
        self.enter(client)

    @rule(number=CLIENTS)
    def asks_for_all(self, number: int) -> None:
        if self.clients[number].wants_all:
            self.tell_state(self.clients[number])

    def has_all(self, client: Client) -> bool:
        return not (client.is_slow or client.loses or client.wants_all)

    @invariant()
    def changes_applied_are_the_full_state(self) -> None:
        assert self.audience.sync is not None
        assert not self.audience.sync.is_broken
        # The second frame tells who has lost the first.
        self.goes_on(0, 2)
        for client in self.clients:
            if self.has_all(client):
                view = msgspec.json.decode(msgspec.json.encode(client.state.view))
                packed = self.codec.pack(self.match.seen_by(client.viewer))
                assert self.codec.shown(self.codec.pack(view)) == self.codec.shown(packed)


class TickChanges(Changes):
    game = Feeding

    def go_on(self, seed: int) -> None:
        self.match.step({0: {"seed": seed}})
        self.audience.tell_changes(self.match)


class MoveChanges(Changes):
    game = Visiting

    def go_on(self, seed: int) -> None:
        match, audience = self.match, self.audience
        (seat,) = match.turn
        movement = match.play(seat, {"seed": seed})
        self.seq += 1
        assert audience.sync is not None
        deltas = audience.sync.move(
            match,
            audience.synced,
            seat=seat,
            movement=movement,
            head=move_head(match, UserId(seat), b"null", self.seq),
            clocks=None,
            seq=self.seq,
        )
        audience.tell(move_frames(match, UserId(seat), movement, b"null", self.seq), self.seq, deltas=deltas)


def test_a_frame_is_encoded_once_for_all_who_see_the_same() -> None:
    match = Match.new(Feeding, seats=SEATS, seed=1)
    assert match.game.view_codec is not None
    for sees_all in (SEATS, 0):
        audience = Audience(Mock(), "", Sync(match.game.view_codec))
        clients = [Client(subprotocol, sees_all) for subprotocol in ("gp.delta", "gp.delta.msgpack") * 3]
        sends = [Mock() for _ in clients]
        for client, send in zip(clients, sends, strict=True):
            audience.add(client, client.viewer, 0)
            client.send = send  # type: ignore[method-assign]
        for seed in (1, 2):
            match.step({0: {"seed": seed}})
            audience.tell_changes(match)
        for form in (0, 1):
            first, *others = [send.call_args.args[0] for send in sends[form::2]]
            assert all(one is first for one in others)


DELAY_S, FRAME_S = 1.0, 1 / 16  # Sums of these are exact.


class DelayedChanges(RuleBasedStateMachine):
    """A match with spectators who see it late: one gets whole views, the others changes."""

    def __init__(self) -> None:
        super().__init__()
        self.match = match = Match.new(Feeding, seats=SEATS, seed=1)
        codec = match.game.view_codec
        assert codec is not None
        self.codec, self.now = codec, 0.0
        with patch("game.live.gallery.asyncio.get_running_loop"):
            self.gallery = Gallery(DELAY_S, Mock(), codec, lambda: schema(codec, match))
        self.gallery._now = lambda: self.now
        self.gallery._alarm = Mock()
        self.clients = [
            Client(subprotocol, SEATS) for subprotocol in ("", *["gp.delta", "gp.delta.msgpack"] * 2)
        ]
        self.keeps_state()
        for client in self.clients:
            self.gallery.enter(client, SEATS)
        self.goes_on(0, int(2 * DELAY_S / FRAME_S))

    def state(self) -> Frames:
        match = self.match
        facts = {"turn": None, "you": None, "clock": None, "state": "active", "seq": 0}
        views = (msgspec.Raw(match.viewer_json(viewer)) for viewer in range(match.viewers))
        return b"", [msgspec.json.encode({"type": "game_state", "view": view, **facts}) for view in views]

    @rule(seed=st.integers(0, 2**32), times=st.integers(1, 30))
    def goes_on(self, seed: int, times: int) -> None:
        for number in range(times):
            self.match.step({0: {"seed": seed + number}})
            self.gallery.put(tick_frames(self.match), TICK)
            self.now += FRAME_S
            self.gallery._release()

    @rule()
    def keeps_state(self) -> None:
        self.gallery.put_state(self.state())

    @rule()
    def shows_state(self) -> None:
        self.gallery.put(self.state(), is_state=True)

    @rule(number=st.integers(1, 4), is_slow=st.booleans())
    def is_slow(self, number: int, is_slow: bool) -> None:
        self.clients[number].is_slow = is_slow

    @rule(number=st.integers(1, 4))
    def loses_a_frame(self, number: int) -> None:
        self.clients[number].loses = True

    @rule(number=st.integers(1, 4))
    def comes_back(self, number: int) -> None:
        former = self.clients[number]
        self.gallery.leave(former)
        client = self.clients[number] = Client(former.subprotocol, SEATS)
        self.gallery.enter(client, SEATS)

    @invariant()
    def changes_applied_are_what_the_whole_view_shows(self) -> None:
        # The second frame tells who has lost the first.
        self.goes_on(0, 2)
        plain, *others = self.clients
        for client in others:
            if client.state.is_lost:
                self.gallery.enter(client, SEATS)
            elif not (client.is_slow or client.loses):
                assert client.state.tick == plain.state.tick
                assert self.shown(client) == self.shown(plain)

    def shown(self, client: Client) -> Any:
        view = msgspec.json.decode(msgspec.json.encode(client.state.view))
        return self.codec.shown(self.codec.pack(view))


STEPS = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestTickChanges = TickChanges.TestCase
TestTickChanges.settings = STEPS
TestMoveChanges = MoveChanges.TestCase
TestMoveChanges.settings = STEPS
TestDelayedChanges = DelayedChanges.TestCase
TestDelayedChanges.settings = STEPS
