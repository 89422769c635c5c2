"""The arena: walls stop people, shots and sight; every match ends, and its scores add up."""

import json
from math import atan2, dist, hypot, pi
from random import Random
from typing import Any
from unittest.mock import Mock

import pytest
from gameplatform_client.state import SyncedState  # type: ignore[import-not-found]
from hypothesis import given, settings
from hypothesis import strategies as st

from game import testing
from game.author.match import Match
from game.author.refusals import InvalidMove, InvalidOptions
from game.games import Arena
from game.games.arena import FALLEN, HEALTH, IDLE, RATE, RELOAD, SAFE, TURN
from game.games.arena.ground import RADIUS, SIGHT, Ground, grounds
from game.live.sync import Sync, Synced, tick_frame

STILL = {"dx": 0, "dy": 0, "aim": 0, "fire": False}
every_map = pytest.mark.parametrize("name", sorted(grounds()))
steers = st.builds(
    lambda dx, dy, aim, fire: {"dx": dx, "dy": dy, "aim": aim, "fire": fire},
    st.integers(-10, 10),
    st.integers(-10, 10),
    st.integers(0, TURN - 1),
    st.booleans(),
)


def arena(seats: int = 2, seed: int = 1, **options: Any) -> Match:
    match = Match.new(Arena, seats=seats, seed=seed, options=options)
    for seat in range(seats):
        match.join(seat)
    return match


def place(match: Match, seat: int, x: float, y: float, **facts: Any) -> dict[str, Any]:
    """Put a fighter somewhere, where all have seen it; it can be hit at once."""
    fighter: dict[str, Any] = match.state["fighters"][str(seat)]
    fighter.update(x=x, y=y, safe=0, **facts)
    assert match.game.past is not None
    match.game.past.keep(match.tick, match.state)
    return fighter


def facing(fighter: dict[str, Any], other: dict[str, Any]) -> int:
    turn = atan2(other["y"] - fighter["y"], other["x"] - fighter["x"]) / 2 / pi
    return round(turn * TURN) % TURN


def gap(ground: Ground, x: float, y: float) -> float:
    """Return the distance to the nearest wall, at most one cell."""
    around = [(int(x) + column, int(y) + row) for column in (-1, 0, 1) for row in (-1, 0, 1)]
    walls = [(column, row) for column, row in around if ground.solid[row][column]]
    gaps = [
        hypot(x - min(max(x, column), column + 1), y - min(max(y, row), row + 1)) for column, row in walls
    ]
    return min(gaps, default=1.0)


def bots_play(match: Match, ticks: int, level: int = 2) -> None:
    random = Random(1)
    for _ in range(ticks):
        if match.result is None:
            seats = match.game.seats
            match.step({seat: match.game.bot(match.view(seat), seat, random, level) for seat in seats})


@every_map
def test_a_map_is_closed_and_each_place_can_be_reached(name: str) -> None:
    ground = grounds()[name]
    assert all(ground.solid[0] + ground.solid[-1])
    assert all(row[0] and row[-1] and len(row) == ground.width for row in ground.solid)
    assert len(ground.spawns) >= 12
    steps = ground.distances(*map(int, ground.spawns[0]))
    for row, solid in zip(steps, ground.solid, strict=True):
        assert all(is_wall or step < 10_000 for step, is_wall in zip(row, solid, strict=True))


@every_map
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), script=st.lists(st.lists(steers, min_size=3, max_size=3), max_size=40))
def test_nobody_is_ever_in_a_wall(name: str, seed: int, script: list[list[dict[str, Any]]]) -> None:
    match = arena(3, seed, map=name)
    for inputs in script:
        for _ in range(4):
            match.step(dict(enumerate(inputs)))
            for fighter in match.state["fighters"].values():
                assert gap(grounds()[name], fighter["x"], fighter["y"]) > RADIUS - 1e-6


def test_a_fighter_slides_along_a_wall() -> None:
    match = arena(map="yard")
    fighter = place(match, 0, 2.5, 1.0 + RADIUS)
    match.step({0: {**STILL, "dx": 10, "dy": -10}})
    assert fighter["y"] == 1.0 + RADIUS
    assert fighter["x"] > 2.5


def test_a_stick_pushed_into_a_corner_is_no_faster() -> None:
    match = arena(map="yard")
    fighter = place(match, 0, 20.5, 2.5)
    for dx, dy in ((10, 0), (10, 10), (0, 10)):
        before = fighter["x"], fighter["y"]
        match.step({0: {**STILL, "dx": dx, "dy": dy}})
        assert dist(before, (fighter["x"], fighter["y"])) == pytest.approx(5.5 / RATE)


def sees_point(ground: Ground, here: tuple[float, float], there: tuple[float, float]) -> bool:
    """Return whether a straight line between two points is clear, in small steps."""
    steps = int(dist(here, there) * 20) + 1
    for step in range(steps + 1):
        share = step / steps
        x, y = (a + (b - a) * share for a, b in zip(here, there, strict=True))
        if ground.solid[int(y)][int(x)]:
            return False
    return True


@every_map
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), ticks=st.integers(1, 120))
def test_no_view_has_anybody_unseen(name: str, seed: int, ticks: int) -> None:
    """Whoever is shown can be seen from somewhere close by; a shot that is shown is of one who is."""
    match = arena(6, seed, map=name)
    bots_play(match, ticks)
    ground, fighters = grounds()[name], match.state["fighters"]
    around = [(x * 0.45, y * 0.45) for x in (0, -2, 2, -1, 1) for y in (0, -2, 2, -1, 1)]

    def near(fighter: dict[str, Any]) -> list[tuple[float, float]]:
        places = [(fighter["x"] + x, fighter["y"] + y) for x, y in around]
        return [(x, y) for x, y in places if not ground.solid[int(y)][int(x)]]

    for seat in match.game.seats:
        view, own = match.view(seat), fighters[str(seat)]
        for key, shown in view["fighters"].items():
            other = fighters[key]
            if int(key) == seat:
                continue
            assert shown["health"] > 0
            assert dist((own["x"], own["y"]), (other["x"], other["y"])) <= SIGHT
            assert any(sees_point(ground, here, there) for here in near(own) for there in near(other))
        assert {str(shot["seat"]) for shot in view["shots"]} <= view["fighters"].keys()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), seats=st.integers(2, 16), teams=st.booleans(), ticks=st.integers(1, 60))
def test_no_frame_of_changes_leaves_anybody_unseen_with_a_client(
    seed: int, seats: int, teams: bool, ticks: int
) -> None:
    match = arena(seats, seed, teams=teams)
    assert match.game.view_codec is not None
    sync = Sync(match.game.view_codec)
    sockets = [Synced(Mock(subprotocol="gp.delta"), viewer) for viewer in range(seats)]
    clients = [SyncedState() for _ in sockets]
    for _ in range(ticks):
        bots_play(match, 1)
        changes = sync.changes(match, sockets, match.tick)
        for socket, client in zip(sockets, clients, strict=True):
            frame = tick_frame(socket, changes[socket.viewer], match.tick, 0)
            socket.at = match.tick
            client.read(frame.decode())
            view = match.view(socket.viewer)
            assert client.view["fighters"].keys() == view["fighters"].keys()
            assert len(client.view["shots"]) == len(view["shots"])
            sees = match.state["fighters"][str(socket.viewer)]["sees"]
            for key in client.view["fighters"]:
                is_friend = match.game.is_friend(socket.viewer, int(key))  # type: ignore[attr-defined]
                assert is_friend or sees >> int(key) & 1


def test_who_is_behind_a_wall_is_not_in_the_frame() -> None:
    match = arena(map="yard", minutes=30)
    place(match, 0, 9.5, 6.5)
    place(match, 1, 12.125, 6.5)
    match.step({})
    assert b"12.12" in match.view_json(0)
    place(match, 1, 9.125, 8.5)
    match.step({})
    assert b"9.12" not in match.view_json(0)
    assert b"9.12" in match.view_json(None)


@settings(max_examples=50, deadline=None)
@given(
    here=st.tuples(st.floats(0.5, 27), st.floats(0.5, 19)),
    there=st.tuples(st.floats(0.5, 27), st.floats(0.5, 19)),
)
def test_sight_is_mutual(here: tuple[float, float], there: tuple[float, float]) -> None:
    ground = grounds()["yard"]
    assert ground.is_clear(*here, *there) == ground.is_clear(*there, *here)


def test_a_shot_hits_the_first_in_its_way_and_five_more_fell_them() -> None:
    match = arena(3, map="yard")
    shooter = place(match, 0, 2.5, 6.5)
    first = place(match, 1, 8.5, 6.5)
    second = place(match, 2, 10.5, 6.5)
    aim = {**STILL, "aim": facing(shooter, first), "fire": True}
    match.step({0: aim})
    assert (first["health"], second["health"]) == (HEALTH - 18, HEALTH)
    (shot,) = match.view(0)["shots"]
    assert (shot["seat"], shot["hit"], shot["to_x"]) == (0, 1, 8.0)
    while first["health"]:
        match.step({0: aim})
    assert match.view(None)["falls"] == [{"number": 1, "by": 0, "seat": 1}]
    assert match.scores == (1, 0, 0)
    assert "1" not in match.view(2)["fighters"]
    for _ in range(FALLEN):
        match.step({0: STILL})
    assert (first["health"], first["safe"]) == (HEALTH, SAFE - 1)


def far_shot(match: Match, ticks: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Let a target run out of the line of fire for so many ticks; return both, and the shot that was due."""
    shooter, target = place(match, 0, 2.5, 6.5), place(match, 1, 8.5, 6.5)
    aim = {**STILL, "aim": facing(shooter, target), "fire": True}
    for _ in range(ticks):
        match.step({1: {**STILL, "dy": -10}})
    return shooter, target, aim


def test_a_shot_hits_whom_the_shooter_saw_where_it_is_aimed() -> None:
    for saw, hits in ((None, False), (0, True), (1, True), (4, False)):
        match = arena(map="yard")
        _, target, aim = far_shot(match, 4)
        match.step({0: aim if saw is None else {**aim, "saw": saw}})
        assert (target["health"] < HEALTH) is hits
        assert bool(match.view(0)["shots"][0]["hit"]) is hits


def test_nobody_shoots_farther_back_than_a_quarter_of_a_second() -> None:
    match = arena(map="yard")
    _, target, aim = far_shot(match, RATE // 4 + 3)
    match.step({0: {**aim, "saw": 0}})
    assert target["health"] == HEALTH


def test_who_has_fallen_since_is_not_hit_again() -> None:
    match = arena(3, map="yard")
    place(match, 2, 14.5, 6.5)
    shooter, target, aim = far_shot(match, 1)
    target["health"] = 0
    target["fallen"] = FALLEN
    match.step({0: {**aim, "saw": 0}})
    assert match.view(0)["shots"][0]["hit"] == 2


def test_a_trigger_that_is_pulled_and_let_go_of_between_two_ticks_shoots_once() -> None:
    match = arena(map="yard")
    shooter, target = place(match, 0, 2.5, 6.5), place(match, 1, 8.5, 6.5)
    aim = {**STILL, "aim": facing(shooter, target)}
    match.step({0: [{**aim, "fire": True}, aim]})
    assert target["health"] == HEALTH - 18
    match.step({0: [{**aim, "fire": True}, aim]})  # It is heard while the weapon is loaded.
    for _ in range(2 * RELOAD):
        match.step({})
    assert target["health"] == HEALTH - 2 * 18


def test_a_wall_stops_a_shot() -> None:
    match = arena(map="yard")
    shooter, other = place(match, 0, 9.5, 6.5), place(match, 1, 9.5, 8.5)
    match.step({0: {**STILL, "aim": facing(shooter, other), "fire": True}})
    assert other["health"] == HEALTH
    (shot,) = match.view(0)["shots"]
    assert (shot["hit"], shot["to_y"]) == (None, 7.0)


def test_who_has_just_come_is_safe_until_they_shoot() -> None:
    match = arena(map="yard")
    shooter, other = place(match, 0, 2.5, 6.5), place(match, 1, 8.5, 6.5)
    other["safe"] = shooter["safe"] = SAFE
    match.step({0: {**STILL, "aim": facing(shooter, other), "fire": True}})
    assert other["health"] == HEALTH
    assert not match.view(0)["fighters"]["0"]["safe"]


def test_teams_see_each_other_and_share_their_place() -> None:
    match = arena(4, map="yard", teams=True, frags=1)
    shooter, friend = place(match, 0, 2.5, 6.5), place(match, 2, 6.5, 6.5)
    foe = place(match, 1, 8.5, 6.5, health=1)
    place(match, 3, 25.5, 17.5)
    assert "2" in match.view(0)["fighters"]
    match.step({0: {**STILL, "aim": facing(shooter, foe), "fire": True}})
    assert friend["health"] == HEALTH
    assert match.result is not None
    assert (match.result.winners, match.result.places) == ((0, 2), ((0, 2), (1, 3)))


def test_equal_scores_share_a_place() -> None:
    match = arena(4, minutes=1)
    match.state["frags"] = [3, 5, 3, 0]
    match.state["ticks_left"] = 1
    match.step({})
    assert match.result is not None
    assert match.result.places == ((1,), (0, 2), (3,))


def test_a_pickup_heals_and_is_gone_for_a_while() -> None:
    match = arena(map="yard")
    ground = grounds()["yard"]
    number, pickup = next((n, one) for n, one in enumerate(ground.pickups) if one.kind == "health")
    fighter = place(match, 0, pickup.x, pickup.y, health=10)
    match.step({0: {**STILL, "dx": 1}})
    assert fighter["health"] == 60
    assert not match.view(1)["pickups"][number]


def test_one_who_comes_late_plays_and_one_who_leaves_is_gone() -> None:
    match = Match.new(Arena, seats=16, seed=1)
    match.join(0)
    match.join(1)
    bots_play(match, 20)
    match.join(9)
    assert "9" in match.view(9)["fighters"]
    match.leave(0, "resigned")
    match.step({0: {**STILL, "dx": 1}})
    assert "0" not in match.view(None)["fighters"]
    assert set(match.view(None)["frags"]) == {"1", "9"}


def test_who_sends_nothing_any_more_stands_still() -> None:
    match = arena(map="yard")
    fighter = place(match, 0, 20.5, 2.5)
    match.step({0: {**STILL, "dx": -1}})
    for _ in range(IDLE):
        match.step({})
    before = fighter["x"]
    match.step({})
    assert fighter["x"] == before < 20.5


@pytest.mark.parametrize(
    "movement",
    [b"{}", b'{"dx":11,"dy":0,"aim":0}', b'{"dx":0,"dy":0,"aim":1024}', b'{"dx":NaN,"dy":0,"aim":0}',
     b'{"dx":0.5,"dy":0,"aim":0}'],
)  # fmt: skip
def test_inputs_out_of_bounds_are_refused(movement: bytes) -> None:
    with pytest.raises(InvalidMove):
        arena().check(movement)


@pytest.mark.parametrize("options", [{"map": "moon"}, {"minutes": 0}, {"frags": 0}, {"teams": 2}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptions):
        arena(**options)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_bots_move_about_and_fell_each_other_by_their_level(level: int) -> None:
    match = arena(6, map="yard", minutes=1, frags=200)
    random, paths = Random(1), {key: set[tuple[int, int]]() for key in match.state["fighters"]}
    while match.result is None:
        seats = match.game.seats
        match.step({seat: match.game.bot(match.view(seat), seat, random, level) for seat in seats})
        for key, fighter in match.state["fighters"].items():
            paths[key].add((int(fighter["x"]), int(fighter["y"])))
    assert min(map(len, paths.values())) > 30
    assert sum(match.scores) > 3


def test_a_bot_of_a_higher_level_wins() -> None:
    match = arena(2, map="yard", minutes=4)
    random = Random(1)
    while match.result is None:
        match.step(
            {seat: match.game.bot(match.view(seat), seat, random, level) for seat, level in ((0, 1), (1, 3))}
        )
    assert match.result.winners == (1,)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), seats=st.integers(2, 8), teams=st.booleans())
def test_every_match_ends_the_same_twice_and_its_scores_add_up(seed: int, seats: int, teams: bool) -> None:
    first = arena(seats, seed, minutes=1, teams=teams)
    again = arena(seats, seed, minutes=1, teams=teams)
    bots_play(first, 60 * RATE, level=3)
    bots_play(again, 30 * RATE, level=3)
    again = Match.load(Arena, json.loads(json.dumps(again.dump())))
    bots_play(again, 30 * RATE, level=3)
    assert first.dump() == again.dump()
    assert first.result == again.result is not None
    assert sum(first.scores) == first.state["fallen"]


@pytest.mark.parametrize("seats", [2, 9])
def test_the_rules_hold_at_random(seats: int) -> None:
    figures = testing.check(Arena, games=2, seats=seats, minutes=1)
    assert max(figures.lengths) <= 60 * RATE
