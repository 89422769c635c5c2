"""Games over HTTP whose rules were changed after they were played."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from game.author import DRAW, Annotated, Game, Meta, Verdict, catalogue, move
from game.tests.api.conftest import Person, Table


class Count(Game):
    """Three players take turns to count to three."""

    name = "count"
    players = 3

    def setup(self, random: Random) -> dict[str, int]:
        return {"at": 0}

    @move
    def count(self, state: dict[str, Any], seat: int, to: Annotated[int, Meta(ge=1, le=3)]) -> None:
        self.require(to == state["at"] + 1, "miscounted")
        state["at"] = to

    def result(self, state: dict[str, Any]) -> Verdict:
        return DRAW if state["at"] == 3 else None


class ForTwo(Count):
    """Allows only two players."""

    name = "count"
    players = 2
    sides = ("left", "right")


class Downwards(Count):
    """Counts from three to one."""

    name = "count"

    def setup(self, random: Random) -> dict[str, int]:
        return {"at": 2}


class Blind(Count):
    """Its view fails after the first move."""

    name = "count"

    def view(self, state: dict[str, Any], seat: int) -> dict[str, Any]:
        return {"left": 1 / (1 - state["at"])}


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """``change(rules)`` replaces the game's rules."""

    def change(rules: Any) -> None:
        monkeypatch.setitem(catalogue._games, "count", rules)

    change(Count)
    return change


@pytest.fixture
def counted(change: Callable[[Any], None], new_game: Any, ada: Person, bob: Person, cyd: Person) -> Any:
    """A finished game."""
    table = Table(new_game("count", ada, bob, cyd))
    for seat in range(3):
        table.move(seat, {"to": seat + 1})
    table.finish("draw")
    return table.game


def test_games_of_more_players_than_there_are_seats_now_are_still_shown(
    ada: Person, counted: Any, change: Callable[[Any], None]
) -> None:
    change(ForTwo)

    for path in ("/api/games/", f"/api/games/{counted.pk}/", f"/api/games/{counted.pk}/replay/"):
        assert ada.get(path).status_code == 200
    sides = [player["side"] for player in ada.get(f"/api/games/{counted.pk}/").json()["players"]]
    assert sides == ["left", "right", "seat_3"]


@pytest.mark.parametrize(("rules", "seen"), [(Count, 4), (Downwards, 1), (Blind, 1), (ForTwo, None)])
def test_the_views_of_a_replay_end_where_the_rules_of_now_do(
    ada: Person, counted: Any, change: Callable[[Any], None], rules: Any, seen: int | None
) -> None:
    change(rules)

    answer = ada.get(f"/api/games/{counted.pk}/replay/", {"views": "1"})

    assert answer.status_code == 200
    views = answer.json().get("views")
    assert (views and len(views)) == seen
    assert len(answer.json()["inputs"]) == 3


def test_who_plays_a_game_of_more_players_than_there_are_seats_now_is_told_so(
    ada: Person, bob: Person, cyd: Person, new_game: Any, change: Callable[[Any], None]
) -> None:
    game = new_game("count", ada, bob, cyd, queued=True)
    change(ForTwo)

    standing = cyd.get("/game/status/").json()
    assert (standing["game_id"], standing["side"]) == (str(game.pk), "seat_3")
