"""Games over HTTP: the catalogue, lists, creating and joining."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from core.limit_counts import Limit
from core.limits import Door
from game import api, services
from game.author import catalogue
from game.models import Game, Seat
from game.services import creation
from game.tests.api.conftest import Person, Table

NOBODYS = "00000000-0000-4000-8000-000000000000"
ROUTES = [
    ("get", "/api/games/catalog/"),
    ("get", "/api/games/"),
    ("post", "/api/games/"),
    ("get", f"/api/games/{NOBODYS}/"),
    ("get", f"/api/games/{NOBODYS}/chat/"),
    ("get", f"/api/games/{NOBODYS}/replay/"),
    ("get", f"/api/games/{NOBODYS}/spectators/"),
    ("post", f"/api/games/{NOBODYS}/join/"),
    ("get", "/api/leaderboards/pong/"),
]


def refusal(answer: Any) -> tuple[Any, Any]:
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]


def ids(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    return [game["id"] for game in answer.json()["results"]]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_nothing_is_told(method: str, path: str) -> None:
    assert refusal(getattr(APIClient(), method)(path)) == (401, "not_authenticated")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_method_is_refused(ada: Person, method: str, path: str) -> None:
    assert refusal(ada.client.put(path)) == (405, "method_not_allowed")


# -- The catalogue


def test_the_catalogue_lists_all_games_with_the_form_of_their_moves(ada: Person) -> None:
    answer = ada.get("/api/games/catalog/")

    assert answer["Content-Type"] == "application/json"
    games = {game["name"]: game for game in answer.json()}
    assert {"tictactoe", "connect_four", "draughts", "chess", "hearts", "battleship", "pong"} <= games.keys()
    assert games["pong"]["kind"] == "real_time"
    assert games["tictactoe"]["kind"] == "turn_based"
    assert games["tictactoe"]["title"] == "Tic-tac-toe"
    assert (games["battleship"]["min_players"], games["battleship"]["max_players"]) == (2, 2)
    assert games["connect_four"]["move_schema"]["properties"]["column"]["maximum"] == 6


def test_the_catalogue_costs_no_query(ada: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ada.get("/api/games/catalog/")

    with django_assert_num_queries(0):
        ada.get("/api/games/catalog")


# -- Creating


def test_a_game_with_a_free_seat_is_made_and_joined(ada: Person, bob: Person) -> None:
    made = ada.post("/api/games/", {"game": "tictactoe"})

    assert made.status_code == 201
    game = made.json()
    assert game == game | {
        "game_id": game["id"],
        "game": "tictactoe",
        "title": "Tic-tac-toe",
        "mode": "",
        "state": "created",
        "private": False,
        "rated": False,
        "finished_at": None,
        "result": None,
        "ws_url": f"/ws/game/{game['id']}/",
        "spectators": True,
        "side": "left",
    }
    assert game["players"] == [
        {"id": ada.id, "username": "ada", "side": "left", "rating": 1500, "score": None}
    ]
    assert game["created_at"].endswith("Z")

    joined = bob.post(f"/api/games/{game['id']}/join/")

    assert joined.status_code == 200
    assert joined.json()["side"] == "right"
    assert joined.json()["state"] == "waiting_for_players"
    assert [player["username"] for player in joined.json()["players"]] == ["ada", "bob"]
    assert bob.post(f"/api/games/{game['id']}/join").json() == joined.json()


@pytest.mark.parametrize("body", [{"chairs": 8}, {"region": "eu", "target": 3}])
def test_a_field_that_is_no_option_of_the_game_is_refused_by_its_name(
    ada: Person, body: dict[str, Any]
) -> None:
    answer = ada.post("/api/games/", {"game": "tictactoe", **body})

    assert refusal(answer) == (422, "invalid")
    assert answer.json()["errors"].keys() == body.keys()
    assert not Game.objects.exists()


def test_an_option_of_the_game_may_stand_beside_its_name(ada: Person) -> None:
    assert ada.post("/api/games/", {"game": "pong", "target": 3}).json()["options"] == {"target": 3}


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_bot_sits_down_at_once_and_the_game_is_not_rated(ada: Person, level: int) -> None:
    game = ada.post("/api/games/", {"game": "connect_four", "opponent": "bot", "level": level}).json()

    assert (game["state"], game["rated"], game["side"]) == ("waiting_for_players", False, "left")
    assert [player.get("bot_level") for player in game["players"]] == [None, level]
    assert get_user_model().objects.get(pk=game["players"][1]["id"]).is_bot


def test_bots_take_all_other_seats_of_a_game_for_more(ada: Person) -> None:
    game = ada.post("/api/games/", {"game": "hearts", "opponent": "bot", "level": 2}).json()

    assert game["state"] == "waiting_for_players"
    assert [player.get("bot_level") for player in game["players"]] == [None, 2, 2, 2]
    assert [player["username"] for player in game["players"]][1:] == [
        "Medium bot",
        "Medium bot 2",
        "Medium bot 3",
    ]


def test_bots_take_some_seats_and_people_join_the_others(ada: Person, bob: Person, cyd: Person) -> None:
    game = ada.post("/api/games/", {"game": "hearts", "bots": [1, 1]}).json()
    assert game["state"] == "created"
    assert [player.get("bot_level") for player in game["players"]] == [None, 1, 1]

    assert bob.post(f"/api/games/{game['id']}/join/").json()["state"] == "waiting_for_players"
    assert refusal(cyd.post(f"/api/games/{game['id']}/join/")) == (409, "game_full")


@pytest.mark.parametrize("more", [{"bots": [1] * 4}, {"bots": [4]}, {"bots": [2], "opponent": "bot"}])
def test_bots_without_a_seat_or_level_are_refused(ada: Person, more: dict[str, Any]) -> None:
    answer = ada.post("/api/games/", {"game": "hearts", **more})
    assert refusal(answer) == (422, "invalid")
    assert all(field.startswith("bots") for field in answer.json()["errors"])
    assert not Game.objects.exists()


def test_nobody_can_register_the_name_of_a_bot(ada: Person) -> None:
    for name in creation.BOT_NAMES.values():
        assert APIClient().post("/api/auth/guest", {"username": name}).status_code == 422


def test_a_private_game_against_a_bot_is_watched_by_nobody(ada: Person, cyd: Person) -> None:
    game = ada.post("/api/games/", {"game": "pong", "opponent": "bot", "private": True}).json()

    assert (game["private"], game["spectators"]) == (True, False)
    assert refusal(cyd.get(f"/api/games/{game['id']}")) == (404, "unknown_match")


@pytest.mark.parametrize("body", [{"target": 3}, {"options": {"target": 3}}])
def test_options_are_given_beside_the_game_or_by_themselves(ada: Person, body: dict[str, Any]) -> None:
    game = ada.post("/api/games/", {"game": "pong", **body}).json()

    assert game["options"] == {"target": 3}


def test_options_left_out_are_stored_as_their_defaults(ada: Person) -> None:
    game = ada.post("/api/games/", {"game": "pong"}).json()

    assert Game.objects.get(pk=game["id"]).options == {"target": 5}


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, (422, "invalid")),
        ({"game": ""}, (422, "invalid")),
        ({"game": 5}, (422, "invalid")),
        ({"game": ["pong"]}, (422, "invalid")),
        ({"game": "x" * 41}, (422, "invalid")),
        ({"game": "go"}, (404, "unknown_game")),
        ({"game": "pong", "opponent": "bob"}, (422, "invalid")),
        ({"game": "pong", "opponent": ["bot"]}, (422, "invalid")),
        ({"game": "pong", "opponent": None}, (422, "invalid")),
        ({"game": "pong", "opponent": "bot", "level": 0}, (422, "invalid")),
        ({"game": "pong", "opponent": "bot", "level": 4}, (422, "invalid")),
        ({"game": "pong", "opponent": "bot", "level": "2"}, (422, "invalid")),
        ({"game": "pong", "opponent": "bot", "level": True}, (422, "invalid")),
        ({"game": "pong", "private": "yes"}, (422, "invalid")),
        ({"game": "pong", "private": None}, (422, "invalid")),
        ({"game": "pong", "options": []}, (422, "invalid")),
        ({"game": "pong", "options": {"target": 0}}, (422, "invalid_options")),
        ({"game": "pong", "options": {"target": "5"}}, (422, "invalid_options")),
        ({"game": "pong", "options": {"goal": 5}}, (422, "invalid_options")),
        ({"game": "pong", "target": 22}, (422, "invalid_options")),
        ({"game": "tictactoe", "options": {"target": 5}}, (422, "invalid_options")),
        ({"game": "tictactoe", "opponent": "bot", "options": {"x": {}}}, (422, "invalid_options")),
    ],
)
def test_what_is_no_game_is_refused_and_not_made(
    ada: Person, body: dict[str, Any], refused: tuple[Any, ...]
) -> None:
    assert refusal(ada.post("/api/games/", body)) == refused
    assert not Game.objects.exists()
    assert not Seat.objects.exists()


def test_a_game_asked_for_twice_with_one_key_is_made_once(ada: Person) -> None:
    body = {"game": "pong", "target": 3}
    first = ada.post("/api/games/", body, **{"Idempotency-Key": "k"})
    again = ada.post("/api/games", body, **{"Idempotency-Key": "k"})

    assert first.content == again.content
    assert Game.objects.count() == 1
    other = ada.post("/api/games/", {"game": "pong", "target": 4}, **{"Idempotency-Key": "k"})
    assert refusal(other) == (409, "idempotency_key_reused")


def test_who_has_many_unfinished_games_makes_no_more(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creation, "MAX_UNFINISHED", 2)
    made = ada.post("/api/games/", {"game": "pong"}).json()
    assert ada.post("/api/games/", {"game": "pong", "opponent": "bot"}).status_code == 201

    for body in ({"game": "pong"}, {"game": "pong", "opponent": "bot"}):
        assert refusal(ada.post("/api/games/", body)) == (409, "too_many_games")
    assert bob.post("/api/games/", {"game": "pong"}).status_code == 201
    Game.objects.filter(pk=made["id"]).update(state=Game.State.ABANDONED)
    assert ada.post("/api/games/", {"game": "pong"}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_games_made_at_the_same_moment_are_all_counted(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "MAX_UNFINISHED", 3)
    barrier = threading.Barrier(8)

    def make(_: Any) -> int:
        try:
            barrier.wait(timeout=30)
            return ada.client.post("/api/games/", {"game": "pong"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(make, range(8)))

    assert sorted(answers) == [201] * 3 + [409] * 5
    assert Game.objects.count() == 3


# -- Joining


def test_a_full_game_is_joined_by_nobody_else(
    ada: Person, bob: Person, cyd: Person, new_game: Callable[..., Game]
) -> None:
    game = new_game()

    assert refusal(cyd.post(f"/api/games/{game.pk}/join/")) == (409, "game_full")
    assert bob.post(f"/api/games/{game.pk}/join/").json()["side"] == "right"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_last_seat_at_the_same_moment_one_has_it(
    ada: Person, bob: Person, cyd: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    made = ada.post("/api/games/", {"game": "tictactoe"}).json()

    calls = [partial(who.post, f"/api/games/{made['id']}/join/") for who in (bob, cyd)]
    answers = at_once(calls * 4)

    assert Counter(answer.status_code for answer in answers) == {200: 4, 409: 4}


@pytest.mark.parametrize("game_id", [NOBODYS, "x", "1", "%00", "é", "0" * 300])
@pytest.mark.parametrize("rest", ["", "/join", "/replay"])
def test_an_unknown_game_is_not_found(ada: Person, game_id: str, rest: str) -> None:
    ask = ada.post if rest == "/join" else ada.get

    assert ask(f"/api/games/{game_id}{rest}").status_code in (400, 404)


def test_an_abandoned_game_is_joined_by_nobody(ada: Person, bob: Person) -> None:
    made = ada.post("/api/games/", {"game": "pong"}).json()
    Game.objects.filter(pk=made["id"]).update(state=Game.State.ABANDONED)

    assert refusal(bob.post(f"/api/games/{made['id']}/join/")) == (409, "game_full")


# -- Lists and details


def test_a_private_game_is_shown_to_its_players_and_while_a_seat_is_free_to_who_has_its_link(
    ada: Person, bob: Person, cyd: Person
) -> None:
    made = ada.post("/api/games/", {"game": "tictactoe", "private": True}).json()
    path = f"/api/games/{made['id']}/"

    assert ids(bob.get("/api/games/")) == []
    assert bob.get(path).json()["players"][0]["username"] == "ada"
    assert bob.post(path + "join").status_code == 200
    for player in (ada, bob):
        assert ids(player.get("/api/games/")) == ids(player.get("/api/games/", {"mine": 1})) == [made["id"]]
        assert player.get(path).json()["rated"] is False
    assert ids(cyd.get("/api/games/")) == []
    assert refusal(cyd.get(path)) == (404, "unknown_match")
    assert refusal(cyd.get(path + "replay")) == (404, "unknown_match")


def test_the_link_of_a_game_says_who_invites_while_a_seat_is_free_and_nothing_else(
    ada: Person, bob: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = ada.post("/api/games/", {"game": "tictactoe", "private": True}).json()
    path = f"/api/games/{made['id']}/invitation/"
    stranger = APIClient()

    with django_assert_num_queries(1):
        invitation = stranger.get(path)
    assert invitation.json() == {"game": "tictactoe", "title": "Tic-tac-toe", "host": "ada"}
    assert bob.post(f"/api/games/{made['id']}/join/").status_code == 200
    assert refusal(stranger.get(path)) == (404, "unknown_match")
    assert refusal(stranger.get(f"/api/games/{NOBODYS}/invitation/")) == (404, "unknown_match")


def test_who_asks_for_invitations_is_limited_by_address(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.Invitation, "door", Door("invitation", Limit(3, 1000)))
    path = f"/api/games/{NOBODYS}/invitation"
    near, far = APIClient(REMOTE_ADDR="203.0.113.9"), APIClient(REMOTE_ADDR="203.0.113.10")

    assert [near.get(path).status_code for _ in range(5)] == [404] * 3 + [429] * 2
    assert far.get(path).status_code == 404


def test_what_was_said_in_a_game_is_read_by_those_who_may_watch_it(
    ada: Person, bob: Person, cyd: Person, new_game: Callable[..., Game]
) -> None:
    table = Table(new_game("tictactoe"))
    for number in range(api.CHAT_SHOWN + 1):
        table.write("chat", number % 2, json.dumps({"message": f"said {number}"}))
    path = f"/api/games/{table.game.pk}/chat/"

    for person in (ada, bob, cyd):
        said = person.get(path).json()
        assert len(said) == api.CHAT_SHOWN
        assert said[0]["message"] == "said 1"
        assert said[-1]["message"] == f"said {api.CHAT_SHOWN}"
        assert said[-1]["username"] == "ada"
        assert said[-1]["seq"] - said[0]["seq"] == api.CHAT_SHOWN - 1
    Game.objects.filter(pk=table.game.pk).update(private=True, state=Game.State.CREATED)
    assert refusal(cyd.get(path)) == (403, "no_spectators")
    Game.objects.filter(pk=table.game.pk).update(state=Game.State.FINISHED)
    assert refusal(cyd.get(path)) == (404, "unknown_match")
    assert ada.get(path).status_code == 200


def test_a_list_is_narrowed_by_state_game_and_whose(
    ada: Person, bob: Person, cyd: Person, new_game: Callable[..., Game]
) -> None:
    one = new_game("pong")
    two = new_game("tictactoe", bob, cyd)
    three = new_game("tictactoe")
    services.store_states({two.pk: "active"})

    def listed(**query: Any) -> list[int]:
        numbers = {str(game.pk): number for number, game in enumerate((one, two, three), start=1)}
        return [numbers[game_id] for game_id in ids(ada.get("/api/games/", query))]

    assert listed() == listed(state="", game="", mine="") == listed(mine="0") == [3, 2, 1]
    assert listed(mine="1") == [3, 1]
    assert listed(mine="true", game="pong") == [1]
    assert listed(game="tictactoe") == [3, 2]
    assert listed(state="active") == [2]
    assert listed(state="active", mine="1") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "running"),
        ("state", "queue"),
        ("game", "go"),
        ("game", "x" * 41),
        ("mine", "2"),
        ("mine", "me"),
        ("limit", "0"),
        ("cursor", "x"),
    ],
)
def test_a_list_that_there_is_not_is_refused(ada: Person, name: str, value: str) -> None:
    answer = ada.get("/api/games/", {name: value})

    assert refusal(answer) == (422, "invalid")
    assert list(answer.json()["errors"]) == [name]


def test_a_long_list_comes_in_pages_newest_first(ada: Person, new_game: Callable[..., Game]) -> None:
    made = [str(new_game().pk) for _ in range(5)]

    page = ada.get("/api/games/", {"limit": 2, "mine": 1}).json()
    listed = [game["id"] for game in page["results"]]
    while page["next"]:
        page = ada.get(page["next"]).json()
        listed += [game["id"] for game in page["results"]]

    assert listed == made[::-1]


def test_a_list_takes_the_same_few_queries_however_long_it_is(
    ada: Person, new_game: Callable[..., Game], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    new_game()
    ada.get("/api/games/")
    for query in ({}, {"mine": 1}, {"state": "waiting_for_players", "game": "tictactoe"}):
        with django_assert_num_queries(2):
            ada.get("/api/games/", query)
    for _ in range(10):
        new_game()
    for query in ({}, {"mine": 1}):
        with django_assert_num_queries(2):
            assert len(ids(ada.get("/api/games/", query))) == 11
    game = new_game()
    with django_assert_num_queries(2):
        ada.get(f"/api/games/{game.pk}/")


def test_making_and_joining_take_few_queries(
    ada: Person, bob: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    bob.get("/api/games/")
    with django_assert_max_num_queries(16):
        made = ada.post("/api/games/", {"game": "tictactoe"}).json()
    with django_assert_max_num_queries(16):
        bob.post(f"/api/games/{made['id']}/join/")


def test_a_finished_game_shows_how_it_ended(ada: Person, bob: Person, new_game: Callable[..., Game]) -> None:
    game = new_game(queued=True)
    table = Table(game)
    for seat, cell in ((0, 0), (1, 3), (0, 1), (1, 4), (0, 2)):
        table.move(seat, {"cell": cell})
    table.finish()

    shown = ada.get(f"/api/games/{game.pk}/").json()

    assert shown["state"] == "finished"
    assert shown["finished_at"].endswith("Z")
    assert shown["result"].keys() == {"winner_ids", "reason", "scores", "ratings", "rewards", "places"}
    assert (shown["result"]["winner_ids"], shown["result"]["reason"]) == ([ada.id], "win")
    assert shown["result"]["scores"] == {str(ada.id): 1, str(bob.id): 0}
    after = [change["after"] for change in shown["result"]["ratings"]]
    assert [player["rating"] for player in shown["players"]] == after
    assert [player["score"] for player in shown["players"]] == [1, 0]


def test_a_game_whose_rules_are_gone_is_left_out(
    ada: Person, new_game: Callable[..., Game], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = new_game("pong"), new_game("tictactoe")
    monkeypatch.delitem(catalogue._games, "pong")

    assert ids(ada.get("/api/games/")) == [str(kept.pk)]
    assert refusal(ada.get(f"/api/games/{gone.pk}/")) == (404, "unknown_game")
    assert refusal(ada.get(f"/api/games/{gone.pk}/replay/")) == (404, "unknown_game")
