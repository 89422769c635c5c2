"""Queues that an app declares: what they ask, whom they take, and what they match."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal

import pytest

from accounts import services as accounts
from accounts.models import User
from core import personal_data
from game.author import BOT, Annotated, Meta, Queue, Record, catalogue, queues
from game.author.queues import Waiting
from game.author.refusals import GameDefinitionError
from game.games import ConnectFour, TicTacToe
from game.models import Game, Seat
from matchmaking import services
from matchmaking.models import Answers
from matchmaking.tests.conftest import Waiter

pytestmark = pytest.mark.django_db

Declare = Callable[[type[Queue]], type[Queue]]


class Where(Record):
    """Where a player is, and what they want."""

    region: Literal["eu", "us"]
    stake: Annotated[int, Meta(ge=0, le=100)] = 0


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declare a queue for this test."""
    monkeypatch.setattr(queues, "_declared", dict(queues._declared))

    def declare(queue: type[Queue]) -> type[Queue]:
        queues.register(queue)
        return queue

    return declare


@pytest.fixture
def regional(declare: Declare) -> type[Queue]:
    """A queue for tic-tac-toe that asks for a region, and is not rated."""

    @declare
    class Regional(Queue):
        game = TicTacToe
        mode = "regional"
        title = "Tic-tac-toe near you"
        rated = False
        asks = Where

        def fits(self, one: Waiting, other: Waiting) -> bool:
            return one.asks.region == other.asks.region

    return Regional


def test_a_game_with_a_declared_queue_has_only_that(ada: Waiter, regional: type[Queue]) -> None:
    for mode in ("", "blitz", "ranked"):
        answer = ada.join(mode=mode)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_queue")
        assert answer.json()["errors"] == {"mode": ["The modes of this game: regional."]}

    assert ada.join("connect_four").json()["status"] == "queued"


def test_all_queues_are_listed_with_what_they_ask(
    ada: Waiter, regional: type[Queue], django_assert_num_queries: Any
) -> None:
    ada.get("/api/queues/")
    with django_assert_num_queries(0):
        answer = ada.get("/api/queues/")

    listed = {(one["game"], one["mode"]): one for one in answer.json()}
    assert listed["tictactoe", "regional"] == {
        "game": "tictactoe",
        "mode": "regional",
        "title": "Tic-tac-toe near you",
        "rated": False,
        "min_players": 2,
        "max_players": 2,
        "party_sizes": [1, 2],
        "asks": {
            "title": "Where",
            "description": "Where a player is, and what they want.",
            "type": "object",
            "properties": {
                "region": {"enum": ["eu", "us"]},
                "stake": {"type": "integer", "minimum": 0, "maximum": 100, "default": 0},
            },
            "required": ["region"],
            "additionalProperties": False,
        },
        "accept_within": None,
        "options": {},
        "clock": listed["connect_four", ""]["clock"],
    }
    assert ("tictactoe", "") not in listed
    plain = listed["connect_four", ""]
    assert (plain["title"], plain["rated"], plain["asks"]["properties"]) == (ConnectFour.title, True, {})
    modes = {one["name"]: one["modes"] for one in ada.get("/api/games/catalog/").json()}
    assert {game for game, _ in listed} == set(modes)


@pytest.mark.parametrize(
    ("asks", "field"),
    [
        ({}, "region"),
        ({"region": "moon"}, "region"),
        ({"region": None}, "region"),
        ({"region": "eu", "stake": "5"}, "stake"),
        ({"region": "eu", "stake": 101}, "stake"),
        ({"region": "eu", "stake": True}, "stake"),
        ({"region": "eu", "color": "red"}, "color"),
    ],
)
def test_what_does_not_answer_the_questions_is_refused_by_its_name(
    ada: Waiter, regional: type[Queue], asks: dict[str, Any], field: str
) -> None:
    answer = ada.join(mode="regional", **asks)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert list(answer.json()["errors"]) == [field]
    assert ada.status() == {"status": "idle"}


class Letter(Record):
    words: str


def test_answers_that_each_pass_would_have_to_read_are_short(
    ada: Waiter, regional: type[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regional, "asks", Letter)

    answer = ada.join(mode="regional", words="x" * 5000)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert ada.status() == {"status": "idle"}


def test_players_are_matched_by_what_they_answered(
    player: Callable[..., Waiter], ada: Waiter, bob: Waiter, regional: type[Queue]
) -> None:
    eu, us = {"mode": "regional", "region": "eu"}, {"mode": "regional", "region": "us"}
    assert ada.join(**eu).json()["status"] == "queued"
    assert bob.join(**us).json()["status"] == "queued"
    assert services.match_all() == 0

    match = player("cyd").join(**us, stake=7).json()

    assert {seat["username"] for seat in match["players"]} == {"bob", "cyd"}
    assert ada.status()["status"] == "queued"
    assert not Game.objects.get().rated


def test_whoever_goes_back_to_the_queue_has_the_answers_still(
    ada: Waiter, bob: Waiter, cyd: Waiter, regional: type[Queue]
) -> None:
    eu = {"mode": "regional", "region": "eu"}
    ada.join(**eu)
    match = bob.join(**eu).json()
    Seat.objects.update(is_open=False)
    queued_at = Seat.objects.get(user=ada.id).queued_at

    services.cancel_match(
        game_id=match["game_id"],
        queue="tictactoe:regional",
        reason="aborted",
        left=[bob.id],
        stayed={ada.id: queued_at},
    )

    assert ada.status()["status"] == "queued"
    assert cyd.join(mode="regional", region="us").json()["status"] == "queued"
    cyd.leave()
    assert cyd.join(**eu).json()["status"] == "matched"


def test_answers_are_exported_and_erased(ada: Waiter, regional: type[Queue]) -> None:
    ada.join(mode="regional", region="eu")

    exported = dict(personal_data.export(ada.id))["queue_answers"]
    assert exported == {"queue": "tictactoe:regional", "asks": {"region": "eu", "stake": 0}}
    accounts.erase(User.objects.get(pk=ada.id))
    assert not Answers.objects.exists()


def test_tickets_whose_answers_fit_the_questions_no_more_are_passed_over(
    ada: Waiter, bob: Waiter, regional: type[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(Record):
        planet: str

    ada.join(mode="regional", region="eu")
    monkeypatch.setattr(regional, "asks", Elsewhere)
    monkeypatch.setattr(regional, "fits", lambda self, one, other: one.asks.planet == other.asks.planet)

    assert bob.join(mode="regional", planet="earth").json()["status"] == "queued"
    assert services.match_all() == 0


# -- Parties and teams


@pytest.fixture
def doubles(declare: Declare, table: str) -> type[Queue]:
    """Two against two, across the table, for one player or a pair."""

    @declare
    class Doubles(Queue):
        game = catalogue.get(table)
        teams = [[0, 2], [1, 3]]

    return Doubles


def pair(one: Waiter, other: Waiter) -> int:
    party: int = one.party("create").json()["id"]
    assert other.answer(one.invite(other, party_id=party).json(), "accept").status_code == 200
    return party


def test_a_party_plays_in_one_team(
    player: Callable[..., Waiter], ada: Waiter, bob: Waiter, table: str, doubles: type[Queue]
) -> None:
    party = pair(ada, bob)
    for name in ("cyd", "dan"):
        player(name).join(table)

    match = ada.join(table, party_id=party).json()

    assert match["status"] == "matched"
    seats = dict(Seat.objects.values_list("user__username", "number"))
    assert {seats["ada"], seats["bob"]} in ({0, 2}, {1, 3})


def test_teams_are_about_equally_strong(
    player: Callable[..., Waiter], table: str, doubles: type[Queue]
) -> None:
    ratings = {"a": 1590, "b": 1570, "c": 1510, "d": 1500}
    for name, rating in ratings.items():
        player(name, **{table: rating}).join(table)

    seats = dict(Seat.objects.values_list("user__username", "number"))
    assert {seats["a"], seats["d"]} in ({0, 2}, {1, 3})


def test_a_match_of_teams_waits_until_all_seats_are_taken(
    player: Callable[..., Waiter], table: str, doubles: type[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubles, "fewer_after", 0.0)

    assert [player(name).join(table).status_code for name in "abcd"] == [200, 200, 200, 201]


@pytest.mark.parametrize(
    ("sizes", "alone", "together"),
    [([1], 200, "party_too_large"), ([2], "wrong_party_size", 200), ([1, 2], 200, 200)],
)
def test_a_queue_takes_parties_of_its_sizes_only(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    table: str,
    declare: Declare,
    sizes: list[int],
    alone: int | str,
    together: int | str,
) -> None:
    declare(type("Sized", (Queue,), {"game": catalogue.get(table), "party_sizes": sizes}))
    party = pair(ada, bob)

    for answer, expected in ((ada.join(table, party_id=party), together), (cyd.join(table), alone)):
        assert expected in (answer.status_code, answer.json().get("code"))


def test_an_app_s_queues_take_the_place_of_those_that_come_with_a_game(
    ada: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_declared", {})

    class Ladder(Queue):
        game = catalogue.get("chess")
        mode = "ladder"

    module = ModuleType("studio.queues")
    module.Ladder = Ladder  # type: ignore[attr-defined]
    queues.collect(module)
    queues.discover(["game"])

    modes = [one["mode"] for one in ada.get("/api/queues/").json() if one["game"] == "chess"]
    assert modes == ["ladder"]


# -- Bots


def test_bots_take_the_seats_for_which_nobody_has_come_and_the_match_is_not_rated(
    player: Callable[..., Waiter], ada: Waiter, bob: Waiter, declare: Declare, table: str, clock: Any
) -> None:
    declare(type("Filled", (Queue,), {"game": catalogue.get(table), "fill_with": BOT(3), "fill_after": 20.0}))
    ada.join(table)
    clock.shift(19)
    assert services.match_all() == 0
    clock.shift(1)
    assert services.match_all() == 1

    standing = ada.status()
    assert (standing["status"], len(standing["players"])) == ("matched", 4)
    game = ada.get(f"/api/games/{standing['game_id']}/").json()
    assert [one.get("bot_level") for one in game["players"]] == [None, 3, 3, 3]
    assert not game["rated"]

    assert bob.join(table).status_code == 200
    assert player("cyd").join(table).status_code == 200
    clock.shift(10)
    assert services.match_all() == 1
    assert len(bob.status()["players"]) == 2


# -- Options and time controls


def test_a_queue_decides_the_options_and_the_thinking_time_of_its_games(ada: Waiter, bob: Waiter) -> None:
    listed = {(one["game"], one["mode"]): one for one in ada.get("/api/queues/").json()}
    blitz = listed["chess", "blitz"]
    assert blitz["options"] == {"minutes": 3, "increment": 2}
    assert (blitz["clock"]["kind"], blitz["clock"]["seconds"], blitz["clock"]["increment"]) == (
        "clock",
        180,
        2,
    )
    assert listed["chess", ""]["clock"]["seconds"] == 600
    assert listed["pong", ""]["options"] == {"target": 5}
    assert listed["pong", ""]["clock"] is None

    ada.join("chess", mode="blitz")
    match = bob.join("chess", mode="blitz").json()

    game = ada.get(f"/api/games/{match['game_id']}/").json()
    assert (game["mode"], game["options"]) == ("blitz", {"minutes": 3, "increment": 2})


# -- Declarations that cannot be


@pytest.mark.parametrize(
    ("declared", "advice"),
    [
        ({"game": None}, "`game`"),
        ({"mode": "No spaces"}, "`mode`"),
        ({"asks": int}, "`asks`"),
        ({"teams": [[0]]}, "`teams`"),
        ({"teams": [[0], [0]]}, "`teams`"),
        ({"teams": [[0, 1], [2, 3]]}, "`teams`"),
        ({"party_sizes": []}, "`party_sizes`"),
        ({"party_sizes": [3]}, "`party_sizes`"),
        ({"accept_within": 0}, "`accept_within`"),
        ({"accept_within": 1.5}, "`accept_within`"),
        ({"fewer_after": -1}, "`fewer_after`"),
        ({"options": {"target": 5}}, "`options`"),
        ({"fill_with": BOT(4)}, "`fill_with`"),
        ({"fill_with": 2}, "`fill_with`"),
        ({"fill_with": BOT(1), "teams": [[0], [1]]}, "`fill_with`"),
        ({"fill_after": -1}, "`fill_after`"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_with_advice(
    declared: dict[str, Any], advice: str
) -> None:
    with pytest.raises(GameDefinitionError, match=advice):
        type("Wrong", (Queue,), {"game": TicTacToe, **declared})


def test_questions_must_not_be_called_like_fields_that_every_queue_has() -> None:
    class Clash(Record):
        mode: str

    with pytest.raises(GameDefinitionError, match="mode"):
        type("Wrong", (Queue,), {"game": TicTacToe, "asks": Clash})


def test_two_queues_of_one_game_need_different_modes(declare: Declare, regional: type[Queue]) -> None:
    with pytest.raises(GameDefinitionError, match="the same game and mode"):
        declare(type("Another", (Queue,), {"game": TicTacToe, "mode": "regional"}))
