"""Concurrent changes, from threads, on PostgreSQL."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from chat import services
from chat.events import LobbyId, direct_topic
from chat.models import DirectMessage, Lobby, LobbyMessage, Membership, Report, Sanction, Thread
from chat.tests.conftest import Person, befriend
from core.database import in_database
from core.redis import sync_client
from game.models import Game
from realtime.delivery import history
from realtime.worker import Worker
from tests.locks import let_the_other_come

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_seat_goes_to_one_of_twenty(
    ada: Person, person: Callable[..., Person], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    lobby = ada.open(max_participants=2)
    crowd = [person(f"guest{number}") for number in range(20)]
    answers = at_once([lambda who=who: who.refused(f"lobbies/{lobby}/join/") for who in crowd])
    assert Counter(answers) == {(200, "done"): 1, (409, "lobby_full"): 19}
    assert Membership.objects.filter(lobby=lobby).count() == 2


def test_a_user_who_joins_twenty_times_at_once_is_one_member(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    lobby = ada.open()
    assert set(at_once([lambda: bob.refused(f"lobbies/{lobby}/join/")] * 20)) == {(200, "done")}
    assert Membership.objects.filter(lobby=lobby, user=bob.id).count() == 1


def test_one_of_many_lobbies_gets_the_name(
    person: Callable[..., Person], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    owners = [person(f"host{number}", is_premium=True) for number in range(8)]
    answers = at_once([lambda who=who: who.refused("lobbies/", name="den") for who in owners])
    assert Counter(answers) == {(201, "done"): 1, (409, "lobby_name_taken"): 7}


def test_nobody_owns_more_lobbies_than_one_may_however_many_they_open_at_once(
    ada: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    for number in range(7):
        ada.open(f"lobby-{number}")
    answers = at_once([lambda n=n: ada.refused("lobbies/", name=f"more-{n}") for n in range(6)])
    assert Counter(answers) == {(201, "done"): 3, (409, "too_many_lobbies"): 3}


def test_a_game_that_is_started_many_times_at_once_is_one_game(
    ada: Person, bob: Person, den: LobbyId, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    started = at_once([lambda: ada.post(f"lobbies/{den}/start/", game="tictactoe")["game_id"]] * 6)
    assert len(set(started)) == Game.objects.count() == 1


def test_a_kick_against_a_leave_ends_the_membership_once(
    ada: Person, bob: Person, den: LobbyId, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    for _ in range(5):
        bob.post(f"lobbies/{den}/join/")
        kicked, left = at_once(
            [
                lambda: ada.refused(f"lobbies/{den}/kick/", user_id=bob.id),
                lambda: bob.post(f"lobbies/{den}/leave/")["status"],
            ]
        )
        assert (kicked, left) in (
            ((204, "done"), "not_a_member"),
            ((404, "unknown_member"), "left"),
        )


def test_a_ban_against_a_join_leaves_the_banned_outside(
    ada: Person, bob: Person, den: LobbyId, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    for _ in range(5):
        Sanction.objects.all().delete()
        Membership.objects.filter(user=bob.id).delete()
        banned, joined = at_once(
            [
                lambda: ada.refused(f"lobbies/{den}/ban/", user_id=bob.id),
                lambda: bob.refused(f"lobbies/{den}/join/"),
            ]
        )
        assert banned == (204, "done")
        assert joined in ((200, "done"), (403, "banned"))
        assert not Membership.objects.filter(lobby=den, user=bob.id).exists()


def test_moderators_who_kick_each_other_and_an_owner_who_leaves_leave_one_owner(
    ada: Person,
    bob: Person,
    cyd: Person,
    den: LobbyId,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    cyd.post(f"lobbies/{den}/join/")
    ada.post(f"lobbies/{den}/moderators/", user_id=bob.id)
    at_once(
        [
            lambda: ada.post(f"lobbies/{den}/leave/"),
            lambda: bob.post(f"lobbies/{den}/leave/"),
            lambda: cyd.refused(f"lobbies/{den}/kick/", user_id=bob.id),
        ]
    )
    lobby = Lobby.objects.get(pk=den)
    assert [(row.user_id, row.role) for row in lobby.memberships.all()] == [(cyd.id, "owner")]
    assert (lobby.status, lobby.owner_id) == ("open", cyd.id)


def test_all_who_leave_at_once_close_the_lobby(
    ada: Person,
    bob: Person,
    cyd: Person,
    den: LobbyId,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    cyd.post(f"lobbies/{den}/join/")
    at_once([lambda who=who: who.refused(f"lobbies/{den}/leave/") for who in (ada, bob, cyd)])
    lobby = Lobby.objects.get(pk=den)
    assert (lobby.status, lobby.memberships.count()) == ("closed", 0)


def test_a_join_against_a_close_leaves_nobody_in_a_closed_lobby_untold(
    ada: Person, bob: Person, cyd: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    lobby = ada.open()
    closed, joined = at_once(
        [
            lambda: ada.call("delete", f"lobbies/{lobby}/").status_code,
            lambda: bob.refused(f"lobbies/{lobby}/join/"),
        ]
    )
    assert closed == 204
    assert joined in ((200, "done"), (409, "lobby_closed"))
    assert Lobby.objects.get(pk=lobby).status == "closed"


def test_forty_messages_of_one_user_at_once_are_three(
    ada: Person, den: LobbyId, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], long_memory: None
) -> None:
    answers = at_once([lambda: ada.refused(f"lobbies/{den}/messages/", content="hi")] * 40)
    assert Counter(answers) == {(201, "done"): 3, (429, "rate_limited"): 37}
    assert LobbyMessage.objects.count() == 3


async def test_forty_messages_over_sockets_and_requests_at_once_are_three(
    here: Worker, ada: Person, den: LobbyId, long_memory: None
) -> None:
    sockets = [await ada.enter(f"lobbies/{den}/") for _ in range(20)]
    for socket in sockets:
        await socket.hear("presence_state")
    await asyncio.gather(
        *(socket.send(type="chat_message", message="hi") for socket in sockets),
        *(in_database(ada.call, "post", f"lobbies/{den}/messages/", {"content": "hi"}) for _ in range(20)),
    )
    for socket in sockets:
        await socket.send(type="ping")
        await socket.hear_until("pong")
    assert await in_database(LobbyMessage.objects.count) == 3


def test_the_first_words_of_two_friends_at_once_make_one_conversation(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    befriend(ada, bob)

    def say(who: Person, other: Person) -> tuple[int, str]:
        return who.refused(f"dm/{other.id}/messages/", content="hi")

    assert set(at_once([lambda: say(ada, bob), lambda: say(bob, ada)] * 2)) == {(201, "done")}
    assert Thread.objects.count() == 1
    assert Thread.objects.get().last_message_id == DirectMessage.objects.order_by("-pk").first().pk


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_what_two_friends_say_at_once_is_told_in_the_order_of_its_ids(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    befriend(ada, bob)
    ada.post(f"dm/{bob.id}/messages/", content="hello")
    is_written, is_told, is_said = threading.Event(), threading.Event(), threading.Event()

    def written(execute: Any, sql: str, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if sql.startswith('INSERT INTO "chat_directmessage"'):
            is_written.set()
            let_the_other_come(is_said)
        return done

    def stored(execute: Any, sql: str, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if sql.startswith('INSERT INTO "chat_directmessage"'):
            # The lock ends with Ada's commit, before her message is published.
            assert is_told.wait(60)
        return done

    def ada_says() -> None:
        with connection.execute_wrapper(written):
            ada.post(f"dm/{bob.id}/messages/", content="first")
        is_told.set()

    def bob_says() -> None:
        assert is_written.wait(30)
        with connection.execute_wrapper(stored):
            bob.post(f"dm/{ada.id}/messages/", content="second")
        is_said.set()

    at_once([ada_says, bob_says])
    kept: Any = sync_client().lrange(history.keys(direct_topic(ada.id, bob.id))[1], 0, -1)
    told = [json.loads(frame)["message"]["id"] for frame in kept if b'"type":"chat_message"' in frame]
    assert told == sorted(DirectMessage.objects.values_list("pk", flat=True))
    assert Thread.objects.get().last_message_id == told[-1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_messages_read_twice_at_once_are_told_as_read_once(
    ada: Person, bob: Person, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    befriend(ada, bob)
    ada.post(f"dm/{bob.id}/messages/", content="hi")
    both_have_looked = threading.Barrier(2)

    def write_together(execute: Any, sql: str, *asked: Any) -> Any:
        if sql.startswith("UPDATE"):
            both_have_looked.wait(30)
        return execute(sql, *asked)

    def read() -> None:
        with connection.execute_wrapper(write_together):
            services.mark_read(user_id=bob.id, friend_id=ada.id, up_to=2**60)

    at_once([read, read])
    kept: Any = sync_client().lrange(history.keys(direct_topic(ada.id, bob.id))[1], 0, -1)
    assert sum(b'"type":"read"' in frame for frame in kept) == 1


def test_a_message_deleted_and_reported_at_once_is_gone(
    ada: Person, bob: Person, den: LobbyId, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    message = bob.post(f"lobbies/{den}/messages/", content="hm")["id"]
    path = f"lobbies/{den}/messages/{message}/"
    deleted = at_once(
        [lambda: ada.call("delete", path).status_code, lambda: bob.call("delete", path).status_code]
        + [lambda: ada.refused(f"{path}report/")[0]] * 2
    )
    assert sorted(deleted[:2]) in ([204, 204], [204, 404])
    assert LobbyMessage.objects.get().deleted_at is not None
    assert Report.objects.count() <= 1
