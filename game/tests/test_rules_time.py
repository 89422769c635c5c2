"""Time in rules, without a server: phases, choices made at once, timers, time-outs, undo and actions."""

import json
from random import Random
from typing import Any, Literal

import pytest

from game import bots, testing
from game.author import (
    ALL,
    LOSE,
    PLAY_ON,
    SKIP,
    Annotated,
    Clock,
    Game,
    GameDefinitionError,
    Grid,
    IllegalMove,
    Meta,
    Phase,
    Record,
    Seat,
    State,
    Turns,
    action,
    move,
    timer,
)
from game.author.match import Match
from game.author.refusals import GameIsOver, InvalidMove, NotNow, NotYourTurn, RulesError

BEATS = {"rock": "scissors", "paper": "rock", "scissors": "paper"}


Hand = Literal["rock", "paper", "scissors"]


class Hands(Game, abstract=True):
    """Rock, paper, scissors: everybody chooses at once; the first with two wins."""

    phases = [Phase("choose", moves=["show"], who=ALL, seconds=10), Phase("look", seconds=2)]

    def setup(self, random: Any) -> State:
        return {"hands": [None, None], "wins": [0, 0], "log": []}

    @move
    def show(self, state: State, seat: Seat, hand: Hand) -> None:
        state["hands"][seat] = hand

    def on_timeout(self, state: State, seat: Seat) -> Any:
        return SKIP

    def phase_ended(self, state: State) -> None:
        if self.phase == "choose":
            one, other = state["hands"]
            for seat in self.seats:
                if BEATS.get(state["hands"][seat]) == state["hands"][1 - seat]:
                    state["wins"][seat] += 1
            state["log"].append([one, other])
            state["hands"] = [None, None]

    def result(self, state: State) -> Any:
        return [seat for seat in self.seats if state["wins"][seat] == 2] or None


class Steps(Game, abstract=True):
    """A bell rings three seconds after each step; the second ring ends the game."""

    clock = None

    def setup(self, random: Any) -> State:
        return {"steps": [], "rings": 0}

    @move
    def step(self, state: State, seat: Seat, by: Annotated[int, Meta(ge=1, le=3)] = 1) -> None:
        self.require(by < 3, "too_far")
        state["steps"].append([seat, by, self.random.randint(1, 6)])
        self.after(3, "ring")

    @timer
    def ring(self, state: State) -> None:
        state["rings"] += 1

    def result(self, state: State) -> Any:
        return 0 if state["rings"] == 2 else None


def rules(base: type[Game], **attributes: Any) -> type[Game]:
    return type(f"My{base.__name__}", (base,), attributes)


def new(base: type[Game], seats: int = 2, **attributes: Any) -> Match:
    return Match.new(rules(base, **attributes), seats=seats, seed=1)


def reloaded(match: Match) -> Match:
    return Match.load(type(match.game), json.loads(json.dumps(match.dump())), users=match.users)


def test_a_choice_changes_nothing_until_all_have_chosen() -> None:
    match = new(Hands)
    before = match.view(0)
    match.play(1, {"hand": "rock"})
    assert match.turn == {0}
    for viewer in (0, 1, None):
        assert {**match.view(viewer), "turn": None, "you": None} == {**before, "turn": None, "you": None}
    with pytest.raises(NotYourTurn):
        match.play(1, {"hand": "paper"})
    match.play(0, {"hand": "paper"})
    assert match.state["log"] == [["paper", "rock"]]
    assert (match.state["wins"], match.game.phase, match.turn) == ([1, 0], "look", frozenset())


def test_a_choice_that_the_rules_forbid_is_refused_at_once() -> None:
    def show(self: Game, state: State, seat: Seat, hand: str) -> None:
        self.require(hand != "rock", "no_rocks")
        state["hands"][seat] = hand

    match = new(Hands, show=move(show))
    with pytest.raises(IllegalMove, match="No rocks"):
        match.play(0, {"hand": "rock"})
    match.play(0, {"hand": "paper"})
    assert match.game.chosen == {0: {"hand": "paper"}}


def test_a_phase_in_which_nobody_moves_ends_by_its_time() -> None:
    match = new(Hands)
    for seat in (0, 1):
        match.play(seat, {"hand": "rock"})
    match.wait(1.9)
    assert match.game.phase == "look"
    match.wait(0.1)
    assert (match.game.phase, match.turn) == ("choose", frozenset({0, 1}))


def test_the_time_of_a_choice_is_up_for_each_who_has_not_chosen() -> None:
    match = new(Hands)
    match.play(0, {"hand": "rock"})
    match.wait(10)
    assert (match.choice_due, match.turn) == (10_000, frozenset({1}))
    assert match.time_out(1) == SKIP
    assert (match.state["log"], match.game.phase) == ([["rock", None]], "look")


def test_a_time_out_can_make_a_move_and_is_then_one() -> None:
    match = new(Hands, on_timeout=lambda self, state, seat: {"hand": "paper"})
    match.play(0, {"hand": "rock"})
    assert match.time_out(1) == b'{"hand":"paper"}'
    assert match.state["wins"] == [0, 1]


def test_who_leaves_while_all_choose_is_not_waited_for() -> None:
    match = new(Hands, left=lambda self, state, seat, why: PLAY_ON)
    match.play(0, {"hand": "rock"})
    match.leave(1, "away")
    assert match.game.phase == "look"


def test_a_move_of_another_phase_is_refused_and_not_listed() -> None:
    class Placing(Game):
        clock = None
        phases = [Phase("place", moves=["place"]), Phase("fire", moves=["fire"])]

        def setup(self, random: Any) -> State:
            return {"placed": 0}

        @move
        def place(self, state: State, seat: Seat, row: Literal[1, 2]) -> None:
            state["placed"] += 1
            if state["placed"] == 2:
                self.go_to("fire")

        @move
        def fire(self, state: State, seat: Seat, at: Literal[1, 2]) -> None:
            state["placed"] -= 1

        def result(self, state: State) -> Any:
            return 0 if self.phase == "fire" and not state["placed"] else None

    match = Match.new(Placing, seats=2, seed=1)
    with pytest.raises(NotNow):
        match.play(0, {"at": 1})
    assert match.legal(0) == [{"row": 1}, {"row": 2}]
    match.play(0, {"row": 1})
    match.play(1, {"row": 1})
    assert (match.turn, match.legal(0)) == (frozenset({0}), [{"at": 1}, {"at": 2}])
    assert testing.check(Placing, games=3).mean_length == 4


def test_a_timer_is_called_after_its_time_and_set_anew_by_the_next_call() -> None:
    match = new(Steps)
    match.play(0, {})
    match.wait(2)
    match.play(1, {})
    match.wait(2.9)
    assert match.state["rings"] == 0
    match.wait(0.1)
    assert match.state["rings"] == 1
    match.play(0, {})
    match.wait(60)
    assert match.result is not None
    assert match.tick == 8_000 + 57_000


def test_a_refused_move_sets_no_timer() -> None:
    def step(self: Game, state: State, seat: Seat, by: int = 1) -> None:
        self.after(1, "ring")
        self.require(by < 3, "too_far")

    match = new(Steps, step=move(step))
    with pytest.raises(IllegalMove):
        match.play(0, {"by": 3})
    assert match.due is None


def test_what_is_still_to_come_survives_storing() -> None:
    match = new(Steps)
    match.play(0, {})
    match.wait(1)
    again = reloaded(match)
    assert (again.due, again.tick) == (3_000, 1_000)
    match, again = new(Hands), reloaded(new(Hands))
    match.play(1, {"hand": "rock"})
    again = reloaded(match)
    again.play(0, {"hand": "paper"})
    assert again.state["wins"] == [1, 0]


def test_a_timer_that_fails_is_an_error_of_the_rules_and_changes_nothing() -> None:
    def ring(self: Game, state: State) -> None:
        state["rings"] = 7
        raise LookupError("none")

    match = new(Steps, ring=timer(ring))
    match.play(0, {})
    with pytest.raises(RulesError, match="LookupError"):
        match.wait(3)
    assert match.state["rings"] == 0


class Push(Record):
    """The strength."""

    by: Literal[0, 1]


class Pushing(Game):
    """A warm-up of half a second, then a push is worth one; a bell ends it after a second more."""

    rate = frame_rate = 10
    phases = [Phase("warm_up", seconds=0.5), Phase("play")]

    def setup(self, random: Any) -> State:
        return {"at": 0, "is_over": False}

    def tick(self, state: State, inputs: dict[Seat, Push], dt: float) -> None:
        if self.phase == "play":
            state["at"] += 1

    def phase_ended(self, state: State) -> None:
        self.after(1, "stop")

    @timer
    def stop(self, state: State) -> None:
        state["is_over"] = True

    def result(self, state: State) -> Any:
        return 0 if state["is_over"] else None


def test_in_real_time_phases_and_timers_go_by_the_ticks() -> None:
    match = Match.new(Pushing, seats=2, seed=1)
    match.step({}, 4)
    assert match.game.phase == "warm_up"
    match = reloaded(match)
    match.step({}, 100)
    assert (match.tick, match.state) == (15, {"at": 10, "is_over": True})
    testing.check(Pushing, games=1)


class Line(Game, abstract=True):
    """Each in turn marks a cell."""

    grid = Grid(rows=1, columns=4, marks="XO")
    undo = True
    clock = None

    @move
    def mark(self, state: State, seat: Seat, cell: Annotated[int, Meta(ge=0, le=3)]) -> None:
        self.require(state["board"][cell] is None, "taken")
        state["board"][cell] = seat

    def result(self, state: State) -> Any:
        return None if None in state["board"] else 0


def test_a_move_is_taken_back_with_all_that_followed() -> None:
    match = new(Line)
    assert not match.can_take_back(0)
    match.play(0, {"cell": 0})
    match.play(1, {"cell": 1})
    assert match.can_take_back(0)
    match = reloaded(match)
    match.take_back(0)
    assert (match.state["board"], match.turn, match.moves) == ([None] * 4, frozenset({0}), 0)
    assert not match.can_take_back(1)
    match.play(0, {"cell": 3})
    match.play(1, {"cell": 2})
    match.take_back(1)
    assert (match.state["board"], match.turn) == ([None, None, None, 0], frozenset({1}))


def test_a_timer_has_as_long_to_go_after_a_move_was_taken_back_as_before_it() -> None:
    match = new(Steps, undo=True)
    match.play(0, {})
    match.wait(1)
    match.play(1, {})
    match.wait(1)
    match.take_back(1)
    assert (match.tick, match.due) == (2_000, 4_000)


def test_an_action_changes_the_state_off_turn_and_may_be_refused() -> None:
    def boo(self: Game, state: State, seat: Seat, times: Annotated[int, Meta(ge=1, le=3)]) -> None:
        self.require(times < 3, "too_loud")
        state["boos"] = times

    match = new(Line, boo=action(boo))
    assert match.act(1, "boo", {"times": 2}) == b'{"times":2}'
    assert (match.state["boos"], match.turn) == (2, frozenset({0}))
    with pytest.raises(IllegalMove):
        match.act(1, "boo", {"times": 3})
    with pytest.raises(InvalidMove):
        match.act(1, "boo", {"times": 4})
    for cell in range(4):
        match.play(cell % 2, {"cell": cell})
    with pytest.raises(GameIsOver):
        match.act(1, "boo", {"times": 1})


@pytest.mark.parametrize(
    ("base", "attributes", "problem"),
    [
        (Hands, {"phases": [Phase("a", moves=["run"])]}, "must name moves"),
        (Hands, {"phases": [Phase("a"), Phase("a")]}, "a name of its own"),
        (Hands, {"phases": [Phase("a", moves=["show"], then="b")]}, "no phase is called 'b'"),
        (Hands, {"phases": [Phase("a", who=ALL)]}, "needs `moves`"),
        (Line, {"clock": 30}, "must be a Clock, Turns or Days"),
        (Line, {"resign": action(lambda self, state, seat: None)}, "every game has an action `resign`"),
        (Pushing, {"undo": True}, "is for games with moves"),
    ],
)
def test_a_definition_that_cannot_work_is_refused_with_a_sentence(
    base: type[Game], attributes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(GameDefinitionError, match=problem):
        rules(base, **attributes)


def test_a_phase_that_nothing_can_end_is_an_error_of_the_rules() -> None:
    with pytest.raises(RulesError, match="nothing ends it"):
        new(Hands, phases=[Phase("stuck")])


def test_a_turn_that_is_skipped_passes_to_the_next() -> None:
    match = new(Line, clock=Turns(5, on_timeout=SKIP))
    assert match.time_out(0) == SKIP
    assert match.turn == {1}
    assert new(Line, clock=Turns(5)).time_out(0) == LOSE
    assert new(Line, clock=Clock(5)).time_out(0) == LOSE


def test_a_game_with_a_view_need_not_name_the_choices_secret() -> None:
    def view(self: Game, state: State, seat: Seat | None) -> dict[str, Any]:
        return {"wins": state["wins"], "mine": self.chosen.get(-1 if seat is None else seat)}

    testing.check(rules(Hands, view=view), games=2)


def test_a_check_lets_time_pass() -> None:
    figures = testing.check(rules(Steps), games=3)
    assert figures.mean_length < 100
    figures = testing.check(rules(Hands), games=3)
    assert figures.wins


def test_bots_wait_where_nobody_may_move() -> None:
    match, random = new(Hands), Random(1)
    while match.result is None:
        match.wait_for_turn()
        for seat in sorted(match.turn):
            match.play(seat, bots.choose(match, seat, random, 2) or {})
    match = new(
        Line, phases=[Phase("mark", moves=["mark"]), Phase("look", seconds=1)], mark=move(_mark_and_look)
    )
    assert bots.choose(match, 0, random, 2) in match.legal(0)


def _mark_and_look(game: Game, state: State, seat: Seat, cell: Annotated[int, Meta(ge=0, le=3)]) -> None:
    game.require(state["board"][cell] is None, "taken")
    state["board"][cell] = seat
    game.go_to("look")
