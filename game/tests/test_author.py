"""The authors' API: typed movements, refusals with reasons, and clear messages for mistakes."""

import json
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from core.refusals import Refusal
from game import catalogue_json
from game.author import (
    DRAW,
    Annotated,
    Clock,
    Game,
    GameDefinitionError,
    Grid,
    IllegalMove,
    Literal,
    Meta,
    Ranking,
    Record,
    Seat,
    Verdict,
    catalogue,
    move,
)
from game.author.match import Match
from game.author.refusals import GameIsOver, InvalidMove, InvalidOptions, NotYourTurn, RulesError, UnknownGame
from game.author.results import Outcome
from game.games import Battleship, ConnectFour, TicTacToe, tictactoe


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Point(Record):
    x: Annotated[int, Meta(ge=0, lt=3)]
    y: Literal[0, 2]


class Everything(Game):
    """A move with an argument of every listable type, and one with unlimited arguments."""

    players = (1, 3)

    def setup(self, random: Random) -> Any:
        return {"log": []}

    @move
    def paint(self, state: dict[str, Any], seat: int, colour: Colour, bold: bool = False) -> None:
        state["log"].append([seat, colour.value, bold])

    @move
    def drop(
        self,
        state: dict[str, Any],
        seat: int,
        at: Point,
        weight: Annotated[int, Meta(gt=0, le=4, multiple_of=2)] | None,
    ) -> None:
        self.require(at.x != 1, "full", "That column is full.")
        state["log"].append([seat, at.x, at.y, weight])

    @move
    def say(self, state: dict[str, Any], seat: int, words: Annotated[str, Meta(max_length=5)]) -> None:
        state["log"].append([seat, words])

    def result(self, state: dict[str, Any]) -> None:
        return None


class Passing(Game):
    """Two moves with the same arguments."""

    def setup(self, random: Random) -> dict[str, int]:
        return {"passes": 0, "steps": 0}

    @move
    def skip(self, state: dict[str, Any], seat: int) -> None:
        state["passes"] += 1

    @move
    def step(self, state: dict[str, Any], seat: int) -> None:
        state["steps"] += 1

    def result(self, state: dict[str, Any]) -> Verdict:
        return DRAW if state["passes"] == 2 else None


class Trap(Game):
    """Rules that fail in every way, on demand."""

    def setup(self, random: Random) -> dict[str, bool | None]:
        return {"touched": False, "end": None}

    @move
    def spring(self, state: dict[str, Any], seat: int, how: str) -> Any:
        state["touched"] = True
        self.random.random()
        if how == "return":
            return state
        match how:
            case "refuse":
                self.require(False, "no_way")
            case "raise":
                raise ZeroDivisionError
            case "recurse":
                self.spring(state, seat, how)
            case "set":
                state["end"] = {1, 2}
            case "object":
                state["end"] = self
            case "attribute":
                self.touched = True
            case "result" | "turn" | "view" | "nobody":
                state["end"] = how
        return None

    def turn(self, state: dict[str, Any]) -> Any:
        return {"turn": 7, "nobody": []}.get(state["end"], 0)

    def result(self, state: dict[str, Any]) -> int | None:
        return 5 if state["end"] == "result" else None

    def view(self, state: dict[str, Any], seat: int) -> dict[str, Any]:
        return {"colour": state["nothing"]} if state["end"] == "view" else {"end": state["end"]}


def new(game: type[Game], seats: int = 2, **options: Any) -> Match:
    return Match.new(game, seats=seats, seed=1, options=options, users=[100 + seat for seat in range(seats)])


def test_tictactoe_is_sixteen_lines_whole() -> None:
    source = Path(tictactoe.__file__).read_text()
    assert len([line for line in source.splitlines() if line.strip()]) <= 16


def test_names_and_defaults_follow_from_the_class() -> None:
    assert (Passing.name, Passing.title, Passing.sides) == ("passing", "Passing", ("left", "right"))
    assert (Everything.min_players, Everything.max_players) == (1, 3)
    assert Passing.clock == Clock(seconds=120, increment=5)
    assert catalogue_json.entry(Passing).spectators is True
    assert (ConnectFour.title, ConnectFour.hidden) == (
        "Connect Four",
        False,
    )
    assert Battleship.hidden is True


def test_a_move_belongs_to_the_arguments_it_has() -> None:
    match = new(Everything)
    assert match.play(0, b'{"colour": "red"}') == b'{"colour":"red","bold":false}'
    assert (
        match.play(1, b' {"weight": null, "at": {"y": 2, "x": 0}} ') == b'{"at":{"x":0,"y":2},"weight":null}'
    )
    assert match.play(0, {"words": "hello"}) == b'{"words":"hello"}'
    assert match.state["log"] == [[0, "red", False], [1, 0, 2, None], [0, "hello"]]


def test_moves_with_the_same_arguments_are_told_apart_by_name() -> None:
    match = new(Passing)
    assert match.play(0, b'{"move": "step"}') == b'{"move":"step"}'
    with pytest.raises(InvalidMove):
        match.play(1, b"{}")
    with pytest.raises(InvalidMove):
        match.play(1, b'{"move": "setup"}')
    assert match.legal(1) == [{"move": "skip"}, {"move": "step"}]
    match.play(1, {"move": "skip"})
    match.play(0, {"move": "skip"})
    assert match.result == Outcome(winners=(), draw=True, scores=(0, 0), places=((0, 1),))


@pytest.mark.parametrize(
    ("movement", "field"),
    [
        ({"colour": "green"}, "colour"),
        ({"colour": "red", "bold": 1}, "bold"),
        ({"at": {"x": 3, "y": 0}, "weight": 2}, "at"),
        ({"at": {"x": 0, "y": 1}, "weight": 2}, "at"),
        ({"at": {"x": 0, "y": 0, "z": 0}, "weight": 2}, "at"),
        ({"at": {"x": 0, "y": 0}, "weight": 3}, "weight"),
        ({"words": "too long"}, "words"),
        ({"words": 10**30}, "words"),
        ({"words": None}, "words"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(movement: dict[str, Any], field: str) -> None:
    match = new(Everything)
    for form in (movement, json.dumps(movement).encode()):
        with pytest.raises(InvalidMove) as refusal:
            match.play(0, form)
        assert (refusal.value.status, refusal.value.code) == (422, "invalid_move")
        assert list(refusal.value.details) == [field]


class Auction(Game):
    """Bids are not bounded."""

    def setup(self, random: Random) -> dict[str, Any]:
        return {"bids": []}

    @move
    def bid(self, state: dict[str, Any], seat: int, gold: int, beside: Any = None) -> None:
        state["bids"].append([gold, beside])

    def result(self, state: dict[str, Any]) -> Verdict:
        return None


@pytest.mark.parametrize("gold", [2**63, -(2**63) - 1, 10**400])
def test_an_integer_beyond_64_bits_is_an_invalid_move(gold: int) -> None:
    match = new(Auction)
    for movement in ({"gold": gold}, {"gold": 1, "beside": {"to": [gold]}}):
        for form in (movement, json.dumps(movement).encode()):
            with pytest.raises(InvalidMove):
                match.play(0, form)
    match.play(0, json.dumps({"gold": 2**63 - 1, "beside": "9" * 30}).encode())
    assert match.state["bids"] == [[2**63 - 1, "9" * 30]]


@pytest.mark.parametrize(
    "movement",
    [
        *(b"", b"{", b"[]", b"null", b"7", b"{}", b'{"x": 1}', b'{"colour": "red", "words": "a"}'),
        *(b'{"words": "\xff"}', b'{"words": "\\ud800"}', b"[" * 60_000, b'{"words":' * 9_000),
        *({1: 2}, {"words": "a", 5: 6}),
    ],
)
@pytest.mark.parametrize("game", [Everything, Passing, TicTacToe])
def test_junk_is_an_invalid_move(game: Any, movement: Any) -> None:
    match = new(game)
    before = match.dump()
    with pytest.raises(InvalidMove):
        match.play(0, movement)
    assert match.dump() == before


def test_legal_moves_are_all_that_types_allow_and_rules_take() -> None:
    legal = new(Everything).legal(0)
    paints = [{"colour": colour, "bold": bold} for colour in ("red", "blue") for bold in (False, True)]
    drops: list[dict[str, Any]] = [
        {"at": {"x": x, "y": y}, "weight": w} for x in (0, 2) for y in (0, 2) for w in (2, 4, None)
    ]
    assert sorted(map(str, legal)) == sorted(map(str, [*paints, *drops]))
    assert new(Everything).legal(1) == []


def test_the_schema_describes_every_move() -> None:
    schema = Everything.movements.schema
    assert [variant["title"] for variant in schema["anyOf"]] == ["paint", "drop", "say"]
    assert schema["anyOf"][1]["properties"]["at"] == {"$ref": "#/$defs/Point"}
    assert schema["$defs"]["Point"]["properties"]["y"] == {"enum": [0, 2]}
    assert TicTacToe.movements.schema["properties"] == {
        "cell": {"type": "integer", "minimum": 0, "maximum": 8}
    }
    assert [v["properties"]["move"] for v in Passing.movements.schema["anyOf"]] == [
        {"enum": ["skip"]},
        {"enum": ["step"]},
    ]


def test_seats_take_turns_and_views_say_whose_it_is() -> None:
    match = new(Everything, seats=3)
    for number in range(7):
        assert match.turn == {number % 3}
        assert match.turn_user == match.view(None)["turn"] == 100 + number % 3
        with pytest.raises(NotYourTurn):
            match.play((number + 1) % 3, {"words": ""})
        match.play(number % 3, {"words": ""})
    assert match.view(2)["you"] == {"user_id": 102, "side": "seat_3"}
    assert match.view(None)["you"] is None


def test_after_the_end_nothing_moves() -> None:
    match = new(Passing)
    for seat in (0, 1):
        match.play(seat, {"move": "skip"})
    assert match.turn == frozenset()
    assert match.view(0)["turn"] is None
    assert match.legal(0) == []
    with pytest.raises(GameIsOver):
        match.play(0, {"move": "skip"})


@pytest.mark.parametrize(
    "how", ["raise", "recurse", "return", "set", "object", "attribute", "result", "turn", "nobody"]
)
def test_a_fault_in_the_rules_is_told_from_a_refusal_and_undone(how: str) -> None:
    match = new(Trap)
    before = match.dump()
    with pytest.raises(RulesError, match="trap: spring"):
        match.play(0, {"how": how})
    assert match.dump() == before
    assert (set(match.turn), match.result) == ({0}, None)
    match.play(0, {"how": ""})
    assert match.state["touched"]


def test_a_refusal_carries_the_authors_code_and_is_undone() -> None:
    match = new(Trap)
    before = match.dump()
    with pytest.raises(IllegalMove) as refusal:
        match.play(0, {"how": "refuse"})
    assert (refusal.value.status, refusal.value.code, refusal.value.message) == (409, "no_way", "No way.")
    assert match.dump() == before


def test_a_view_that_fails_is_a_fault_in_the_rules() -> None:
    match = new(Trap)
    match.play(0, {"how": "view"})
    with pytest.raises(RulesError, match="view of seat 0"):
        match.view(0)


def test_a_state_that_json_would_change_is_refused_when_it_begins_and_when_it_is_kept() -> None:
    class Numbered(Passing):
        def setup(self, random: Random) -> dict[str, Any]:
            return {"passes": 0, "steps": 0, "by_number": {1: "one"}}

    with pytest.raises(RulesError, match="text keys"):
        new(Numbered)
    match = new(Passing)
    match.state["steps"] = (1, 2)
    with pytest.raises(RulesError, match="text keys"):
        match.dump()


def test_a_dump_and_a_view_share_nothing_with_the_match() -> None:
    match = new(Everything)
    match.play(0, {"words": "a"})
    match.dump()["state"]["log"].clear()
    match.view(0)["log"].clear()
    assert match.state["log"] == [[0, "a"]]


def test_options_are_checked_and_reach_the_rules() -> None:
    class Countdown(Passing):
        class Options(Record):
            start: Annotated[int, Meta(ge=1, le=9)] = 3

        def setup(self, random: Random) -> dict[str, Any]:
            return {"passes": 0, "steps": self.options.start}

    assert new(Countdown).state["steps"] == 3
    match = new(Countdown, start=9)
    assert Match.load(Countdown, match.dump()).options == match.options
    for wrong in ({"start": 10}, {"start": "3"}, {"stop": 1}):
        with pytest.raises(InvalidOptions):
            new(Countdown, **wrong)
    with pytest.raises(InvalidOptions, match="1 to 3 players"):
        new(Everything, seats=4)


def test_winners_may_be_one_many_or_nobody() -> None:
    class Ends(Passing):
        verdict: Any = None

        def result(self, state: dict[str, Any]) -> Any:
            return self.verdict if state["passes"] else None

    for verdict, outcome in [
        (1, Outcome((1,), False, (0, 1), ((1,), (0,)))),
        ([1, 0, 1], Outcome((0, 1), False, (1, 1), ((0, 1),))),
        ([], Outcome((), False, (0, 0), ((0, 1),))),
        (DRAW, Outcome((), True, (0, 0), ((0, 1),))),
        (Ranking([[1], [0]]), Outcome((1,), False, (0, 1), ((1,), (0,)))),
        (Ranking([[0]]), Outcome((0,), False, (1, 0), ((0,), (1,)))),
        (Ranking([[0, 1]]), Outcome((), True, (0, 0), ((0, 1),))),
    ]:
        Ends.verdict = verdict
        match = new(Ends)
        match.play(0, {"move": "skip"})
        assert match.result == outcome
    for wrong in (True, 2, [0, 5], "won", 1.0, ["0"]):
        Ends.verdict = wrong
        with pytest.raises(RulesError):
            new(Ends).play(0, {"move": "skip"})


def test_scores_that_only_say_who_leads_are_numbers_too() -> None:
    class Ahead(Passing):
        def scores(self, state: dict[str, Any]) -> list[Any]:
            return [state["steps"] > 0, False]

    match = new(Ahead)
    match.play(0, {"move": "step"})
    assert [(type(score), score) for score in match.scores] == [(int, 1), (int, 0)]


def test_a_copy_rolls_its_own_dice() -> None:
    class Dice(Game):
        def setup(self, random: Random) -> Any:
            return {"rolls": []}

        @move
        def roll(self, state: dict[str, Any], seat: int) -> None:
            state["rolls"].append(self.random.randint(1, 1_000_000))

        def result(self, state: dict[str, Any]) -> None:
            return None

    def rolls(match: Match) -> list[int]:
        for number in range(4):
            match.play(number % 2, {})
        return match.state["rolls"]

    match = new(Dice)
    copy, same = match.copy(seed=99), Match.load(Dice, match.dump())
    assert rolls(copy) != rolls(match) == rolls(same) == rolls(new(Dice))


def test_the_generator_is_fair_enough_and_goes_on_from_its_position() -> None:
    from game.author.generator import Generator

    generator = Generator(7)
    assert sum(generator.random() for _ in range(10_000)) == pytest.approx(5_000, rel=0.03)
    assert {generator.randrange(6) for _ in range(200)} == set(range(6))
    other = Generator(7)
    other.position = generator.position
    draws: list[Callable[[Any], Any]] = [
        lambda r: r.random(),
        lambda r: r.gauss(0, 1),
        lambda r: r.getrandbits(200),
        lambda r: r.sample("abc", 2),
    ]
    for draw in draws:
        assert draw(generator) == draw(other)


def define(**body: Any) -> type[Game]:
    whole = {"setup": lambda self, random: {}, "result": lambda self, state: None, **body}
    return type("Broken", (Game,), {name: value for name, value in whole.items() if value is not None})


@move
def fine(self: Any, state: dict[str, Any], seat: int) -> None:
    pass


@move
def untyped(self, state, seat, cell):  # type: ignore[no-untyped-def]  # the mistake
    pass


@move
def unknown_type(self: Any, state: dict[str, Any], seat: int, cell: "Cell") -> None:  # type: ignore[name-defined]  # noqa: F821 - the mistake
    pass


@move
def no_json(self: Any, state: dict[str, Any], seat: int, cell: Random) -> None:
    pass


@move
def too_few(self: Any, state: dict[str, Any]) -> None:
    pass


@move
def named_move(self: Any, state: dict[str, Any], seat: int, move: int) -> None:
    pass


def tick(self: Any, state: dict[str, Any], inputs: dict[Seat, Point], dt: float) -> None:
    pass


def vague_tick(self: Any, state: dict[str, Any], inputs: Any, dt: float) -> None:
    pass


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "no `@move` method"),
        ({"go": fine, "setup": None}, "needs `setup"),
        ({"go": fine, "result": None}, "needs `result"),
        ({"go": untyped}, "say the type of 'cell'"),
        ({"go": unknown_type}, "Cell"),
        ({"go": no_json}, "a type no JSON has"),
        ({"go": too_few}, "must read"),
        ({"go": named_move}, "`move` is taken"),
        ({"go": fine, "players": 0}, "`players`"),
        ({"go": fine, "players": (3, 2)}, "`players`"),
        ({"go": fine, "players": ()}, "`players`"),
        ({"go": fine, "players": (2, 4, 6)}, "`players`"),
        ({"go": fine, "players": range(2, 8, 2)}, "`players`"),
        ({"go": fine, "players": "2"}, "`players`"),
        ({"go": fine, "clock": 60}, "`clock`"),
        ({"go": fine, "players": 3, "sides": ("a", "b")}, "`sides`"),
        ({"go": fine, "players": 3, "grid": Grid(2, 2, "XO")}, "`grid.marks`"),
        ({"go": fine, "secret_moves": ["stay"]}, "`secret_moves`"),
        ({"go": fine, "name": "No Name"}, "snake_case"),
        ({"go": fine, "tick": tick}, "either `tick`"),
        ({"turn": lambda self, state: 0, "tick": tick}, "either `tick`"),
        ({"tick": vague_tick}, "`tick` must read"),
        ({"tick": tick, "secret_moves": ["input"]}, "`secret_moves`"),
        ({"tick": tick, "rate": 50}, "multiple"),
        ({"tick": tick, "rate": 0}, "`rate`"),
        ({"tick": tick, "frame_rate": 0}, "`rate`"),
        ({"go": fine, "Options": dict}, "`Options`"),
        ({"go": fine, "Options": msgspec.defstruct("Options", [("size", int)])}, "default"),
    ],
)
def test_a_mistake_in_a_class_is_told_when_it_is_defined(body: dict[str, Any], message: str) -> None:
    with pytest.raises(GameDefinitionError, match=message):
        define(**body)


def test_a_game_that_shares_rules_can_be_abstract() -> None:
    class Base(Game, abstract=True):
        def setup(self, random: Random) -> Any:
            return {}

        def result(self, state: dict[str, Any]) -> None:
            return None

    class Real(Base):
        go = fine

    assert new(Real).legal(0) == [{}]


def test_two_games_of_one_name_are_refused_and_unknown_ones_not_found() -> None:
    class Pong(Passing):
        pass

    catalogue.discover(["game"])
    with pytest.raises(GameDefinitionError, match="both called 'pong'"):
        catalogue.register(Pong)
    with pytest.raises(UnknownGame) as refusal:
        catalogue.get("croquet")
    assert (refusal.value.status, refusal.value.code) == (404, "unknown_game")
    assert issubclass(UnknownGame, Refusal)


def test_a_tick_that_fails_is_a_fault_in_the_rules() -> None:
    class Stumble(Game):
        def setup(self, random: Random) -> Any:
            return {}

        def tick(self, state: dict[str, Any], inputs: dict[Seat, Point], dt: float) -> None:
            self.require(not inputs, "no")

        def result(self, state: dict[str, Any]) -> None:
            return None

    match = new(Stumble)
    assert match.copy(seed=2).copy(seed=3).dump()["state"] == {}
    match.step({})
    assert match.tick == 1
    with pytest.raises(RulesError, match="tick 1"):
        match.step({0: {"x": 1, "y": 0}})
