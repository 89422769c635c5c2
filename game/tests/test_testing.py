"""``game.testing.check``: good rules pass, and each kind of fault is found."""

from itertools import count
from typing import Any, Literal

import pytest
from django.core.management import CommandError, call_command

from game import testing
from game.author import DRAW, Annotated, Game, Meta, Record, Seat, State, catalogue, move
from game.author.refusals import RulesError

TOGGLES = count()


class Ten(Game, abstract=True):
    """Add 1 to 3; who reaches ten wins."""

    def setup(self, random: Any) -> State:
        return {"total": 0, "last": None}

    def add_to(self, state: State, seat: Seat, number: int) -> None:
        self.require(state["total"] + number <= 10, "too_much")
        state["total"] += number
        state["last"] = seat

    def result(self, state: State) -> Seat | None:
        return state["last"] if state["total"] == 10 else None


class GoodTen(Ten):
    @move
    def add(self, state: State, seat: Seat, number: Annotated[int, Meta(ge=1, le=3)]) -> None:
        self.add_to(state, seat, number)


@pytest.mark.parametrize("game", catalogue.all(), ids=lambda game: game.name)
def test_the_shipped_games_pass(game: type[Game]) -> None:
    figures = testing.check(game, games=2)
    assert len(figures.lengths) == 2
    assert sum(figures.wins.values()) == 2


def test_figures_count_length_choices_and_wins() -> None:
    figures = testing.check(GoodTen, games=50)
    assert 4 <= figures.mean_length <= 10
    assert 2 < (figures.mean_branching or 0) <= 3
    assert figures.share(0) + figures.share(1) == pytest.approx(1)
    assert figures.share(None) == 0


def test_chance_from_elsewhere_is_found() -> None:
    class Fickle(Ten):
        @move
        def add(self, state: State, seat: Seat, number: Annotated[int, Meta(ge=1, le=3)]) -> None:
            self.add_to(state, seat, 1 + (next(TOGGLES) % 3 == 0) if state["total"] < 9 else 1)

    with pytest.raises(
        AssertionError, match=r"fickle, seed \d+: the same movements do not give the same game"
    ):
        testing.check(Fickle)


def test_a_legal_list_with_illegal_movements_is_found() -> None:
    class Boastful(GoodTen):
        def legal(self, state: State, seat: Seat) -> list[dict[str, Any]]:
            return [{"number": number} for number in (1, 2, 3)]

    with pytest.raises(AssertionError, match="which the rules refuse"):
        testing.check(Boastful, games=100)


def test_a_legal_list_that_omits_a_movement_is_found() -> None:
    class Modest(GoodTen):
        def legal(self, state: State, seat: Seat) -> list[dict[str, Any]]:
            return [{"number": 1}]

    with pytest.raises(AssertionError, match="`legal` omits it"):
        testing.check(Modest)


def test_reading_that_changes_the_state_is_found() -> None:
    class Careless(GoodTen):
        def view(self, state: State, seat: Seat | None) -> State:
            state["looked_at"] = state.get("looked_at", 0) + 1
            return state

    with pytest.raises(AssertionError, match="changes the state"):
        testing.check(Careless)


def test_a_game_that_never_ends_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "MAX_MOVES", 50)

    class Endless(Game):
        def setup(self, random: Any) -> State:
            return {}

        @move
        def wait(self, state: State, seat: Seat) -> None:
            pass

        def result(self, state: State) -> None:
            return None

    with pytest.raises(AssertionError, match="no end after 50 moves"):
        testing.check(Endless)


class Rps(Game, abstract=True):
    def setup(self, random: Any) -> State:
        return {"hands": [None, None]}

    def turn(self, state: State) -> list[Seat]:
        return [seat for seat in self.seats if state["hands"][seat] is None]

    @move
    def show(self, state: State, seat: Seat, hand: Literal["rock", "paper"]) -> None:
        state["hands"][seat] = hand

    def result(self, state: State) -> Any:
        return None if None in state["hands"] else DRAW

    def view(self, state: State, seat: Seat | None) -> State:
        return {"hand": None if seat is None else state["hands"][seat]}


class Hide(Record):
    """Where somebody hides."""

    place: Literal[1, 2, 3]


class Hiding(Game):
    """Everybody hides for two seconds; nobody sees where the others do."""

    rate = frame_rate = 10

    def setup(self, random: Any) -> State:
        return {"places": [0, 0], "ticks": 0}

    def tick(self, state: State, inputs: dict[Seat, Hide], dt: float) -> None:
        state["ticks"] += 1
        for seat, hide in inputs.items():
            state["places"][seat] = hide.place

    def view(self, state: State, seat: Seat | None) -> State:
        return {"place": None if seat is None else state["places"][seat]}

    def result(self, state: State) -> Any:
        return DRAW if state["ticks"] == 40 else None


def test_an_input_that_everybody_is_told_though_it_is_hidden_is_found() -> None:
    testing.check(Hiding)

    class Chattering(Hiding):
        tells_inputs = True

    with pytest.raises(AssertionError, match="leave out `tells_inputs`"):
        testing.check(Chattering)


def test_a_secret_that_the_movement_tells_is_found() -> None:
    class Leaky(Rps):
        pass

    class Tight(Rps):
        secret_moves = ("show",)

    with pytest.raises(AssertionError, match="name the move in `secret_moves`"):
        testing.check(Leaky)
    testing.check(Tight)


def test_rules_that_fail_fail_the_check() -> None:
    class Broken(GoodTen):
        def result(self, state: State) -> Seat | None:
            return [None][state["total"]]

    with pytest.raises(RulesError):
        testing.check(Broken)


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("checkgame", "tictactoe", "pong", games=3)
    head, tictactoe, pong = capsys.readouterr().out.splitlines()
    assert head.split() == ["game", "length", "choices", "wins"]
    assert tictactoe.startswith("tictactoe")
    assert "%" in pong


def test_the_command_knows_no_other_games() -> None:
    with pytest.raises(CommandError, match="no game called 'chequers'"):
        call_command("checkgame", "chequers")


class Coins(Game):
    """Call a coin that only the other has seen."""

    def setup(self, random: Any) -> State:
        return {"coins": [random.random() < 0.5, random.random() < 0.5], "calls": []}

    @move
    def call(self, state: State, seat: Seat, heads: bool) -> None:
        state["calls"].append(heads)

    def result(self, state: State) -> list[Seat] | None:
        if len(state["calls"]) < 2:
            return None
        return [seat for seat in self.seats if state["calls"][seat] == state["coins"][seat]]

    def view(self, state: State, seat: Seat | None) -> dict[str, Any]:
        return {"calls": state["calls"], "coin": None if seat is None else state["coins"][1 - seat]}

    def deal(self, view: dict[str, Any], seat: Seat, random: Any) -> State:
        coins = [random.random() < 0.5 for _ in self.seats]
        coins[1 - seat] = view["coin"]
        return {"coins": coins, "calls": view["calls"]}


def test_a_deal_that_the_player_could_not_tell_from_the_game_passes() -> None:
    testing.check(Coins)


def test_a_deal_that_shows_its_player_something_else_is_found() -> None:
    class Peeking(Coins):
        def deal(self, view: dict[str, Any], seat: Seat, random: Any) -> State:
            return {"coins": [random.random() < 0.5 for _ in self.seats], "calls": view["calls"]}

    with pytest.raises(AssertionError, match=r"`deal` returns to seat . has another view"):
        testing.check(Peeking)


def test_a_deal_in_which_somebody_else_is_to_move_is_found() -> None:
    class Turned(Coins):
        def turn(self, state: State) -> Seat:
            return state.get("first", 0) ^ len(state["calls"]) % 2

        def deal(self, view: dict[str, Any], seat: Seat, random: Any) -> State:
            return {**super().deal(view, seat, random), "first": 1}

    with pytest.raises(AssertionError, match=r"`deal` returns to seat . has another turn"):
        testing.check(Turned)
