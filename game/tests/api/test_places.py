"""Places: what the rules rank, in results, ratings, rewards and what other apps are told."""

import pytest
from django.utils import timezone

from game import selectors, services
from game.author import DRAW, Annotated, Meta, Ranking, Record, catalogue, move
from game.author import Game as Rules
from game.events import GameFinished
from game.models import Game
from game.records import QueuedParty
from game.tests.api.conftest import Table
from realtime import reactions


class Points(Rules, abstract=True):
    """Everybody says a number in turn; the more the better."""

    players = (2, 4)
    clock = None

    class Options(Record):
        rounds: int = 1

    def setup(self, random):
        return {"said": []}

    @move
    def say(self, state, seat, points: Annotated[int, Meta(ge=0, le=9)]):
        state["said"].append(points)

    def result(self, state):
        said = state["said"]
        if len(said) < len(self.seats):
            return None
        return Ranking([[seat for seat in self.seats if said[seat] == one] for one in sorted({*said})[::-1]])

    def scores(self, state):
        return [*state["said"], *[0] * (len(self.seats) - len(state["said"]))]


class Alone(Points):
    """Each for themselves."""


class InPairs(Points):
    """Two teams, across the table."""

    players = 4

    def teams(self):
        return [[0, 2], [1, 3]]


class Quits(Points):
    """A draw for all, whatever they say."""

    def result(self, state):
        return DRAW if len(state["said"]) == len(self.seats) else None


@pytest.fixture(autouse=True)
def offered(monkeypatch):
    """Adds these games to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    for game in (Alone, InPairs, Quits):
        catalogue.register(game)


@pytest.fixture
def four(ada, bob, cyd, person):
    return ada, bob, cyd, person("dan")


@pytest.fixture
def played(new_game, four):
    """``played(rules, 3, 1, 2)`` returns the finished game of a queue in which these points were said."""

    def played(rules, *points):
        table = Table(new_game(rules.name, *four[: len(points)], queued=True))
        for seat, said in enumerate(points):
            table.move(seat, {"points": said})
        outcome = table.match.result
        table.finish("draw" if outcome.draw else "win", places=outcome.places, teams=table.match.teams)
        return Game.objects.get(pk=table.game.pk)

    return played


def test_places_with_a_tie_move_each_rating_by_its_place(played, four):
    ada, bob, cyd, dan = (somebody.id for somebody in four)
    result = played(Alone, 5, 9, 0, 5).result
    assert result["places"] == [[bob], [ada, dan], [cyd]]
    assert result["winner_ids"] == [bob]
    after = {change["user_id"]: change["after"] for change in result["ratings"]}
    assert after[bob] > after[ada] == after[dan] > after[cyd]


def test_who_comes_between_is_worth_more_than_who_comes_last(played, four):
    ada, bob, cyd, dan = (somebody.id for somebody in four)
    gold = {reward["user_id"]: reward["gold"] for reward in played(Alone, 5, 9, 0, 5).result["rewards"]}
    assert gold == {bob: 20, ada: 10, dan: 10, cyd: 5}


def test_a_team_shares_the_place_of_its_best_and_is_rated_as_one(played, four):
    ada, bob, cyd, dan = (somebody.id for somebody in four)
    result = played(InPairs, 0, 5, 9, 1).result
    assert result["places"] == [[ada, cyd], [bob, dan]]
    assert sorted(result["winner_ids"]) == sorted([ada, cyd])
    after = {change["user_id"]: change["after"] for change in result["ratings"]}
    assert after[ada] == after[cyd] > 1500 > after[bob] == after[dan]


def test_a_draw_is_one_place_for_all(played, four):
    result = played(Quits, 1, 2, 3).result
    assert result["places"] == [[somebody.id for somebody in four[:3]]]
    assert {change["after"] for change in result["ratings"]} == {1500}


def test_the_result_is_shown_with_its_places(played, four):
    ada, bob, _, _ = four
    game = played(Alone, 1, 2)
    assert ada.get(f"/api/games/{game.pk}/").json()["result"]["places"] == [[bob.id], [ada.id]]


def test_other_apps_are_told_places_scores_and_options(played, four, monkeypatch):
    told = []
    monkeypatch.setitem(reactions._reactions, GameFinished, [told.append])
    ada, bob, _, _ = (somebody.id for somebody in four)
    played(Alone, 1, 2)
    (event,) = told
    assert event.places == [[bob], [ada]]
    assert event.scores == {ada: 1, bob: 2}
    assert (event.options, event.reason, event.mode) == ({"rounds": 1}, "win", "")


@pytest.mark.parametrize("reason", ["resign", "timeout", "forfeit"])
def test_nobody_gains_by_a_game_that_one_of_three_left_at_once(new_game, four, reason):
    table = Table(new_game(Alone.name, *four[:3], queued=True))
    table.move(0, {"points": 1})
    table.move(1, {"points": 1})
    table.finish(reason, (0, 1))
    result = Game.objects.get(pk=table.game.pk).result
    assert (result["ratings"], result["rewards"]) == ([], [])


def test_a_party_of_the_queue_sits_in_one_team(four):
    entrants = selectors.entrants(InPairs.name, InPairs.name, [somebody.id for somebody in four])
    ada, bob, cyd, dan = (entrants[somebody.id] for somebody in four)
    group = [QueuedParty(players, timezone.now()) for players in ([ada], [bob, cyd], [dan])]
    (made,) = services.create_matches(name=InPairs.name, queue=InPairs.name, groups=[group]).values()
    assert {seat.user_id: seat.number % 2 for seat in made.seats} in (
        {bob.user_id: 0, cyd.user_id: 0, ada.user_id: 1, dan.user_id: 1},
        {bob.user_id: 1, cyd.user_id: 1, ada.user_id: 0, dan.user_id: 0},
    )


@pytest.mark.parametrize("seats", [1, 5])
def test_seats_outside_the_range_are_refused(ada, seats):
    answer = ada.post("/api/games/", {"game": Alone.name, "seats": seats})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_options")
    assert not Game.objects.exists()


def test_a_game_by_link_has_as_many_seats_as_its_creator_says(four):
    ada, bob, cyd, dan = four
    made = ada.post("/api/games/", {"game": Alone.name, "seats": 3}).json()
    states = [one.post(f"/api/games/{made['id']}/join/").json()["state"] for one in (bob, cyd)]
    assert states == ["created", "waiting_for_players"]
    assert dan.post(f"/api/games/{made['id']}/join/").json()["code"] == "game_full"
