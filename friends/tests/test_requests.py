"""Friend requests over REST."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from core import personal_data, seeding
from core.ids import UserId
from friends import housekeeping, services
from friends.models import FriendRequest, Friendship
from friends.tests.conftest import Person

pytestmark = pytest.mark.django_db


def test_who_is_asked_sees_the_request_and_accepting_makes_both_friends(ada: Person, bob: Person) -> None:
    asked = ada.ask(bob)

    assert asked.status_code == 201
    request = asked.json()
    assert request["from_user"] == {"id": ada.id, "username": "ada", "is_premium": False}
    assert request["to_user"] == {"id": bob.id, "username": "bob", "is_premium": False}
    assert request["status"] == "pending"
    assert request["created_at"].endswith("Z")
    assert ada.requests("out") == bob.requests("in") == [("ada", "bob")]
    assert ada.requests("in") == bob.requests("out") == []
    assert ada.friends() == bob.friends() == {}

    accepted = bob.answer(request["id"], "accept")

    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    assert ada.friends()["bob"] == {
        "user_id": bob.id,
        "username": "bob",
        "is_premium": False,
        "online": False,
        "status": "offline",
        "last_seen": None,
    }
    assert list(bob.friends()) == ["ada"]
    assert ada.requests("out") == bob.requests("in") == []


def test_somebody_is_asked_by_name_in_any_case(ada: Person, bob: Person) -> None:
    answer = ada.api.post("/api/friends/requests/", {"username": "BOB"})

    assert answer.status_code == 201
    assert bob.requests("in") == [("ada", "bob")]


def test_nobody_is_found_by_the_address_of_their_mail(ada: Person, bob: Person) -> None:
    User.objects.filter(pk=bob.id).update(email="bob@example.org")

    answer = ada.api.post("/api/friends/requests/", {"username": "bob@example.org"})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "bob", "user_id": 1},
        {"username": ""},
        {"username": 7},
        {"user_id": "1"},
        {"user_id": True},
        {"user_id": None},
    ],
)
def test_a_request_names_one_user_in_one_way(ada: Person, bob: Person, body: dict[str, Any]) -> None:
    answer = ada.api.post("/api/friends/requests/", body)

    assert answer.status_code == 422
    assert FriendRequest.objects.count() == 0


@pytest.mark.parametrize("user_id", [0, -1, 2**31, 2**63 - 1])
def test_who_is_not_there_cannot_be_asked(ada: Person, user_id: UserId) -> None:
    assert ada.api.post("/api/friends/requests/", {"user_id": user_id}).status_code == 404


@pytest.mark.parametrize("user_id", [0, 2**31, 2**70])
def test_who_is_not_there_cannot_be_removed_blocked_or_answered(ada: Person, user_id: UserId) -> None:
    assert ada.api.delete(f"/api/friends/{user_id}/").status_code == 404
    assert ada.api.post(f"/api/friends/{user_id}/block/").status_code == 404
    assert ada.api.delete(f"/api/friends/{user_id}/block/").status_code == 404
    assert ada.answer(user_id, "accept").status_code == 404


def test_nobody_asks_or_blocks_themselves(ada: Person) -> None:
    for answer in (ada.ask(ada), ada.block(ada)):
        assert (answer.status_code, answer.json()["code"]) == (422, "yourself")


def test_asking_twice_is_refused_and_tells_the_open_request(ada: Person, bob: Person) -> None:
    request_id = ada.ask(bob).json()["id"]

    again = ada.ask(bob)

    assert (again.status_code, again.json()["code"]) == (409, "already_requested")
    assert again.json()["details"] == {"request_id": request_id}
    assert bob.requests("in") == [("ada", "bob")]


def test_asking_who_has_asked_makes_both_friends_at_once(ada: Person, bob: Person) -> None:
    first = ada.ask(bob).json()

    crossing = bob.ask(ada)

    assert crossing.status_code == 201
    assert (crossing.json()["id"], crossing.json()["status"]) == (first["id"], "accepted")
    assert list(ada.friends()) == ["bob"]
    assert list(bob.friends()) == ["ada"]
    assert ada.requests("out") == []


def test_friends_do_not_ask_again(ada: Person, bob: Person) -> None:
    ada.befriend(bob)

    for answer in (ada.ask(bob), bob.ask(ada)):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_friends")


@pytest.mark.parametrize(("who", "how", "status"), [(1, "decline", "declined"), (0, "cancel", "cancelled")])
def test_a_request_that_is_declined_or_cancelled_is_gone_for_both(
    ada: Person, bob: Person, who: int, how: str, status: str
) -> None:
    request_id = ada.ask(bob).json()["id"]

    answer = (ada, bob)[who].answer(request_id, how)

    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert ada.requests("out") == bob.requests("in") == []
    assert ada.friends() == {}
    for person, another in ((bob, "accept"), (bob, "decline"), (ada, "cancel")):
        late = person.answer(request_id, another)
        assert (late.status_code, late.json()["code"]) == (409, "friend_request_answered")
        assert late.json()["details"] == {"status": status}
    assert ada.ask(bob).status_code == 201


def test_each_does_only_what_is_theirs_with_a_request(ada: Person, bob: Person, cyd: Person) -> None:
    request_id = ada.ask(bob).json()["id"]

    for person, how in ((ada, "accept"), (ada, "decline"), (bob, "cancel")):
        answer = person.answer(request_id, how)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours_to_answer")
    for how in ("accept", "decline", "cancel"):
        assert cyd.answer(request_id, how).status_code == 404
    assert bob.requests("in") == [("ada", "bob")]


def test_a_friendship_ends_for_both(ada: Person, bob: Person) -> None:
    ada.befriend(bob)

    assert bob.remove(ada).status_code == 204

    assert ada.friends() == bob.friends() == {}
    answer = ada.remove(bob)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_friends")


def test_the_same_request_sent_twice_with_its_key_is_made_once(ada: Person, bob: Person) -> None:
    first, again = (
        ada.api.post("/api/friends/requests/", {"user_id": bob.id}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )

    assert again.status_code == first.status_code == 201
    assert again.json() == first.json()


def test_an_acceptance_sent_twice_with_its_key_is_answered_the_same(ada: Person, bob: Person) -> None:
    asked = ada.api.post("/api/friends/requests/", {"user_id": bob.id}).json()
    first, again = (
        bob.api.post(f"/api/friends/requests/{asked['id']}/accept/", headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )

    assert again.status_code == first.status_code == 200
    assert again.json() == first.json() == {**asked, "status": "accepted"}


def test_a_full_list_makes_no_more_friends(
    ada: Person, bob: Person, cyd: Person, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    dan = person("dan")
    monkeypatch.setattr(services, "MAX_FRIENDS", 1)
    open_request = cyd.ask(ada).json()["id"]
    ada.befriend(bob)

    assert ada.ask(dan).json()["code"] == "too_many_friends"
    assert ada.answer(open_request, "accept").json()["code"] == "too_many_friends"
    assert dan.ask(ada).json()["code"] == "takes_no_requests"
    to_dan = cyd.ask(dan).json()["id"]
    cyd.befriend(person("eve"))
    assert dan.answer(to_dan, "accept").json()["code"] == "their_list_is_full"
    assert list(ada.friends()) == ["bob"]


def test_only_so_many_requests_wait_for_an_answer(
    ada: Person, bob: Person, cyd: Person, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_REQUESTS", 1)
    dan = person("dan")
    ada.ask(bob)

    answer = ada.ask(cyd)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_friend_requests")
    assert dan.ask(bob).json()["code"] == "takes_no_requests"
    # A pending request of one's own does not prevent accepting theirs.
    assert bob.ask(ada).status_code == 201


def test_who_asks_too_often_has_to_wait(ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "REQUESTS_A_MINUTE", 2)
    for _ in range(2):
        ada.answer(ada.ask(bob).json()["id"], "cancel")

    answer = ada.ask(bob)

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert bob.requests("in") == []


def test_bots_are_not_asked(ada: Person, bob: Person) -> None:
    User.objects.filter(pk=bob.id).update(is_bot=True)

    answer = ada.ask(bob)

    assert (answer.status_code, answer.json()["code"]) == (403, "takes_no_requests")


def test_lists_come_in_pages(ada: Person, person: Callable[[str], Person]) -> None:
    names = [f"friend{number}" for number in range(3)]
    for name in names:
        ada.befriend(person(name))

    first = ada.api.get("/api/friends/?limit=2").json()
    rest = ada.api.get(first["next"]).json()

    assert [friend["username"] for friend in first["results"] + rest["results"]] == names
    assert rest["next"] is None
    assert ada.api.get("/api/friends/requests/?direction=sideways").status_code == 422


def test_answered_requests_are_forgotten_in_time(ada: Person, bob: Person, cyd: Person) -> None:
    ada.befriend(bob)
    ada.ask(cyd)
    FriendRequest.objects.exclude(answered_at=None).update(answered_at=timezone.now() - timedelta(days=31))

    housekeeping.tidy()

    assert [request.to_user_id for request in FriendRequest.objects.all()] == [cyd.id]


def test_an_erased_user_is_nobodys_friend(ada: Person, bob: Person, cyd: Person) -> None:
    ada.befriend(bob)
    cyd.ask(ada)
    bob.block(cyd)
    ada.block(cyd)
    cyd.block(ada)

    assert ada.api.delete("/api/me/").status_code == 204

    assert bob.friends() == {}
    assert cyd.requests("out") == []
    assert bob.ask(ada).status_code == 404
    assert bob.api.post("/api/friends/requests/", {"username": "ada"}).status_code == 404
    assert FriendRequest.objects.count() == Friendship.objects.count() == 0
    assert (bob.blocks(), cyd.blocks()) == (["cyd"], [])


def test_the_export_holds_friends_requests_and_own_blocks_but_not_who_blocks(
    ada: Person, bob: Person, cyd: Person
) -> None:
    ada.befriend(bob)
    cyd.block(ada)
    ada.block(cyd)
    bob.block(ada)

    export = dict(personal_data.export(ada.id))

    assert export["friends"] == []
    assert [(row["to_user__username"], row["status"]) for row in export["friend_requests"]["sent"]] == [
        ("bob", "accepted")
    ]
    assert [block["username"] for block in export["blocks"]] == ["cyd"]
    assert export["standing"] == {"status": "online", "last_seen": None}


def test_demo_people_have_friends_and_a_second_time_changes_nothing() -> None:
    seeding.seed()
    before = set(Friendship.objects.values_list("pk", flat=True))
    friends = {frozenset(pair) for pair in Friendship.objects.values_list("low__username", "high__username")}

    seeding.seed()

    assert {frozenset(("premium_user_1", f"user_{number}")) for number in (1, 2, 3)} <= friends
    assert set(Friendship.objects.values_list("pk", flat=True)) == before
    assert FriendRequest.objects.count() == 2
    seeding.clear()
    assert Friendship.objects.count() == FriendRequest.objects.count() == 0
