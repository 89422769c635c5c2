"""Places: what the rules rank, in results, ratings, rewards and what other apps are told."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from game.author import DRAW, Annotated, Meta, Ranking, Record, catalogue, move, queues
from game.author import Game as Rules
from game.events import GameFinished
from game.models import Game
from game.tests.api.conftest import Person, Table
from realtime import reactions

Four = tuple[Person, Person, Person, Person]
Played = Callable[..., Game]


class Points(Rules, abstract=True):
    """Everybody says a number in turn; the more the better."""

    players: ClassVar[int | tuple[int, int] | range] = (2, 4)
    clock = None

    class Options(Record):
        rounds: int = 1

    def setup(self, random: Any) -> dict[str, Any]:
        return {"said": []}

    @move
    def say(self, state: dict[str, Any], seat: int, points: Annotated[int, Meta(ge=0, le=9)]) -> None:
        state["said"].append(points)

    def result(self, state: dict[str, Any]) -> Any:
        said = state["said"]
        if len(said) < len(self.seats):
            return None
        return Ranking([[seat for seat in self.seats if said[seat] == one] for one in sorted({*said})[::-1]])

    def scores(self, state: dict[str, Any]) -> list[int]:
        return [*state["said"], *[0] * (len(self.seats) - len(state["said"]))]


class Alone(Points):
    """Each for themselves."""


class InPairs(Points):
    """Two teams, across the table."""

    players = 4

    def teams(self) -> list[list[int]]:
        return [[0, 2], [1, 3]]


class Quits(Points):
    """A draw for all, whatever they say."""

    def result(self, state: dict[str, Any]) -> Any:
        return DRAW if len(state["said"]) == len(self.seats) else None


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in (Alone, InPairs, Quits):
        catalogue.register(game)


@pytest.fixture
def four(ada: Person, bob: Person, cyd: Person, person: Callable[[str], Person]) -> Four:
    return ada, bob, cyd, person("dan")


@pytest.fixture
def played(new_game: Callable[..., Game], four: Four) -> Played:
    """``played(rules, 3, 1, 2)`` returns the finished game of a queue in which these points were said."""

    def played(rules: type[Rules], *points: int) -> Game:
        table = Table(new_game(rules.name, *four[: len(points)], queued=True))
        for seat, said in enumerate(points):
            table.move(seat, {"points": said})
        outcome = table.match.result
        table.finish("draw" if outcome.draw else "win", places=outcome.places, teams=table.match.teams)
        return Game.objects.get(pk=table.game.pk)

    return played


def test_places_with_a_tie_move_each_rating_by_its_place(played: Played, four: Four) -> None:
    ada, bob, cyd, dan = (somebody.id for somebody in four)
    result = played(Alone, 5, 9, 0, 5).result
    assert result["places"] == [[bob], [ada, dan], [cyd]]
    assert result["winner_ids"] == [bob]
    after = {change["user_id"]: change["after"] for change in result["ratings"]}
    assert after[bob] > after[ada] == after[dan] > after[cyd]


def test_who_comes_between_is_worth_more_than_who_comes_last(played: Played, four: Four) -> None:
    ada, bob, cyd, dan = (somebody.id for somebody in four)
    gold = {reward["user_id"]: reward["gold"] for reward in played(Alone, 5, 9, 0, 5).result["rewards"]}
    assert gold == {bob: 20, ada: 10, dan: 10, cyd: 5}


def test_a_team_shares_the_place_of_its_best_and_is_rated_as_one(played: Played, four: Four) -> None:
    ada, bob, cyd, dan = (somebody.id for somebody in four)
    result = played(InPairs, 0, 5, 9, 1).result
    assert result["places"] == [[ada, cyd], [bob, dan]]
    assert sorted(result["winner_ids"]) == sorted([ada, cyd])
    after = {change["user_id"]: change["after"] for change in result["ratings"]}
    assert after[ada] == after[cyd] > 1500 > after[bob] == after[dan]


def test_a_draw_is_one_place_for_all(played: Played, four: Four) -> None:
    result = played(Quits, 1, 2, 3).result
    assert result["places"] == [[somebody.id for somebody in four[:3]]]
    assert {change["after"] for change in result["ratings"]} == {1500}


def test_the_result_is_shown_with_its_places(played: Played, four: Four) -> None:
    ada, bob, _, _ = four
    game = played(Alone, 1, 2)
    assert ada.get(f"/api/games/{game.pk}/").json()["result"]["places"] == [[bob.id], [ada.id]]


def test_other_apps_are_told_places_scores_and_options(
    played: Played, four: Four, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[GameFinished] = []
    monkeypatch.setattr(reactions, "_reactions", {GameFinished: [told.append]})
    ada, bob, _, _ = (somebody.id for somebody in four)
    played(Alone, 1, 2)
    (event,) = told
    assert event.places == [[bob], [ada]]
    assert event.scores == {ada: 1, bob: 2}
    assert (event.options, event.reason, event.mode) == ({"rounds": 1}, "win", "")


@pytest.mark.parametrize("reason", ["resign", "timeout", "forfeit"])
def test_nobody_gains_by_a_game_that_one_of_three_left_at_once(
    new_game: Callable[..., Game], four: Four, reason: str
) -> None:
    table = Table(new_game(Alone.name, *four[:3], queued=True))
    table.move(0, {"points": 1})
    table.move(1, {"points": 1})
    table.finish(reason, (0, 1))
    result = Game.objects.get(pk=table.game.pk).result
    assert (result["ratings"], result["rewards"]) == ([], [])


def test_the_queue_of_a_game_with_teams_has_them() -> None:
    queue = queues.find(InPairs.name, "")
    assert queue is not None
    assert (queue.teams, list(queue.accepted_sizes)) == (((0, 2), (1, 3)), [1, 2])


@pytest.mark.parametrize("seats", [1, 5])
def test_seats_outside_the_range_are_refused(ada: Person, seats: int) -> None:
    answer = ada.post("/api/games/", {"game": Alone.name, "seats": seats})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not Game.objects.exists()


def test_a_game_by_link_has_as_many_seats_as_its_creator_says(four: Four) -> None:
    ada, bob, cyd, dan = four
    made = ada.post("/api/games/", {"game": Alone.name, "seats": 3}).json()
    states = [one.post(f"/api/games/{made['id']}/join/").json()["state"] for one in (bob, cyd)]
    assert states == ["created", "waiting_for_players"]
    assert dan.post(f"/api/games/{made['id']}/join/").json()["code"] == "game_full"
