"""Direct messages between friends, on all their devices."""

import asyncio
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from chat import selectors, services
from chat.models import DirectMessage
from chat.tests.conftest import Person, befriend
from core.database import in_database
from friends.models import Friendship
from realtime.worker import Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friends")]
over_sockets = pytest.mark.django_db(transaction=True)


async def open_conversation(one: Person, other: Person) -> Any:
    socket = await one.enter(f"chat/{other.id}/")
    state = await socket.hear("presence_state")
    assert (await socket.hear("presence_join"))["user_id"] == one.id
    return socket, state


@over_sockets
async def test_a_message_reaches_all_devices_of_both_once_it_is_stored(
    here: Worker, ada: Person, bob: Person
) -> None:
    ada_hears, _ = await open_conversation(ada, bob)
    phone, _ = await open_conversation(bob, ada)
    await ada_hears.hear("presence_join")
    laptop = await bob.enter(f"chat/{ada.id}/")
    await laptop.hear("presence_state")
    await ada_hears.send(type="chat_message", message=" hi ")
    frames = [await who.hear("chat_message") for who in (ada_hears, phone, laptop)]
    assert frames[0] == frames[1] == frames[2]
    message = frames[0]["message"]
    stored = await in_database(DirectMessage.objects.get)
    assert (message["id"], message["content"], message["to_user_id"], message["read_at"]) == (
        stored.pk,
        "hi",
        bob.id,
        None,
    )
    assert message["sender"]["username"] == "ada"


@over_sockets
async def test_reading_is_told_and_counts_down(here: Worker, ada: Person, bob: Person) -> None:
    sent = [await ada.do(f"dm/{bob.id}/messages/", content=word) for word in ("one", "two")]
    assert await in_database(selectors.unread_from, bob.id, ada.id) == 2
    bob_hears, state = await open_conversation(bob, ada)
    assert (state["unread"], [message["content"] for message in state["messages"]]) == (2, ["two", "one"])
    ada_hears, _ = await open_conversation(ada, bob)
    await bob_hears.hear("presence_join")
    await bob_hears.send(type="read", up_to=sent[0]["id"])
    told = await ada_hears.hear("read")
    assert (told["user_id"], told["up_to"]) == (bob.id, sent[0]["id"])
    assert await in_database(selectors.unread_from, bob.id, ada.id) == 1
    assert await bob.do(f"dm/{ada.id}/read/") == {"unread": 0}
    assert (await ada_hears.hear("read"))["up_to"] == sent[1]["id"]
    # One's own messages cannot be marked as read, and nothing is marked twice.
    await ada_hears.send(type="read", up_to=sent[1]["id"])
    await ada_hears.hear_nothing()
    history = (await in_database(ada.get, f"dm/{bob.id}/messages/"))["results"]
    assert all(message["read_at"] for message in history)


@over_sockets
async def test_typing_is_told_to_the_friend(here: Worker, ada: Person, bob: Person) -> None:
    ada_hears, _ = await open_conversation(ada, bob)
    bob_hears, _ = await open_conversation(bob, ada)
    await ada_hears.hear("presence_join")
    await bob_hears.send(type="typing_start")
    assert (await ada_hears.hear("typing_start"))["user_id"] == bob.id
    await bob_hears.hear_nothing()
    await bob_hears.leave()
    await ada_hears.hear("typing_stop")
    assert (await ada_hears.hear("presence_leave"))["user_id"] == bob.id


@over_sockets
async def test_only_friends_open_a_conversation(here: Worker, ada: Person, cyd: Person) -> None:
    for path in (f"chat/{ada.id}/", f"chat/{cyd.id}/", "chat/999999999999999999/"):
        assert await (await cyd.enter(path)).closed() == 4403


@over_sockets
async def test_a_block_ends_the_conversation_at_once(here: Worker, ada: Person, bob: Person) -> None:
    ada_hears, _ = await open_conversation(ada, bob)
    await in_database(bob.call, "post", f"friends/{ada.id}/block/")
    assert await ada_hears.closed() == 4403
    answer = await in_database(ada.call, "post", f"dm/{bob.id}/messages/", {"content": "why?"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_friends")


@over_sockets
async def test_a_friendship_that_ends_at_the_moment_of_coming_back_ends_the_conversation(
    here: Worker, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada_hears, _ = await open_conversation(ada, bob)
    bob_hears, _ = await open_conversation(bob, ada)
    await ada_hears.send(type="chat_message", message="one")
    seen = (await bob_hears.hear_until("chat_message"))["seq"]
    await bob_hears.leave()

    def checked(*pair: Any) -> None:
        check_friends(*pair)
        monkeypatch.setattr(selectors, "check_friends", check_friends)
        assert ada.call("delete", f"friends/{bob.id}/").status_code == 204
        assert asyncio.run_coroutine_threadsafe(ada_hears.closed(), loop).result(60) == 4403

    loop, check_friends = asyncio.get_running_loop(), selectors.check_friends
    monkeypatch.setattr(selectors, "check_friends", checked)
    back = await bob.enter(f"chat/{ada.id}/?since={seen}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert await back.closed() == 4403


@over_sockets
async def test_a_friendship_that_has_ended_behind_the_socket_lets_nothing_through(
    here: Worker, ada: Person, bob: Person
) -> None:
    ada_hears, _ = await open_conversation(ada, bob)
    await in_database(Friendship.objects.all().delete)
    await ada_hears.send(type="chat_message", message="hi")
    assert await ada_hears.refused() == "not_friends"
    assert not await in_database(DirectMessage.objects.exists)


@over_sockets
async def test_direct_messages_count_for_the_pace_of_all_messages(
    here: Worker, ada: Person, bob: Person, den: int, long_memory: None
) -> None:
    for _ in range(2):
        await ada.do(f"dm/{bob.id}/messages/", content="hi")
    await ada.do(f"lobbies/{den}/messages/", content="hi")
    socket, _ = await open_conversation(ada, bob)
    await socket.send(type="chat_message", message="hi")
    assert await socket.refused() == "rate_limited"


def test_conversations_are_listed_with_what_is_unread_the_last_one_first(
    ada: Person, bob: Person, cyd: Person
) -> None:
    befriend(ada, cyd)
    bob.post(f"dm/{ada.id}/messages/", content="from bob")
    cyd.post(f"dm/{ada.id}/messages/", content="from cyd")
    ada.post(f"dm/{bob.id}/messages/", content="to bob")
    listed = ada.get("dm/")["results"]
    assert [
        (each["user"]["username"], each["unread"], each["last_message"]["content"]) for each in listed
    ] == [
        ("bob", 1, "to bob"),
        ("cyd", 1, "from cyd"),
    ]
    Friendship.objects.filter(low_id=min(ada.id, cyd.id), high_id=max(ada.id, cyd.id)).delete()
    assert [each["user"]["username"] for each in ada.get("dm/")["results"]] == ["bob"]
    assert selectors.unread_by_friend([ada.id]) == [(ada.id, bob.id, 1)]


def test_history_comes_by_pages_for_the_two_alone(ada: Person, bob: Person, cyd: Person) -> None:
    befriend(bob, cyd)
    for number in range(3):
        ada.post(f"dm/{bob.id}/messages/", content=f"line {number}")
    page = bob.get(f"dm/{ada.id}/messages/?limit=2")
    assert [message["content"] for message in page["results"]] == ["line 2", "line 1"]
    assert [message["content"] for message in bob.api.get(page["next"]).json()["results"]] == ["line 0"]
    assert cyd.get(f"dm/{bob.id}/messages/")["results"] == []
    assert cyd.call("get", f"dm/{ada.id}/messages/").json()["code"] == "not_friends"


def test_what_is_said_at_the_moment_of_reading_is_not_read(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob.post(f"dm/{ada.id}/messages/", content="one")
    now = timezone.now

    def while_more_is_said() -> Any:
        monkeypatch.setattr(timezone, "now", now)
        bob.post(f"dm/{ada.id}/messages/", content="two")
        return now()

    monkeypatch.setattr(timezone, "now", while_more_is_said)
    services.mark_read(user_id=ada.id, friend_id=bob.id, up_to=2**60)

    history = ada.get(f"dm/{bob.id}/messages/")["results"]
    assert [message["content"] for message in history if message["read_at"] is None] == ["two"]


@pytest.mark.parametrize("body", [{"up_to": "x"}, {"up_to": -1}, {"up_to": 2**63}])
def test_read_takes_a_message_id(ada: Person, bob: Person, body: dict[str, Any]) -> None:
    assert ada.call("post", f"dm/{bob.id}/read/", body).status_code == 422


def test_reading_conversations_takes_few_queries(
    ada: Person, bob: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bob.post(f"dm/{ada.id}/messages/", content="hi")
    ada.post(f"dm/{bob.id}/messages/", content="hi")

    for path, queries in (("dm/", 1), (f"dm/{bob.id}/messages/", 3)):
        with django_assert_num_queries(queries):
            ada.get(path)
