"""The tutorial's code runs as printed, its games play to the end, and its tables are complete."""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from game import bots, catalogue_json
from game.author import Game
from game.author.game import RESERVED
from game.author.match import Match

TUTORIAL = (Path(__file__).parents[2] / "docs" / "write-a-game.md").read_text()


def code() -> dict[str, Any]:
    """All Python blocks run in sequence as one module; their asserts are part of the test."""
    module: dict[str, Any] = {"__name__": "mygames.games"}
    for block in re.finditer(r"^```python\n(.*?)^```", TUTORIAL, re.DOTALL | re.MULTILINE):
        line = TUTORIAL[: block.start(1)].count("\n")
        exec(compile("\n" * line + block[1], "write-a-game.md", "exec"), module)
    return module


@pytest.fixture(scope="module")
def games() -> dict[str, type[Game]]:
    return {
        name: value
        for name, value in code().items()
        if isinstance(value, type) and issubclass(value, Game) and value is not Game
    }


def test_it_builds_the_games_it_promises(games: dict[str, type[Game]]) -> None:
    assert [*games] == [
        *("Nim", "DiceRace", "RockPaperScissors", "ThinkingRockPaperScissors", "ThoughtfulRockPaperScissors"),
        *("TugOfWar", "Moor", "Track"),
        *("Dice", "LongDice", "DiceInPairs", "Meadow"),
        *("BriskNim", "PacedNim", "FastHands", "HotPotato", "ShoutingPotato"),
    ]
    for game in games.values():
        assert catalogue_json.entry(game).move_schema


@pytest.mark.parametrize("seed", range(3))
def test_its_games_end(games: dict[str, type[Game]], seed: int) -> None:
    for game in games.values():
        if game.open:
            continue
        match, random = Match.new(game, seats=game.min_players, seed=seed), Random(seed)
        while match.result is None:
            assert (match.tick if game.real_time else match.moves) < 10_000
            if match.due is not None and random.random() < 0.2 + (not match.turn):
                match.advance(match.due)
            elif game.real_time:
                match.step({seat: bots.choose(match, seat, random, 3 - seat) for seat in (0, 1)})
            else:
                seat = min(match.turn)
                match.play(seat, bots.choose(match, seat, random, 2))
        assert match.result.winners or match.result.draw


def test_its_tables_name_all_that_an_author_can_write() -> None:
    tables = TUTORIAL[TUTORIAL.index(" Reference\n") :]
    first_cells = " ".join(re.findall(r"^\| (`.*?) \|", tables, re.MULTILINE))
    named = set(re.findall(r"`(\w+)", first_cells))
    there = {name for name in (*vars(Game), *Game.__annotations__) if not name.startswith("_")}
    assert named == there - RESERVED
