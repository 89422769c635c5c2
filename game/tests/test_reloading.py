"""Rules that are saved in development apply to new games, and the games from before show what they change."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from game.author import catalogue, reloading
from game.author.match import Match
from game.author.refusals import UnknownGame
from game.tests.conftest import begin

RULES = """
from game.author import Game, move

STEP = 1


class Saved(Game):
    name = "saved_rules"

    def setup(self, random):
        return {"count": 0}

    @move
    def add(self, state, seat):
        state["count"] += STEP

    def result(self, state):
        return [0] if state["count"] >= 10 else None
"""


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """``save(text)``: write the rules of an app that the catalogue watches."""
    app = tmp_path / "saved_app"
    app.mkdir()
    (app / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))

    def write(text: str) -> None:
        (app / "games.py").write_text(text)

    write(RULES)
    catalogue.discover(["saved_app"])
    reloading.watch(["saved_app"])
    yield write
    reloading.stop()
    for name in ("saved_app.games", "saved_app"):
        sys.modules.pop(name, None)


def counted(moves: int) -> int:
    """The count of a new game after so many moves."""
    match = Match.new(catalogue.get("saved_rules"), seats=2, seed=1)
    for _ in range(moves):
        match.play(min(match.turn), {})
    return int(match.state["count"])


def test_saved_rules_apply_to_new_games_and_not_to_running_ones(save: Callable[[str], None]) -> None:
    running = Match.new(catalogue.get("saved_rules"), seats=2, seed=1)
    assert counted(1) == 1
    save(RULES.replace("STEP = 1", "STEP = 2"))
    assert counted(1) == 2
    save(RULES.replace("STEP = 1", "STEP = 3"))
    assert counted(2) == 6
    running.play(0, {})
    assert running.state["count"] == 1


def test_rules_that_cannot_be_loaded_change_nothing_until_they_can(
    save: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    save("class Broken(")
    assert counted(1) == 1
    assert "new games use its rules from before" in caplog.text
    save(RULES.replace('"saved_rules"', '"tictactoe"'))
    assert catalogue.get("tictactoe").title == "Tic-tac-toe"
    save(RULES.replace("STEP = 1", "STEP = 5"))
    assert counted(1) == 5


def test_a_saved_file_may_add_a_game(save: Callable[[str], None]) -> None:
    with pytest.raises(UnknownGame):
        catalogue.get("another")
    save(RULES + "\n\nclass Another(Saved):\n    name = 'another'\n")
    assert catalogue.get("another").title == "Another"


async def test_a_running_game_shows_from_which_move_on_saved_rules_differ(
    save: Callable[[str], None], new_game: Any, ada: Any, bob: Any, development: None
) -> None:
    game = await new_game("saved_rules")
    a, b = await begin(game, ada, bob)
    for number in range(4):
        mover = (a, b)[number % 2]
        await mover.send(type="player_move", movement={})
        await mover.hear("player_move")
    save(RULES.replace("+= STEP", '+= STEP if state["count"] < 2 else 3'))
    told = await watch(str(game.pk))
    assert told["differs"] == "From move 3 on the state differs: state.count was 3, is 5."
    assert told["differs_at"] == 3
    assert [json.loads(frame["state"])["count"] for frame in told["frames"]] == [0, 1, 2, 5, 8]

    refused = 'self.require(state["count"] < 2, "no", "No more.")'
    save(RULES.replace('state["count"] += STEP', f'{refused}\n        state["count"] += STEP'))
    told = await watch(str(game.pk))
    assert told["problem"] == "Move 3 is refused: No more."
    assert told["differs_at"] == 3

    save(RULES + "\n# The same.\n")
    assert (await watch(str(game.pk)))["differs_at"] is None


async def watch(replay: str) -> Any:
    def ask() -> Any:
        question = {"type": "watch", "replay": replay}
        return Client().post("/dev/games/saved_rules/", question, content_type="application/json").json()

    return await sync_to_async(ask)()
