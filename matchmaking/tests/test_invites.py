"""Invites through the API: create, accept, decline, cancel, expire."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import User
from chat import selectors as lobbies
from chat import services as chat
from chat.events import LobbyId
from core import personal_data
from game.models import Game, Seat
from matchmaking.invites import services
from matchmaking.invites.models import Invite
from matchmaking.tests.conftest import Waiter

pytestmark = pytest.mark.django_db

NOBODY = 999_999


def told_of(events: Any) -> dict[Any, Any]:
    """Return the published invite events, without badges: ``{(name, status)}`` by topic."""
    heard: dict[Any, Any] = {}
    for event in events:
        name = type(event).__name__
        if name.startswith("Invite"):
            for topic in event.audience():
                heard.setdefault(topic, []).append((name, event.invite.id, event.invite.status))
    return heard


def test_an_invite_to_a_game_waits_with_both(ada: Waiter, bob: Waiter, cyd: Waiter, clock: Any) -> None:
    answer = ada.invite(bob, game="tictactoe")

    assert answer.status_code == 201
    invite = answer.json()
    now = timezone.now()
    assert invite == {
        "id": invite["id"],
        "from_user": {"id": ada.id, "username": "ada", "is_premium": False},
        "to_user": {"id": bob.id, "username": "bob", "is_premium": False},
        "kind": "game",
        "game": "tictactoe",
        "lobby_id": None,
        "party_id": None,
        "status": "pending",
        "created_at": now.isoformat().replace("+00:00", "Z"),
        "expires_at": (now + timedelta(seconds=60)).isoformat().replace("+00:00", "Z"),
    }
    assert ada.invites() == bob.invites() == [invite]
    assert ada.get(f"/api/invites/{invite['id']}/").json() == invite
    assert cyd.invites() == []


def test_without_a_name_it_is_to_a_game_of_pong(ada: Waiter, bob: Waiter) -> None:
    assert ada.invite(bob).json()["game"] == "pong"


def test_accepting_starts_the_game_and_both_are_told_of_it(
    ada: Waiter, bob: Waiter, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    invite = ada.invite(bob, game="tictactoe").json()

    with telling() as told:
        answer = bob.answer(invite, "accept")

    assert answer.status_code == 200
    accepted = answer.json()
    game = Game.objects.get()
    assert accepted["status"] == "accepted"
    assert accepted["game_id"] == str(game.pk)
    assert accepted["ws_url"] == f"/ws/game/{game.pk}/"
    assert game.state == Game.State.WAITING_FOR_PLAYERS
    assert {seat.user_id for seat in Seat.objects.all()} == {ada.id, bob.id}
    assert ada.get(f"/api/invites/{invite['id']}/").json() == accepted
    assert ada.invites() == bob.invites() == []
    found = [event for event in told if type(event).__name__ == "MatchFound"]
    assert {(event.user_id, event.game_id) for event in found} == {(ada.id, game.pk), (bob.id, game.pk)}
    assert {event.side for event in found} == {"left", "right"}
    assert told_of(told) == {
        f"user_{user.id}": [("InviteAccepted", invite["id"], "accepted")] for user in (ada, bob)
    }


@pytest.mark.parametrize(
    ("who", "how", "event", "status"),
    [
        ("bob", "decline", "InviteDeclined", "declined"),
        ("ada", "cancel", "InviteCancelled", "cancelled"),
    ],
)
def test_declining_and_cancelling_end_it_and_are_told_to_both(
    ada: Waiter,
    bob: Waiter,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
    who: str,
    how: str,
    event: str,
    status: str,
) -> None:
    people = {"ada": ada, "bob": bob}
    with telling() as told:
        invite = ada.invite(bob, game="tictactoe").json()
        answer = people[who].answer(invite, how)

    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert told_of(told) == {
        f"user_{user.id}": [("InviteCreated", invite["id"], "pending"), (event, invite["id"], status)]
        for user in (ada, bob)
    }
    assert Game.objects.count() == 0


@pytest.mark.parametrize("first", ["accept", "decline", "cancel"])
@pytest.mark.parametrize("second", ["accept", "decline", "cancel"])
def test_an_answered_invite_stays_as_it_is(ada: Waiter, bob: Waiter, first: str, second: str) -> None:
    invite = ada.invite(bob, game="tictactoe").json()
    people = {"accept": bob, "decline": bob, "cancel": ada}
    status = people[first].answer(invite, first).json()["status"]

    again = people[second].answer(invite, second)

    assert (again.status_code, again.json()["code"]) == (409, "invite_not_pending")
    assert again.json()["details"] == {"status": status}
    assert Invite.objects.get().status == status
    assert Game.objects.count() == (1 if first == "accept" else 0)


def test_what_is_not_answered_in_time_expires_though_nobody_asks(
    ada: Waiter, bob: Waiter, clock: Any, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    invite = ada.invite(bob, game="tictactoe").json()
    clock.shift(59.9)
    assert services.expire_due() == pytest.approx(0.1)
    assert bob.invites() == [invite]
    clock.shift(0.1)

    with telling() as told:
        assert services.expire_due() is None

    assert ada.invites() == bob.invites() == []
    assert told_of(told) == {
        f"user_{user.id}": [("InviteExpired", invite["id"], "expired")] for user in (ada, bob)
    }
    with telling() as told:
        services.expire_due()
    assert told == []


def test_an_invite_whose_time_is_up_cannot_be_accepted_even_before_that_is_noted(
    ada: Waiter, bob: Waiter, clock: Any
) -> None:
    invite = ada.invite(bob, game="tictactoe").json()
    clock.shift(60)

    assert bob.invites() == []
    answer = bob.answer(invite, "accept")

    assert (answer.status_code, answer.json()["details"]) == (409, {"status": "expired"})
    assert Game.objects.count() == 0


def test_an_invite_whose_time_is_up_does_not_stand_in_the_way_of_the_next(
    ada: Waiter, bob: Waiter, clock: Any
) -> None:
    old = ada.invite(bob, game="tictactoe").json()
    clock.shift(60)

    assert bob.invite(ada, game="tictactoe").status_code == 201
    assert Invite.objects.get(pk=old["id"]).status == "expired"


def test_the_setting_says_how_long_invites_live(
    ada: Waiter, bob: Waiter, clock: Any, settings: Settings
) -> None:
    settings.INVITE_TTL = 5

    invite = ada.invite(bob, game="tictactoe").json()

    assert services.expire_due() == 5
    clock.shift(5)
    assert bob.answer(invite, "decline").status_code == 409


def test_the_same_is_not_asked_twice_by_either(ada: Waiter, bob: Waiter, cyd: Waiter) -> None:
    invite = ada.invite(bob, game="tictactoe").json()

    for again in (ada.invite(bob, game="tictactoe"), bob.invite(ada, game="tictactoe")):
        assert (again.status_code, again.json()["code"]) == (409, "already_invited")
        assert again.json()["details"] == {"invite_id": invite["id"]}
    assert ada.invite(bob, game="pong").status_code == 201
    assert ada.invite(cyd, game="tictactoe").status_code == 201
    bob.answer(invite, "decline")
    assert ada.invite(bob, game="tictactoe").status_code == 201


def test_a_user_has_so_many_invites_unanswered_and_no_more(
    ada: Waiter, bob: Waiter, player: Callable[..., Waiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_PENDING_SENT", 2)
    first = ada.invite(bob, game="tictactoe").json()
    ada.invite(player("dan"), game="tictactoe")

    refused = ada.invite(player("eve"), game="tictactoe")

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_invites")
    bob.answer(first, "decline")
    assert ada.invite(bob, game="tictactoe").status_code == 201


def test_who_has_many_to_answer_gets_no_more(
    ada: Waiter, bob: Waiter, cyd: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_PENDING_RECEIVED", 1)
    ada.invite(bob, game="tictactoe")

    refused = cyd.invite(bob, game="tictactoe")

    assert (refused.status_code, refused.json()["code"]) == (403, "cannot_invite")


def test_inviting_over_and_over_is_too_quick(
    ada: Waiter, bob: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_PER_MINUTE", 3)
    for _ in range(3):
        ada.answer(ada.invite(bob, game="tictactoe").json(), "cancel")

    refused = ada.invite(bob, game="tictactoe")

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused["Retry-After"]) > 0


def test_an_idempotency_key_makes_one_invite_and_one_game(ada: Waiter, bob: Waiter) -> None:
    def post(who: Waiter, path: str, body: Any) -> Any:
        return who.client.post(path, body, headers={"Idempotency-Key": f"{who.name}{path}"})

    sent = [post(ada, "/api/invites/", {"to_user_id": bob.id, "game": "tictactoe"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()

    path = f"/api/invites/{sent[0].json()['id']}/accept/"
    accepted = [post(bob, path, {}) for _ in range(2)]

    assert [answer.status_code for answer in accepted] == [200, 200]
    assert accepted[0].json() == accepted[1].json()
    assert Game.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"to_user_id": None}, 422, "invalid"),
        ({"to_user_id": "bob"}, 422, "invalid"),
        ({"to_user_id": True}, 422, "invalid"),
        ({"to_user_id": 0}, 422, "invalid"),
        ({"to_user_id": 2**62}, 404, "unknown_user"),
        ({"to_user_id": NOBODY}, 404, "unknown_user"),
        ({"to_user_id": "me"}, 422, "cannot_invite_oneself"),
        ({"to_user_id": "bob's", "game": "chess_of_the_future"}, 404, "unknown_game"),
        ({"to_user_id": "bob's", "game": 5}, 422, "invalid"),
        ({"to_user_id": "bob's", "game": ""}, 422, "invalid"),
        ({"to_user_id": "bob's", "game": None}, 422, "invalid"),
        ({"to_user_id": "bob's", "lobby_id": 5}, 404, "unknown_lobby"),
        ({"to_user_id": "bob's", "lobby_id": "5"}, 422, "invalid"),
        ({"to_user_id": "bob's", "party_id": 5}, 404, "unknown_party"),
        ({"to_user_id": "bob's", "party_id": "5"}, 422, "invalid"),
        ({"to_user_id": "bob's", "game": "pong", "party_id": 5}, 404, "unknown_party"),
        ({"to_user_id": "bob's", "lobby_id": 5, "party_id": 5}, 404, "unknown_lobby"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_stored(
    ada: Waiter, bob: Waiter, body: dict[str, Any], status: int, code: str
) -> None:
    ids = {"me": ada.id, "bob's": bob.id}
    body = {name: ids.get(value, value) if name == "to_user_id" else value for name, value in body.items()}

    answer = ada.client.post("/api/invites/", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Invite.objects.count() == 0


def test_an_invite_is_to_one_thing(ada: Waiter, bob: Waiter) -> None:
    party = ada.party("create").json()

    answer = ada.client.post("/api/invites/", {"to_user_id": bob.id, "game": "pong", "party_id": party["id"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert Invite.objects.count() == 0


def test_a_game_that_is_not_for_two_has_no_invites(
    ada: Waiter, bob: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from game.author import Game as Rules
    from game.author import Grid, catalogue, move

    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))

    class Crowd(Rules):
        players = (3, 4)
        grid = Grid(rows=1, columns=4, marks="ABCD")

        @move
        def sit(self, state: dict[str, Any], seat: int, cell: int) -> None:
            state["board"][cell] = seat

        def result(self, state: dict[str, Any]) -> None:
            return None

    catalogue.register(Crowd)

    assert ada.invite(bob, game=Crowd.name).json()["code"] == "game_not_for_two"


@pytest.mark.parametrize("fields", [{"is_bot": True}, {"is_active": False}])
def test_bots_and_the_gone_are_not_invited(ada: Waiter, fields: dict[str, Any]) -> None:
    other = User.objects.create(username="other", **fields)

    answer = ada.post("/api/invites/", to_user_id=other.pk, game="tictactoe")

    assert answer.status_code in (403, 404)
    assert Invite.objects.count() == 0


def test_a_block_ends_what_two_have_asked_and_looks_like_an_answer(
    ada: Waiter, bob: Waiter, cyd: Waiter, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    asked = ada.invite(bob, game="tictactoe").json()
    asking = bob.invite(ada, game="pong").json()
    other = cyd.invite(bob, game="pong").json()

    with telling() as told:
        assert bob.post(f"/api/friends/{ada.id}/block/").status_code in (200, 201, 204)

    assert told_of(told)[f"user_{ada.id}"] == [
        ("InviteDeclined", asked["id"], "declined"),
        ("InviteCancelled", asking["id"], "cancelled"),
    ]
    assert ada.invites() == []
    assert bob.invites() == [other]
    for who, whom in ((ada, bob), (bob, ada)):
        refused = who.invite(whom, game="tictactoe")
        assert (refused.status_code, refused.json()["code"]) == (403, "cannot_invite")


def test_the_erased_have_no_invites_and_who_asked_them_is_told(
    ada: Waiter, bob: Waiter, telling: Callable[[], contextlib.AbstractContextManager[list[Any]]]
) -> None:
    invite = ada.invite(bob, game="tictactoe").json()
    (exported,) = dict(personal_data.export(bob.id))["invites"]
    assert exported.id == invite["id"]

    with telling() as told:
        accounts.erase(User.objects.get(pk=bob.id))

    assert told_of(told)[f"user_{ada.id}"] == [("InviteCancelled", invite["id"], "cancelled")]
    assert ada.invites() == []
    assert Invite.objects.count() == 0


def test_old_invites_are_forgotten(ada: Waiter, bob: Waiter, clock: Any) -> None:
    old = ada.invite(bob, game="tictactoe").json()
    bob.answer(old, "decline")
    clock.shift(timedelta(days=7, seconds=1))
    waiting = services.create(user_id=ada.id, to_user_id=bob.id, game="tictactoe")

    services.delete_old()

    assert list(Invite.objects.values_list("pk", flat=True)) == [waiting.id]


def test_a_long_list_comes_in_pages(ada: Waiter, player: Callable[..., Waiter]) -> None:
    made = [ada.invite(player(f"p{number}"), game="tictactoe").json()["id"] for number in range(3)]

    page = ada.get("/api/invites/?limit=2").json()

    assert [invite["id"] for invite in page["results"]] == made[:0:-1]
    rest = ada.client.get(page["next"]).json()
    assert [invite["id"] for invite in rest["results"]] == made[:1]


def test_operators_see_invites_and_can_cancel_them(admin_client: Client, ada: Waiter, bob: Waiter) -> None:
    invite = ada.invite(bob, game="tictactoe").json()

    assert b"ada" in admin_client.get("/admin/invites/invite/").content
    assert admin_client.get(f"/admin/invites/invite/{invite['id']}/change/").status_code == 200
    admin_client.post("/admin/invites/invite/", {"action": "cancel", "_selected_action": [str(invite["id"])]})

    assert Invite.objects.get().status == "cancelled"


@pytest.fixture
def den(ada: Waiter) -> LobbyId:
    """Ada's private lobby."""
    User.objects.filter(pk=ada.id).update(is_premium=True)
    return chat.create_lobby(user_id=ada.id, title="den", is_public=False).pk


def test_an_invite_opens_a_private_lobby(ada: Waiter, bob: Waiter, cyd: Waiter, den: LobbyId) -> None:
    asked = ada.client.post("/api/invites/", {"to_user_id": bob.id, "lobby_id": den})
    assert (asked.status_code, asked.json()["kind"], asked.json()["lobby_id"]) == (201, "lobby", den)
    assert bob.client.post(f"/api/lobbies/{den}/join/").status_code == 403
    accepted = bob.client.post(f"/api/invites/{asked.json()['id']}/accept/")
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    assert lobbies.role(den, bob.id) == "member"
    again = ada.client.post("/api/invites/", {"to_user_id": bob.id, "lobby_id": den})
    assert (again.status_code, again.json()["code"]) == (409, "already_member")
    of_a_member = bob.client.post("/api/invites/", {"to_user_id": cyd.id, "lobby_id": den})
    assert (of_a_member.status_code, of_a_member.json()["code"]) == (403, "rank_too_low")


def test_an_invite_to_a_lobby_ends_with_the_lobby(ada: Waiter, bob: Waiter, den: LobbyId) -> None:
    invite = ada.client.post("/api/invites/", {"to_user_id": bob.id, "lobby_id": den}).json()
    chat.close_lobby(actor_id=ada.id, lobby_id=den)
    accepted = bob.client.post(f"/api/invites/{invite['id']}/accept/")
    assert (accepted.status_code, accepted.json()["code"]) == (409, "invite_not_pending")
    assert lobbies.role(den, bob.id) is None
