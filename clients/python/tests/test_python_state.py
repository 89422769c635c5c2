"""The client's state after changes is the server's, for any declared view, whatever was lost between."""

import itertools
import math
from typing import Annotated, Any, Literal

import msgspec
import pytest
from gameplatform_client.state import SyncedState
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from game.author import Quantised, Record
from game.author.sync import Fields, codec_of

STEP = 0.25


class Point(Record):
    x: Annotated[float, Quantised(STEP)]
    y: Annotated[float | None, Quantised(STEP)]


class Ship(Record):
    at: Point
    name: str
    target: Point | None
    mode: Literal["calm", "angry", 3, None]
    path: list[Point]


class Scene(Record):
    ships: dict[str, Ship]
    board: list[list[Literal["X", "O"] | None]]
    heights: dict[str, Annotated[float, Quantised(STEP)]]
    marks: dict[str, int | None]
    anything: Any
    flag: bool
    title: str | None
    maybe: dict[str, int] | None


IDS = st.sampled_from(["0", "1", "17", "-1", "007", "x", "é"])
NUMBERS = st.floats(-1000, 1000)
SMALL = st.integers(-3, 300)
POINTS = st.builds(Point, NUMBERS, st.none() | NUMBERS)
JSON = st.recursive(
    st.none() | st.booleans() | SMALL | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=5,
)
SHIPS = st.builds(
    Ship,
    POINTS,
    st.sampled_from(["", "Ada", "é" * 40]),
    st.none() | POINTS,
    st.sampled_from(["calm", "angry", 3, None]),
    st.lists(POINTS, max_size=2),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "ships": st.dictionaries(IDS, SHIPS, max_size=3),
    "board": st.lists(st.lists(st.sampled_from(["X", "O", None]), max_size=3), max_size=3),
    "heights": st.dictionaries(IDS, NUMBERS, max_size=3),
    "marks": st.dictionaries(IDS, st.none() | SMALL, max_size=3)
    | st.integers(1, 20).map(lambda count: {str(number): number for number in range(count)}),
    "anything": JSON,
    "flag": st.booleans(),
    "title": st.none() | st.text(max_size=4),
    "maybe": st.none() | st.dictionaries(IDS, SMALL, max_size=3),
}
SCENES = st.fixed_dictionaries(FIELDS)


def in_steps(value: Any) -> Any:
    """Return what a client is to see of a view."""
    match value:
        case float():
            return math.floor(value / STEP + 0.5) * STEP
        case dict():
            return {key: in_steps(one) for key, one in value.items()}
        case list():
            return [in_steps(one) for one in value]
        case _:
            return value


class Room:
    """A room as far as one socket sees it: frames of a real-time game, by the server's own code."""

    def __init__(self, codec: Fields, *, is_binary: bool) -> None:
        self.codec = codec
        self.is_binary = is_binary
        self.tick = 0
        self.tree: Any = None

    def state(self, view: Scene) -> str:
        shown = {**msgspec.to_builtins(view), "turn": None, "you": None}
        sync = {"view": self.codec.schema(), "movement": [], "seats": []}
        message = {"type": "game_state", "view": shown, "turn": None, "you": None, "clock": None, "seq": 1}
        return msgspec.json.encode({**message, "sync": sync}).decode()

    def frame(self, view: Scene, *, is_whole: bool) -> str | bytes:
        codec, before, after = self.codec, self.tree, self.codec.pack(view)
        self.tree, self.tick = after, self.tick + 2
        is_whole = is_whole or before is None
        if self.is_binary:
            change = codec.whole(after) if is_whole else None
            if not is_whole and before != after:
                change = codec.change(before, after)
            return msgspec.msgpack.encode([0, self.tick, 0 if is_whole else 2, change])
        if is_whole:
            part: dict[str, Any] = {"full": codec.shown(after)}
        else:
            part = {
                "since": self.tick - 2,
                "delta": codec.shown_change(codec.change(before, after), after),
            }
        return msgspec.json.encode({"type": "game_tick", "tick": self.tick, **part}).decode()


class Watching(RuleBasedStateMachine):
    """A client that hears a room, loses frames, asks for a resync and comes back."""

    is_binary: bool

    @initialize(view=SCENES)
    def begin(self, view: dict[str, Any]) -> None:
        self.room = Room(codec_of(Scene), is_binary=self.is_binary)
        self.fields = view
        self.client = SyncedState()
        self.is_behind = False
        self.come_back()

    @property
    def view(self) -> Scene:
        return Scene(**self.fields)

    def hear(self, frame: str | bytes) -> None:
        self.client.read(frame)

    @rule(
        changed=st.sampled_from(sorted(FIELDS)).flatmap(lambda name: st.tuples(st.just(name), FIELDS[name]))
    )
    def change_one_thing(self, changed: tuple[str, Any]) -> None:
        self.fields = {**self.fields, changed[0]: changed[1]}
        self.hear(self.room.frame(self.view, is_whole=False))

    @rule(number=st.integers(0, 4), point=POINTS)
    def move_one_ship(self, number: int, point: Point) -> None:
        ships = self.fields["ships"]
        moved = {
            key: Ship(point, ship.name, ship.target, ship.mode, [*ship.path, point][-3:])
            for key, ship in itertools.islice(ships.items(), number, number + 1)
        }
        self.fields = {**self.fields, "ships": {**ships, **moved}}
        self.hear(self.room.frame(self.view, is_whole=False))

    @rule(ships=FIELDS["ships"])
    def lose_a_frame(self, ships: dict[str, Ship]) -> None:
        self.fields = {**self.fields, "ships": ships}
        self.room.frame(self.view, is_whole=False)
        self.hear(self.room.frame(self.view, is_whole=False))
        assert self.client.is_lost
        self.is_behind = True

    @precondition(lambda self: self.is_behind)
    @rule()
    def come_back(self) -> None:
        self.hear(self.room.state(self.view))
        self.hear(self.room.frame(self.view, is_whole=True))
        self.is_behind = False

    @rule()
    def hear_a_plain_view(self) -> None:
        if not self.is_behind:
            # What a worker that does not own the room sends; the next change applies to it.
            self.room.tree = self.room.codec.pack(self.view)
            self.room.tick += 2
            shown = msgspec.to_builtins(self.view)
            message = {"type": "game_tick", "tick": self.room.tick, "view": shown}
            self.hear(msgspec.json.encode(message).decode())

    @invariant()
    def the_client_sees_what_the_server_shows(self) -> None:
        if not self.is_behind:
            assert in_steps(self.client.view) == in_steps(msgspec.to_builtins(self.view))


@pytest.mark.parametrize("is_binary", [False, True])
def test_changes_applied_are_the_whole_state_after_any_loss(is_binary: bool) -> None:
    machine = type("Watching", (Watching,), {"is_binary": is_binary})
    options = settings(max_examples=25, stateful_step_count=20, deadline=None)
    run: Any = machine.TestCase
    run.settings = options
    run().runTest()
