"""Games that tell the player to move what is legal, and views that are declared."""

import json
from collections.abc import Iterable
from random import Random
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from game import bots, catalogue_json, client_types
from game.author import Annotated, Game, GameDefinitionError, Meta, Record, Seat, State, catalogue, move
from game.author.match import Match
from game.author.results import Verdict
from game.games import TicTacToe
from game.tests.conftest import begin
from realtime.catalogue import python


class Countdown(Game):
    """Take one or two stones of three.

    Who takes the last one wins.
    """

    name = "countdown_told"
    tells_legal = True

    class View(Record):
        """The things on the table."""

        stones: int

    class Options(Record):
        stones: Annotated[int, Meta(ge=1, le=9)] = 3

    def setup(self, random: Any) -> State:
        return {"stones": self.options.stones, "last": None}

    @move
    def take(self, state: State, seat: Seat, stones: Literal[1, 2]) -> None:
        self.require(stones <= state["stones"], "too_many")
        state["stones"] -= stones
        state["last"] = seat

    def result(self, state: State) -> Verdict:
        return None if state["stones"] else state["last"]

    def view(self, state: State, seat: Seat | None) -> View:
        return self.View(stones=state["stones"])


def frames_of(match: Match) -> list[dict[str, Any]]:
    """The frames of both seats and of spectators."""
    shared, ends = match.frames(b'{"view":')
    return [json.loads(shared + end) for end in ends]


def test_only_who_is_to_move_is_told_what_is_legal() -> None:
    match = Match.new(Countdown, seats=2, seed=1)
    first, second, spectator = frames_of(match)
    assert first["legal"] == [{"stones": 1}, {"stones": 2}]
    assert "legal" not in second
    assert "legal" not in spectator
    match.play(0, {"stones": 2})
    first, second, spectator = frames_of(match)
    assert second["legal"] == [{"stones": 1}]
    assert "legal" not in first
    match.play(1, {"stones": 1})
    assert all("legal" not in frame for frame in frames_of(match))


def test_an_author_s_own_list_is_told_as_it_is() -> None:
    class Listed(Countdown):
        name = "countdown_listed"

        def legal(self, state: State, seat: Seat) -> Iterable[dict[str, Any]]:
            return [{"stones": 1}]

    assert frames_of(Match.new(Listed, seats=2, seed=1))[0]["legal"] == [{"stones": 1}]


def test_other_games_tell_nothing() -> None:
    assert all("legal" not in frame for frame in frames_of(Match.new(TicTacToe, seats=2, seed=1)))


def test_a_declared_view_is_shown_and_its_schema_stands_in_the_catalogue() -> None:
    match = Match.new(Countdown, seats=2, seed=1)
    assert match.view(0) == {"stones": 3, "turn": 0, "you": {"user_id": 0, "side": "left"}}
    entry = catalogue_json.entry(Countdown)
    assert entry.view_schema
    assert entry.view_schema["properties"].keys() == {"stones", "turn", "you"}
    assert entry.options["properties"]["stones"]["maximum"] == 9
    assert entry.description.startswith("Take one or two stones of three.\n\nWho")
    assert entry.sides == ["left", "right"]
    assert entry.clock == {"kind": "clock", "seconds": 120, "increment": 5, "byo_yomi": 0, "periods": 0}
    assert entry.bots == [1, 2, 3]


@pytest.mark.parametrize("name", [game.name for game in catalogue.all()])
def test_views_are_as_the_schema_and_the_generated_types_say(name: str) -> None:
    game = catalogue.get(name)
    generated: dict[str, Any] = {}
    schema = catalogue_json.entry(game).view_schema
    assert schema is not None
    source = python.namespaces("games", client_types.namespaces(), "")
    exec(source, generated)
    fields = generated[f"{game.__name__}View"].__annotations__.keys()
    match, random = Match.new(game, seats=game.min_players, seed=5), Random(5)
    for seat in sorted(match.game.empty):
        match.join(seat)
    for _ in range(60):
        for seat in (*match.game.seats, None):
            view = match.view(seat)
            assert view.keys() == fields
            Draft202012Validator(schema).validate(view)
        if match.game.real_time:
            match.step({0: bots.choose(match, 0, random, 1) or []})
        elif match.turn:
            mover = min(match.turn)
            match.play(mover, bots.choose(match, mover, random, 1) or {})


def test_names_of_the_platform_are_refused() -> None:
    with pytest.raises(GameDefinitionError, match="the platform uses the name `moves`"):
        type("Taken", (Countdown,), {"name": "taken", "moves": lambda self: None})
    helpers = type("Helpers", (), {"movements": lambda self: None})
    with pytest.raises(GameDefinitionError, match="the platform uses the name `movements`"):
        type("Taken", (helpers, Countdown), {"name": "taken"})

    @move
    def scores(self: Game, state: State, seat: Seat, points: int) -> None:
        state["stones"] = points

    with pytest.raises(GameDefinitionError, match="`scores` has a meaning of its own"):
        type("Taken", (Countdown,), {"name": "taken", "scores": scores})


async def test_sockets_are_told_with_the_state_and_with_each_move(
    new_game: Any, ada: Any, bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TicTacToe, "tells_legal", True)
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"cell": 4})
    assert "legal" not in await a.hear("player_move")
    free = [{"cell": cell} for cell in range(9) if cell != 4]
    assert (await b.hear("player_move"))["legal"] == free
    again = await bob.enter(game.pk)
    assert (await again.hear("game_state"))["legal"] == free
    watching = await ada.enter(game.pk)
    assert "legal" not in await watching.hear("game_state")
