"""Blocks: what they end, what they prevent, and that they are not revealed."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from friends import selectors
from friends.events import PlayerBlocked, PlayerUnblocked
from friends.models import Block
from friends.tests.conftest import Person
from realtime import reactions
from realtime.membership import presence

pytestmark = pytest.mark.django_db


@pytest.fixture
def reacted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events that higher apps received."""
    events: list[Any] = []
    for kind in (PlayerBlocked, PlayerUnblocked):
        monkeypatch.setitem(reactions._reactions, kind, [events.append])
    return events


@pytest.fixture
def all_online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "online_sync", lambda user_ids: set(user_ids))
    monkeypatch.setattr("accounts.profiles.presence.online_sync", lambda user_ids: set(user_ids))


def test_a_block_ends_the_friendship_of_both_and_floors_above_hear_of_it(
    ada: Person, bob: Person, reacted: list[Any]
) -> None:
    ada.befriend(bob)

    assert ada.block(bob).status_code == 204

    assert ada.friends() == bob.friends() == {}
    assert ada.blocks() == ["bob"]
    assert bob.blocks() == []
    assert reacted == [PlayerBlocked(by_id=ada.id, blocked_id=bob.id)]
    assert ada.unblock(bob).status_code == 204
    assert ada.blocks() == []
    assert ada.friends() == {}
    assert reacted[1:] == [PlayerUnblocked(by_id=ada.id, blocked_id=bob.id)]


@pytest.mark.parametrize("asks", ["ada", "bob"])
def test_a_block_ends_open_requests_in_both_directions(ada: Person, bob: Person, asks: str) -> None:
    asking, asked = (ada, bob) if asks == "ada" else (bob, ada)
    request_id = asking.ask(asked).json()["id"]

    ada.block(bob)

    assert ada.requests("in") == ada.requests("out") == bob.requests("in") == bob.requests("out") == []
    assert asked.answer(request_id, "accept").status_code == 409
    assert ada.friends() == {}


def test_blocking_twice_changes_nothing(ada: Person, bob: Person, reacted: list[Any]) -> None:
    ada.block(bob)

    assert ada.block(bob).status_code == 204

    assert ada.blocks() == ["bob"]
    assert len(reacted) == 1


def test_who_is_blocked_gets_the_answer_that_bots_give(ada: Person, bob: Person, cyd: Person) -> None:
    ada.block(bob)
    User.objects.filter(pk=cyd.id).update(is_bot=True)

    by_block, by_bot = bob.ask(ada), bob.ask(cyd)

    assert by_block.status_code == by_bot.status_code == 403
    assert by_block.json() == by_bot.json()
    assert ada.requests("in") == bob.requests("out") == []


def test_who_blocks_asks_only_after_ending_the_block(ada: Person, bob: Person) -> None:
    ada.block(bob)

    answer = ada.ask(bob)
    assert (answer.status_code, answer.json()["code"]) == (409, "you_block_them")
    ada.unblock(bob)
    assert ada.ask(bob).status_code == 201


def test_of_two_blocks_each_is_ended_by_who_made_it(ada: Person, bob: Person) -> None:
    ada.block(bob)
    bob.block(ada)

    ada.unblock(bob)

    assert selectors.is_blocked_between(ada.id, bob.id)
    answer = ada.unblock(bob)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_blocked")
    bob.unblock(ada)
    assert not selectors.is_blocked_between(ada.id, bob.id)


def test_a_block_is_seen_from_both_sides_by_other_parts(ada: Person, bob: Person, cyd: Person) -> None:
    ada.block(bob)

    assert selectors.is_blocked_between(ada.id, bob.id)
    assert selectors.is_blocked_between(bob.id, ada.id)
    assert not selectors.is_blocked_between(ada.id, cyd.id)
    assert selectors.blocked_ids(ada.id) == {bob.id}
    assert selectors.blocked_ids(bob.id) == {ada.id}
    cyd.block(ada)
    assert selectors.blocks_among([bob.id, cyd.id, ada.id]) == {(ada.id, bob.id), (ada.id, cyd.id)}


def test_public_profiles_show_those_offline_between_whom_a_block_stands(
    ada: Person, bob: Person, cyd: Person, all_online: None
) -> None:
    def online(viewer: Any, other: Person) -> Any:
        return viewer.api.get(f"/api/users/{other.id}/").json()["online"]

    assert online(ada, bob)
    ada.block(bob)

    assert not online(ada, bob)
    assert not online(bob, ada)
    assert online(cyd, ada)
    assert online(bob, cyd)
    found = bob.api.get("/api/users/?search=a").json()["results"]
    assert {user["username"]: user["online"] for user in found}["ada"] is False


def test_only_so_many_can_be_blocked(
    ada: Person, bob: Person, cyd: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("friends.services.MAX_BLOCKS", 1)
    ada.block(bob)

    answer = ada.block(cyd)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_blocks")
    assert ada.block(bob).status_code == 204


def test_operators_see_friendships_requests_and_blocks_and_lift_blocks(
    ada: Person, bob: Person, cyd: Person, admin_client: Client, reacted: list[Any]
) -> None:
    ada.befriend(bob)
    ada.ask(cyd)
    bob.block(cyd)

    for table in ("friendship", "friendrequest", "block"):
        assert admin_client.get(f"/admin/friends/{table}/?q=ada").status_code == 200
    lifted = {"action": "lift", "_selected_action": [Block.objects.get().pk]}
    assert admin_client.post("/admin/friends/block/", lifted).status_code == 302

    assert bob.blocks() == []
    assert reacted[-1] == PlayerUnblocked(by_id=bob.id, blocked_id=cyd.id)


def test_two_users_see_the_friends_that_they_share(ada: Person, bob: Person, person: Any) -> None:
    eve, dan, fay = person("eve"), person("dan"), person("fay")
    for friend in (eve, dan):
        ada.befriend(friend)
        bob.befriend(friend)
    ada.befriend(fay)

    def common() -> list[str]:
        return [one["username"] for one in ada.api.get(f"/api/friends/{bob.id}/common/").json()]

    assert common() == ["dan", "eve"]
    bob.block(ada)
    assert common() == []
