"""Concurrent changes from several threads have one consistent outcome."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from friends import services
from friends.models import Block, FriendRequest, Friendship
from friends.tests.conftest import Person, codes

pytestmark = pytest.mark.django_db(transaction=True)

OK = (200, "")
LATE = (409, "friend_request_answered")


def test_crossing_requests_make_one_friendship_whoever_comes_first(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    answers = at_once([lambda: ada.ask(bob), lambda: bob.ask(ada)] * 4)

    # One creates the request, one answers it; the rest are duplicates, or come after the friendship.
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert sorted(request["status"] for request in made) == ["accepted", "pending"]
    assert len({request["id"] for request in made}) == 1
    assert {code for status, code in codes(answers) if status != 201} <= {
        "already_requested",
        "already_friends",
    }
    assert Friendship.objects.count() == 1
    assert [request.status for request in FriendRequest.objects.all()] == ["accepted"]


@pytest.mark.parametrize("pair", list(itertools.combinations(("accept", "decline", "cancel"), 2)))
def test_of_two_answers_to_a_request_one_counts(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], pair: Any
) -> None:
    request_id = ada.ask(bob).json()["id"]
    who = {"accept": bob, "decline": bob, "cancel": ada}

    answers = at_once([lambda how=how: who[how].answer(request_id, how) for how in pair for _ in range(3)])

    assert codes(answers) == [OK, *[LATE] * 5]
    (status,) = (answer.json()["status"] for answer in answers if answer.status_code == 200)
    assert FriendRequest.objects.get().status == status
    assert Friendship.objects.count() == (status == "accepted")


@pytest.mark.parametrize("blocker", ["ada", "bob"])
def test_a_block_against_everything_else_leaves_nothing_between_the_two(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], blocker: str
) -> None:
    blocking, other = (ada, bob) if blocker == "ada" else (bob, ada)
    request_id = ada.ask(bob).json()["id"]

    answers = at_once(
        [
            lambda: blocking.block(other),
            lambda: bob.answer(request_id, "accept"),
            lambda: ada.answer(request_id, "cancel"),
            lambda: ada.ask(bob),
            lambda: bob.ask(ada),
        ]
    )

    assert answers[0].status_code == 204
    assert all(answer.status_code < 500 for answer in answers)
    assert Block.objects.count() == 1
    assert Friendship.objects.count() == 0
    assert not FriendRequest.objects.filter(status="pending").exists()


def test_two_who_block_each_other_at_once_both_do(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    ada.befriend(bob)

    answers = at_once([lambda: ada.block(bob), lambda: bob.block(ada)] * 3)

    assert {answer.status_code for answer in answers} == {204}
    assert Block.objects.count() == 2
    assert Friendship.objects.count() == 0


def test_the_last_place_in_a_list_is_taken_once(
    ada: Person,
    person: Callable[[str], Person],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "MAX_FRIENDS", 1)
    asking = [person(f"guest{number}") for number in range(4)]
    requests = [somebody.ask(ada).json()["id"] for somebody in asking]

    answers = at_once([lambda id=id: ada.answer(id, "accept") for id in requests])

    assert codes(answers) == [OK, *[(409, "too_many_friends")] * 3]
    assert len(ada.friends()) == 1


def test_a_friendship_ends_once(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    ada.befriend(bob)

    answers = at_once([lambda: ada.remove(bob), lambda: bob.remove(ada)])

    assert codes(answers) == [(204, ""), (404, "not_friends")]


def test_who_is_erased_while_being_asked_has_no_request_left(
    ada: Person, bob: Person, cyd: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    bob.befriend(ada)

    erased, *answers = at_once(
        [
            lambda: ada.api.delete("/api/me/"),
            lambda: cyd.ask(ada),
            lambda: bob.block(ada),
            lambda: bob.remove(ada),
        ]
    )

    assert erased.status_code == 204
    assert all(answer.status_code < 500 for answer in answers)
    assert FriendRequest.objects.count() == Friendship.objects.count() == 0
