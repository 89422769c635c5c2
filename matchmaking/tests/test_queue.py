"""The queue through the API: join, wait, match, leave."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import bans
from accounts import services as accounts
from accounts.models import User
from core import personal_data
from game.author import catalogue
from game.games import TicTacToe
from game.models import Game, Rating, Seat
from game.ratings import Strength, after_match
from matchmaking import services
from matchmaking.models import Member, Queue, Ticket
from matchmaking.tests.conftest import Waiter, sign_in

pytestmark = pytest.mark.django_db


def test_who_joins_an_empty_queue_waits_in_the_first_place(ada: Waiter) -> None:
    answer = ada.join()

    assert answer.status_code == 200
    place = {"status": "queued", "game": "tictactoe", "mode": "", "position": 1, "queue_size": 1}
    assert answer.json() == {**place, "waited_s": pytest.approx(0, abs=60)}
    assert ada.status() == {**place, "waited_s": pytest.approx(0, abs=60)}


def test_without_a_name_the_game_is_pong(ada: Waiter) -> None:
    assert ada.client.post("/game/join/").json()["game"] == "pong"


def test_two_who_join_are_matched_and_both_are_told_the_same(ada: Waiter, bob: Waiter) -> None:
    ada.join()
    answer = bob.join()

    assert answer.status_code == 201
    match = answer.json()
    assert match["status"] == "matched"
    assert match["game"] == "tictactoe"
    assert match["ws_url"] == f"/ws/game/{match['game_id']}/"
    assert {(player["id"], player["username"], player["rating"]) for player in match["players"]} == {
        (ada.id, "ada", 1500),
        (bob.id, "bob", 1500),
    }
    sides = {player["id"]: player["side"] for player in match["players"]}
    assert set(sides.values()) == {"left", "right"}
    assert match["side"] == sides[bob.id]
    assert ada.status() == {**match, "side": sides[ada.id]}
    assert Ticket.objects.count() == Member.objects.count() == 0
    game = Game.objects.get()
    assert game.rated
    assert game.state == Game.State.WAITING_FOR_PLAYERS


def test_the_options_of_a_match_are_stored_as_their_defaults(ada: Waiter, bob: Waiter) -> None:
    ada.join(game="pong")
    bob.join(game="pong")

    assert Game.objects.get().options == {"target": 5}


def test_joining_again_gives_the_same_place_and_then_the_same_match(ada: Waiter, bob: Waiter) -> None:
    assert ada.join().json()["position"] == 1
    again = ada.join()
    assert (again.status_code, again.json()["position"], again.json()["queue_size"]) == (200, 1, 1)
    match = bob.join().json()

    again = ada.join()

    assert (again.status_code, again.json()["game_id"]) == (201, match["game_id"])
    assert Game.objects.count() == 1


def test_when_the_match_is_over_joining_queues_anew(ada: Waiter, bob: Waiter) -> None:
    ada.join()
    bob.join()
    Seat.objects.update(is_open=False)

    assert ada.status() == {"status": "idle"}
    assert ada.join().json()["status"] == "queued"


def test_who_queues_for_a_game_that_one_plays_has_it_at_once_and_it_is_not_rated(
    ada: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Patience(TicTacToe):
        players = 1

    monkeypatch.setitem(catalogue._games, Patience.name, Patience)

    assert ada.join(Patience.name).json()["status"] == "matched"
    assert not Game.objects.get().rated


def test_queues_of_other_games_and_modes_do_not_mix(ada: Waiter, bob: Waiter, cyd: Waiter) -> None:
    assert ada.join("tictactoe").json()["status"] == "queued"
    assert bob.join("connect_four").json()["status"] == "queued"
    blitz = cyd.join("tictactoe", mode="blitz").json()

    assert (blitz["status"], blitz["mode"], blitz["position"], blitz["queue_size"]) == (
        "queued",
        "blitz",
        1,
        1,
    )


def test_the_match_is_of_the_mode_that_was_joined(ada: Waiter, bob: Waiter) -> None:
    ada.join(mode="blitz")

    assert bob.join(mode="blitz").json()["mode"] == "blitz"
    assert Game.objects.get().mode == "blitz"


def test_nobody_waits_in_two_queues(ada: Waiter) -> None:
    ada.join("tictactoe")

    answer = ada.join("pong")

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_queued"
    assert answer.json()["details"] == {"game": "tictactoe", "mode": ""}
    assert ada.status()["game"] == "tictactoe"


def test_an_unfinished_match_does_not_keep_from_other_queues(ada: Waiter, bob: Waiter) -> None:
    ada.join("tictactoe")
    bob.join("tictactoe")

    assert ada.join("pong").json()["status"] == "queued"
    assert ada.status()["game"] == "pong"
    assert bob.status()["status"] == "matched"


def test_those_of_whom_one_blocks_the_other_are_not_matched(ada: Waiter, bob: Waiter, cyd: Waiter) -> None:
    ada.join()
    ada.post(f"/api/friends/{bob.id}/block/")

    assert bob.join().json()["status"] == "queued"
    services.match_all()
    assert bob.status()["status"] == "queued"
    assert cyd.join().json()["status"] == "matched"


def test_who_leaves_is_out_and_not_matched(ada: Waiter, bob: Waiter) -> None:
    ada.join()

    assert ada.leave().json() == {"status": "left"}
    assert ada.leave().json() == {"status": "not_queued"}
    assert ada.status() == {"status": "idle"}
    assert bob.join().json()["status"] == "queued"


def test_leaving_a_match_is_not_for_the_queue(ada: Waiter, bob: Waiter) -> None:
    ada.join()
    bob.join()

    assert ada.leave().json() == {"status": "not_queued"}
    assert ada.status()["status"] == "matched"


def test_places_close_up_when_somebody_leaves(player: Callable[..., Waiter]) -> None:
    far_apart = [player(f"p{number}", tictactoe=500 * number) for number in range(1, 5)]
    assert [waiter.join().json()["position"] for waiter in far_apart] == [1, 2, 3, 4]

    far_apart[1].leave()

    standings = [waiter.status() for waiter in far_apart]
    assert [standing.get("position") for standing in standings] == [1, None, 2, 3]
    assert standings[0]["queue_size"] == 3


def test_far_apart_players_wait_until_the_window_is_wide_enough(
    player: Callable[..., Waiter], clock: Any
) -> None:
    low, high = player("low", tictactoe=1400), player("high", tictactoe=1700)
    low.join()
    assert high.join().json()["status"] == "queued"

    clock.shift(7.9)
    assert services.match_all() == 0
    assert low.status()["waited_s"] == 7.9

    clock.shift(0.1)
    assert services.match_all() == 1
    assert low.status()["game_id"] == high.status()["game_id"]


def test_after_half_a_minute_anybody_will_do(player: Callable[..., Waiter], clock: Any) -> None:
    low, high = player("low", tictactoe=100), player("high", tictactoe=3000)
    low.join()
    clock.shift(30)

    assert high.join().status_code == 201


def test_the_nearest_of_those_who_wait_is_chosen(player: Callable[..., Waiter], clock: Any) -> None:
    low, high = player("low", tictactoe=1000), player("high", tictactoe=1900)
    low.join()
    clock.shift(20)
    high.join()

    match = player("between", tictactoe=1850).join().json()

    assert {seat["username"] for seat in match["players"]} == {"high", "between"}
    assert low.status()["status"] == "queued"


def test_ratings_of_other_games_do_not_count(player: Callable[..., Waiter]) -> None:
    player("ada", tictactoe=1500, pong=100).join()

    assert player("bob", tictactoe=1520, pong=2900).join().status_code == 201


def test_a_table_fills_up_before_it_starts_and_starts_with_fewer_after_a_while(
    player: Callable[..., Waiter], table: str, clock: Any
) -> None:
    waiters = [player(f"p{number}") for number in range(7)]
    assert [waiter.join(table).status_code for waiter in waiters] == [200, 200, 200, 201, 200, 200, 200]
    assert services.match_all() == 0

    clock.shift(10)
    assert services.match_all() == 1

    assert sorted(Game.objects.values_list("seats_wanted", flat=True)) == [3, 4]
    assert {waiter.status()["status"] for waiter in waiters} == {"matched"}


def test_those_who_hold_one_ticket_play_together(player: Callable[..., Waiter], table: str) -> None:
    party = [player(f"p{number}") for number in range(3)]
    Queue.objects.create(name=table)
    ticket = Ticket.objects.create(queue_id=table, rating=1500)
    Member.objects.bulk_create(Member(user_id=member.id, ticket=ticket) for member in party)
    assert {member.status()["position"] for member in party} == {1}

    match = player("fourth").join(table).json()

    assert {seat["id"] for seat in match["players"]} >= {member.id for member in party}
    assert {member.status()["game_id"] for member in party} == {match["game_id"]}


def test_who_leaves_takes_the_party_along(ada: Waiter, bob: Waiter, table: str) -> None:
    Queue.objects.create(name=table)
    ticket = Ticket.objects.create(queue_id=table, rating=1500)
    Member.objects.bulk_create(Member(user_id=member.id, ticket=ticket) for member in (ada, bob))

    assert ada.leave().json() == {"status": "left"}
    assert bob.status() == {"status": "idle"}


def test_both_are_told_of_their_match(
    ada: Waiter,
    bob: Waiter,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr("realtime.publishing._publish_from_outside", told.append)

    with django_capture_on_commit_callbacks(execute=True):
        ada.join()
        match = bob.join().json()

    sides = {player["id"]: player["side"] for player in match["players"]}
    assert {(event.user_id, str(event.game_id), event.side, event.ws_url) for event in told} == {
        (user_id, match["game_id"], side, match["ws_url"]) for user_id, side in sides.items()
    }


def test_a_place_of_which_nothing_is_heard_is_given_up_and_told(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr("realtime.publishing._publish_from_outside", told.append)
    ada.join()
    bob.join("pong")
    cyd.join("connect_four")
    clock.shift(timedelta(minutes=9))
    bob.status()
    cyd.join("connect_four")
    clock.shift(timedelta(minutes=2))

    with django_capture_on_commit_callbacks(execute=True):
        services.match_all()

    assert ada.status() == {"status": "idle"}
    assert bob.status()["status"] == cyd.status()["status"] == "queued"
    assert [(type(event).__name__, event.user_id, event.game) for event in told] == [
        ("QueueExpired", ada.id, "tictactoe")
    ]


def test_who_is_silent_is_not_matched_any_more(ada: Waiter, bob: Waiter, clock: Any) -> None:
    ada.join()
    clock.shift(timedelta(minutes=11))

    assert bob.join().json()["status"] == "queued"


def test_guests_may_queue(ada: Waiter) -> None:
    guest = ada.client.__class__().post("/api/auth/guest").json()
    ada.client.credentials(HTTP_AUTHORIZATION=f"Bearer {guest['access']}")

    assert ada.join().json()["status"] == "queued"


def test_the_erased_wait_no_longer(ada: Waiter) -> None:
    ada.join()
    assert dict(personal_data.export(ada.id))["queue"].game == "tictactoe"

    accounts.erase(User.objects.get(pk=ada.id))

    assert Ticket.objects.count() == Member.objects.count() == 0


def test_who_signs_out_on_the_last_device_waits_no_longer(ada: Waiter, bob: Waiter) -> None:
    phone = sign_in(User.objects.get(pk=ada.id))
    ada.join()

    assert phone.post("/api/auth/logout").status_code == 204
    assert ada.status()["status"] == "queued"
    assert ada.post("/api/auth/logout").status_code == 204

    assert bob.join().json()["position"] == 1


def test_who_is_banned_waits_no_longer_and_the_party_learns_of_it(
    ada: Waiter, bob: Waiter, table: str, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    party = ada.party("create").json()["id"]
    bob.answer(ada.invite(bob, party_id=party).json(), "accept")
    ada.join(table, party_id=party)

    with telling() as told:
        bans.ban(User.objects.get(pk=bob.id))

    assert ada.status() == {"status": "idle"}
    left = [event for event in told if type(event).__name__ == "QueueLeft"]
    assert {event.user_id for event in left} == {ada.id, bob.id}


@pytest.mark.parametrize(("game", "mode"), [("tictactoe", "made-up"), ("pong", "blitz")])
def test_a_mode_that_the_game_does_not_declare_is_no_queue(
    ada: Waiter, bob: Waiter, game: str, mode: str
) -> None:
    for waiter in (ada, bob):
        answer = waiter.join(game, mode=mode)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_queue")
        assert list(answer.json()["errors"]) == ["mode"]

    assert not Game.objects.exists()
    assert not Ticket.objects.exists()


def test_who_waits_in_a_mode_that_is_not_declared_any_more_is_free_for_another(
    ada: Waiter, bob: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.join(mode="blitz")
    monkeypatch.setattr(TicTacToe, "modes", ())

    assert services.match_all() == 0
    assert ada.join().json()["status"] == "queued"
    assert bob.join().json()["status"] == "matched"


def test_a_field_that_is_no_option_of_the_queue_is_refused_by_its_name(ada: Waiter) -> None:
    answer = ada.join(region="eu", seats=4)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"].keys() == {"region", "seats"}
    assert ada.status() == {"status": "idle"}


@pytest.mark.parametrize("wins", [1, 4, 12, 60, 300])
def test_two_newcomers_alone_in_a_queue_play_each_other_again_at_once(
    ada: Waiter, bob: Waiter, wins: int
) -> None:
    ahead = behind = Strength()
    for _ in range(wins):
        ahead, behind = after_match([ahead, behind], [0, 1])
    for waiter, strength in ((ada, ahead), (bob, behind)):
        Rating.objects.create(
            user_id=waiter.id, game="tictactoe", mu=strength.mu, sigma=strength.sigma, shown=strength.shown
        )

    ada.join()

    assert bob.join().json()["status"] == "matched"


def test_a_newcomer_is_not_set_against_somebody_settled_far_away(
    ada: Waiter, player: Callable[..., Waiter]
) -> None:
    player("bob", tictactoe=1900).join()

    assert ada.join().json()["status"] == "queued"


def test_a_party_that_plays_among_itself_is_not_rated(ada: Waiter, bob: Waiter) -> None:
    party = ada.party("create").json()["id"]
    bob.answer(ada.invite(bob, party_id=party).json(), "accept")

    assert ada.join(party_id=party).json()["status"] == "matched"
    assert not Game.objects.get().rated


def test_a_match_with_a_guest_is_not_rated_and_the_guest_has_no_rating(ada: Waiter, bob: Waiter) -> None:
    User.objects.filter(pk=bob.id).update(is_guest=True)
    Rating.objects.create(user_id=bob.id, game="tictactoe", mu=25, sigma=8, shown=1700)
    ada.join()

    match = bob.join().json()

    assert {seat["id"]: seat["rating"] for seat in match["players"]} == {ada.id: 1500, bob.id: None}
    assert ada.status()["players"] == match["players"]
    assert not Game.objects.get().rated


def test_who_waits_for_a_game_that_is_not_offered_any_more_is_free_for_another(
    ada: Waiter,
    bob: Waiter,
    cyd: Waiter,
    table: str,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    party = ada.party("create").json()["id"]
    bob.answer(ada.invite(bob, party_id=party).json(), "accept")
    ada.join(table, mode="blitz", party_id=party)
    cyd.join(table)
    monkeypatch.delitem(catalogue._games, table)

    assert services.match_all() == 0
    assert not caplog.records
    assert [waiter.status() for waiter in (ada, bob, cyd)] == [{"status": "idle"}] * 3
    answer = cyd.join(table)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_game")
    with telling() as told:
        assert bob.join("tictactoe").json()["status"] == "queued"
        assert cyd.join("tictactoe").json()["status"] == "matched"
    left = [event for event in told if type(event).__name__ == "QueueLeft"]
    assert {(event.user_id, event.game) for event in left} == {(ada.id, table), (bob.id, table)}
    assert Ticket.objects.count() == Member.objects.count() == 0


def test_a_place_for_a_game_that_other_workers_may_still_offer_is_kept_till_nothing_is_heard(
    ada: Waiter,
    table: str,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
) -> None:
    ada.join(table)
    with monkeypatch.context() as gone:
        gone.delitem(catalogue._games, table)
        clock.shift(timedelta(minutes=9))
        ada.status()
        services.match_all()
    assert ada.status()["status"] == "queued"

    monkeypatch.delitem(catalogue._games, table)
    clock.shift(timedelta(minutes=9))
    ada.status()
    clock.shift(timedelta(minutes=2))
    with telling() as told:
        services.match_all()
    assert [(type(event).__name__, event.user_id, event.game) for event in told] == [
        ("QueueExpired", ada.id, table)
    ]


def test_one_broken_queue_does_not_keep_the_others_waiting(
    player: Callable[..., Waiter], table: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, rating in (("low", 100), ("high", 2000)):
        player(f"{name}1", tictactoe=rating).join("tictactoe")
        player(f"{name}2", tictactoe=rating).join("tictactoe", mode="blitz")
        player(f"{name}3", **{table: rating}).join(table)
    monkeypatch.setattr(catalogue.get(table), "sides", ())
    clock.shift(30)

    assert services.match_all() == 2


@pytest.mark.parametrize("broken", ["setup", "__init__"])
def test_those_whose_game_fails_from_the_start_are_matched_as_all_others_and_do_not_wait_for_ever(
    player: Callable[..., Waiter], ada: Waiter, bob: Waiter, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Their room then tells them that it has ended, and why."""

    def fail(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(TicTacToe, broken, fail)
    ada.join()
    answer = bob.join()

    assert (answer.status_code, answer.json()["status"]) == (201, "matched")
    assert ada.status()["game_id"] == answer.json()["game_id"]
    player("cyd").join()
    assert player("dan").join().json()["status"] == "matched"
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"game": "chess_of_the_future"}, 404, "unknown_game"),
        ({"game": "tictactoe:blitz"}, 404, "unknown_game"),
        ({"game": 5}, 422, "invalid"),
        ({"game": None}, 422, "invalid"),
        ({"game": ["pong"]}, 422, "invalid"),
        ({"game": "x" * 41}, 422, "invalid"),
        ({"mode": 5}, 422, "invalid"),
        ({"mode": "a b"}, 422, "invalid"),
        ({"mode": "a:b"}, 422, "invalid"),
        ({"mode": "é"}, 422, "invalid"),
        ({"party_id": "5"}, 422, "invalid"),
        ({"party_id": True}, 422, "invalid"),
        ({"party_id": 0}, 422, "invalid"),
        ({"party_id": 999}, 404, "unknown_party"),
    ],
)
def test_what_cannot_be_joined_is_refused(ada: Waiter, body: dict[str, Any], status: int, code: str) -> None:
    answer = ada.client.post("/game/join/", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ada.status() == {"status": "idle"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/game/join/", 405),
        ("get", "/game/leave/", 405),
        ("post", "/game/status/", 405),
        ("post", "/game/join", 200),
        ("post", "/game/leave", 200),
        ("get", "/game/status", 200),
    ],
)
def test_methods_and_slashes(ada: Waiter, method: str, path: str, status: int) -> None:
    assert getattr(ada.client, method)(path).status_code == status


@pytest.mark.parametrize(("method", "path"), [("post", "join"), ("post", "leave"), ("get", "status")])
def test_who_has_no_token_is_refused(client: Client, method: str, path: str) -> None:
    assert getattr(client, method)(f"/game/{path}/").status_code == 401


def test_the_status_counts_those_who_wait(ada: Waiter, client: Client) -> None:
    from core import status

    ada.join()

    assert status._counts["queued"]() == 1


def test_operators_see_who_waits_and_can_send_them_out(admin_client: Client, ada: Waiter) -> None:
    ada.join()
    ticket = Ticket.objects.get()

    assert b"ada" in admin_client.get("/admin/matchmaking/ticket/").content
    assert admin_client.get(f"/admin/matchmaking/ticket/{ticket.pk}/change/").status_code == 200
    assert b"tictactoe" in admin_client.get("/admin/matchmaking/queue/").content
    admin_client.post(
        "/admin/matchmaking/ticket/", {"action": "send_out", "_selected_action": [str(ticket.pk)]}
    )

    assert ada.status() == {"status": "idle"}
