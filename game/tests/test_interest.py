"""Interest: a player is sent the entities in sight, and no others."""

import sys
from collections.abc import Awaitable, Callable
from math import dist
from random import Random
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import decode

from core.ids import UserId
from game.author import Annotated, Game, GameDefinitionError, Meta, Radius, Record, Seat, catalogue
from game.author import move as is_move
from game.author.match import Match
from game.author.sync import GONE
from game.live.listeners import frame_of
from game.live.room.frames import move_frames, tick_frames
from game.live.sync import Sync, Synced
from game.models import Game as Row
from game.tests.conftest import begin
from gameplatform.testing.people import Person

MOST = 200


class Steer(Record):
    """Where to go from now on."""

    dx: Annotated[float, Meta(ge=-50, le=50)]
    dy: Annotated[float, Meta(ge=-50, le=50)]


class Ship(Record):
    x: float
    y: float
    name: str


class View(Record):
    """The ships and what floats about."""

    ships: dict[str, Ship]
    wrecks: dict[str, Ship]
    left: int


class Sea(Game, abstract=True):
    """Ships in the fog; each sees those at most a hundred metres away, and wrecks farther off."""

    players = (1, MOST)
    rate = frame_rate = 20
    hidden = False
    sees = (Radius(100, field="ships"), Radius(150, field="wrecks", around="ships"))

    class Options(Record):
        size: float = 1000.0

    def setup(self, random: Any) -> dict[str, Any]:
        size = self.options.size

        def things(number: int) -> dict[str, Any]:
            return {
                str(n): {"x": random.uniform(-size, size), "y": random.uniform(-size, size)}
                for n in range(number)
            }

        return {"ships": things(len(self.seats)), "wrecks": things(10), "seconds": 600}

    def tick(self, state: dict[str, Any], inputs: dict[Seat, Steer], dt: float) -> None:
        for seat, steer in inputs.items():
            if str(seat) in state["ships"]:
                state["ships"][str(seat)]["x"] += steer.dx
                state["ships"][str(seat)]["y"] += steer.dy
        sunk = self.random.randrange(60 * len(self.seats))
        state["wrecks"].update(
            {f"ship {sunk}": gone for gone in [state["ships"].pop(str(sunk), None)] if gone}
        )

    def result(self, state: dict[str, Any]) -> None:
        return None

    def view(self, state: dict[str, Any], seat: Seat | None) -> View:
        return View(
            ships={id: Ship(**at, name=f"ship {id}") for id, at in state["ships"].items()},
            wrecks={id: Ship(**at, name=f"wreck {id}") for id, at in state["wrecks"].items()},
            left=state["seconds"],
        )


class Fog(Sea):
    """One view for all, of which each seat gets its part."""

    hidden = False


class OwnFog(Sea):
    """A view for each seat, as it tells one's own secrets."""

    hidden = True


class Looking(Sea):
    """The rules tell who is seen: those of the same parity, and all wrecks."""

    hidden = False

    def sees(self, state: dict[str, Any], seat: Seat | None) -> dict[str, list[str]]:  # type: ignore[override]
        if seat is None:
            return {"wrecks": []}
        return {"ships": [str(other) for other in self.seats if (other - seat) % 2 == 0]}


def in_sight(game: type[Game], state: dict[str, Any], seat: Seat) -> tuple[set[str], set[str]]:
    """Return the ids of ships and wrecks that a seat sees, by a look at each of them."""
    ships, wrecks = state["ships"], state["wrecks"]
    if game is Looking:
        return {id for id in ships if (int(id) - seat) % 2 == 0}, set(wrecks)
    here = ships.get(str(seat))
    if here is None:
        return set(), set()

    def near(things: dict[str, Any], radius: float) -> set[str]:
        at = here["x"], here["y"]
        return {id for id, there in things.items() if dist(at, (there["x"], there["y"])) <= radius}

    return near(ships, 100), near(wrecks, 150)


@pytest.mark.parametrize("game", [Fog, OwnFog, Looking])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1 << 32), seats=st.integers(1, 30), size=st.floats(10, 800))
def test_no_frame_has_an_entity_that_its_viewer_does_not_see(
    game: type[Game], seed: int, seats: int, size: float
) -> None:
    random = Random(seed)
    match = Match.new(game, seats=seats, seed=seed, options={"size": size})
    for _ in range(8):
        steering = {
            seat: match.check({"dx": random.uniform(-50, 50), "dy": random.uniform(-50, 50)})
            for seat in match.game.seats
            if random.random() < 0.5
        }
        match.step(steering)
        frames = [tick_frames(match), move_frames(match, UserId(0), b"{}", b"null", 1)]
        for seat in match.game.seats:
            ships, wrecks = in_sight(game, match.state, seat)
            for frame in (*(decode(frame_of(one, seat)) for one in frames), {"view": match.view(seat)}):
                view = frame["view"]
                assert (set(view["ships"]), set(view["wrecks"])) == (ships, wrecks)
                assert all(ship["name"] == f"ship {id}" for id, ship in view["ships"].items())
                assert view["left"] == 600
        spectators = decode(frame_of(frames[0], seats))["view"]
        assert spectators["ships"].keys() == match.state["ships"].keys()


class Echo(Sea):
    """The rules name a ship twice, and another one only while it is near."""

    hidden = False

    def sees(self, state: dict[str, Any], seat: Seat | None) -> dict[str, list[str]]:  # type: ignore[override]
        return {"ships": ["0", "0", *["1" for ship in [state["ships"]["1"]] if ship["x"] < 100]]}


def test_who_is_named_twice_hides_from_nobody_that_another_is_gone() -> None:
    match = Match.new(Echo, seats=2, seed=1)
    match.state["ships"]["1"]["x"] = 0
    assert match.game.view_codec is not None
    sync = Sync(match.game.view_codec)
    audience = [Synced(Mock(subprotocol="gp.delta.msgpack"), 0)]
    sync.changes(match, audience, 1)
    match.state["ships"]["1"]["x"] = 200
    match.step({})
    (change,) = sync.changes(match, audience, 2)
    assert change.change[0][GONE] == [1]
    assert set(change.after[0]) == {0}


def work(seats: int, size: float) -> int:
    """Return the number of lines of Python that a frame for so many players takes."""
    match = Match.new(Fog, seats=seats, seed=1, options={"size": size})
    lines = 0

    def count(*_: Any) -> Any:
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        tick_frames(match)
    finally:
        sys.settrace(before)
    return lines


def test_a_frame_costs_what_is_seen_and_not_all_times_all() -> None:
    """Four times as many players, who see about as many as before on four times the sea."""
    few, many = work(50, 500), work(200, 1000)
    assert many < 5 * few
    assert work(200, 100) > 5 * few  # Here everybody sees everybody.


class Plain(Record):
    ships: dict[str, int]


@pytest.mark.parametrize(
    "sees",
    [
        Radius(0, field="ships"),
        Radius(5, field="boats"),
        Radius(5, field="left"),
        (Radius(5, field="ships"), 7),
    ],
)
def test_a_sight_that_does_not_fit_the_view_is_refused(sees: Any) -> None:
    with pytest.raises(GameDefinitionError, match="`sees`"):
        type("Misty", (Sea,), {"sees": sees})


def test_a_sight_needs_a_declared_view() -> None:
    def view(self: Any, state: Any, seat: Any) -> dict[str, Any]:
        return {}

    with pytest.raises(GameDefinitionError, match="declared view"):
        type("Undeclared", (Sea,), {"view": view})


class Harbour(Sea):
    """Ships that move in turn."""

    players = (2, 2)
    tick = None

    def setup(self, random: Any) -> dict[str, Any]:
        return {"ships": {"0": {"x": 0, "y": 0}, "1": {"x": 90, "y": 0}}, "wrecks": {}, "seconds": 0}

    @is_move
    def sail(self, state: dict[str, Any], seat: Seat, by: Annotated[int, Meta(ge=-50, le=50)]) -> None:
        state["ships"][str(seat)]["x"] += by


async def test_who_sails_out_of_sight_is_seen_no_more_until_the_return(
    new_game: Callable[..., Awaitable[Row]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Harbour)
    a, b = await begin(await new_game(Harbour.name), ada, bob)
    for player, by, seen in ((a, -20, False), (b, -20, True), (a, -50, False), (b, -40, True)):
        await player.send(type="player_move", movement={"by": by})
        for other, own in ((a, "0"), (b, "1")):
            view = (await other.hear_until("player_move"))["view"]
            assert view["ships"].keys() == ({"0", "1"} if seen else {own})
