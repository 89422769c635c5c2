"""Replies, mentions, reactions, edits, pins, slow mode and read markers, over the routes and the sockets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chat import rules, services
from chat.events import LobbyId
from chat.models import LobbyMessage, LobbyReaction, Membership, Sanction
from chat.tests.conftest import Person
from core.database import in_database
from friends.models import Block

pytestmark = [pytest.mark.django_db(transaction=True)]


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def history(who: Person, lobby: LobbyId) -> list[dict[str, Any]]:
    return who.get(f"lobbies/{lobby}/messages/")["results"]


# Replies


@pytest.mark.usefixtures("here")
async def test_a_reply_carries_what_it_answers(ada: Person, bob: Person, den: LobbyId) -> None:
    asked = (await ada.do(f"lobbies/{den}/messages/", content="who plays? " + "x" * 200))["id"]
    socket = await bob.sit(den)
    await socket.send(type="chat_message", message="me", reply_to=asked, id="r")
    heard = await socket.hear("chat_message")
    assert heard["message"]["reply_to"]["username"] == "ada"
    assert heard["message"]["reply_to"]["content"] == ("who plays? " + "x" * 200)[:100]
    assert (await in_database(history, ada, den))[0]["reply_to"] == heard["message"]["reply_to"]

    await in_database(services.delete_message, actor_id=ada.id, lobby_id=den, message_id=asked)
    assert (await in_database(history, ada, den))[0]["reply_to"] == {
        "id": asked,
        "username": "ada",
        "content": "",
    }


def test_a_message_of_another_lobby_cannot_be_answered_and_so_shown(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    secret = ada.open("lair", is_public=False)
    said = ada.post(f"lobbies/{secret}/messages/", content="secret")["id"]
    assert bob.refused(f"lobbies/{den}/messages/", content="?", reply_to=said) == (404, "unknown_message")


@pytest.mark.usefixtures("friends")
def test_friends_answer_each_other_but_not_what_was_said_to_others(
    ada: Person, bob: Person, cyd: Person
) -> None:
    from chat.tests.conftest import befriend

    befriend(ada, cyd)
    to_cyd = ada.post(f"dm/{cyd.id}/messages/", content="secret")["id"]
    to_bob = ada.post(f"dm/{bob.id}/messages/", content="hi")["id"]
    assert bob.refused(f"dm/{ada.id}/messages/", content="?", reply_to=to_cyd) == (404, "unknown_message")
    answer = bob.post(f"dm/{ada.id}/messages/", content="hi too", reply_to=to_bob)
    assert answer["reply_to"] == {"id": to_bob, "username": "ada", "content": "hi"}


# Mentions


@pytest.mark.usefixtures("here")
async def test_who_is_named_hears_of_it_wherever_they_are(ada: Person, bob: Person, den: LobbyId) -> None:
    phone = await bob.enter("notifications/")
    await phone.hear("badge")
    message = await ada.do(f"lobbies/{den}/messages/", content="@bob, @ada and @nobody: a game?")
    assert message["mentions"] == [bob.id, ada.id]
    mention = await phone.hear("mention")
    assert (mention["lobby_id"], mention["title"]) == (den, "den")
    assert mention["message"]["content"] == message["content"]


@pytest.mark.usefixtures("here")
async def test_a_blocked_member_cannot_call_for_attention(ada: Person, bob: Person, den: LobbyId) -> None:
    await in_database(Block.objects.create, by_id=bob.id, blocked_id=ada.id)
    phone = await bob.enter("notifications/")
    await phone.hear("badge")
    await ada.do(f"lobbies/{den}/messages/", content="@bob!")
    await phone.hear_nothing()


def test_only_members_are_named(ada: Person, cyd: Person, den: LobbyId) -> None:
    assert ada.post(f"lobbies/{den}/messages/", content="@cyd?")["mentions"] == []


@given(st.text(alphabet="@ab._-+ \n", max_size=60))
def test_names_are_taken_from_any_text(content: str) -> None:
    names = rules.mentioned(content)
    assert len(names) <= 2 * rules.MAX_MENTIONS
    assert all(f"@{name}" in content for name in names)


# Reactions


@pytest.mark.usefixtures("here")
async def test_reactions_are_counted_once_for_each_and_taken_back(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    said = (await ada.do(f"lobbies/{den}/messages/", content="gg"))["id"]
    socket = await ada.sit(den)
    for _ in range(2):
        answer = await in_database(bob.call, "put", f"lobbies/{den}/messages/{said}/reactions/like/")
        assert answer.status_code == 204
    heard = await socket.hear("reaction")
    assert heard["reaction"] == {"id": said, "kind": "like", "user_id": bob.id, "is_on": True}
    assert (await in_database(history, ada, den))[0]["reactions"] == [{"kind": "like", "user_ids": [bob.id]}]
    for _ in range(2):
        await in_database(bob.call, "delete", f"lobbies/{den}/messages/{said}/reactions/like/")
    assert (await socket.hear("reaction"))["reaction"]["is_on"] is False
    assert (await in_database(history, ada, den))[0]["reactions"] == []
    await socket.hear_nothing()


def test_a_message_takes_so_many_reactions(
    ada: Person, bob: Person, den: LobbyId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAX_REACTIONS", 2)
    said = ada.post(f"lobbies/{den}/messages/", content="gg")["id"]
    codes = [
        bob.call("put", f"lobbies/{den}/messages/{said}/reactions/{kind}/").status_code
        for kind in rules.REACTIONS[:3]
    ]
    assert codes == [204, 204, 409]
    assert LobbyReaction.objects.count() == 2


def test_no_other_sign_is_a_reaction(ada: Person, den: LobbyId) -> None:
    said = ada.post(f"lobbies/{den}/messages/", content="gg")["id"]
    answer = ada.call("put", f"lobbies/{den}/messages/{said}/reactions/poke/")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_reaction")


def test_reactions_are_limited(ada: Person, den: LobbyId, monkeypatch: pytest.MonkeyPatch) -> None:
    from chat import pacing

    monkeypatch.setattr(pacing, "REACTIONS_AT_ONCE", 1)
    said = ada.post(f"lobbies/{den}/messages/", content="gg")["id"]
    path = f"lobbies/{den}/messages/{said}/reactions/like/"
    assert [ada.call(method, path).status_code for method in ("put", "delete")] == [204, 429]


@pytest.mark.usefixtures("friends", "here")
async def test_friends_react_edit_and_delete(ada: Person, bob: Person) -> None:
    said = (await ada.do(f"dm/{bob.id}/messages/", content="helo"))["id"]
    socket = await bob.enter(f"chat/{ada.id}/")
    assert (await socket.hear("presence_state"))["unread"] == 1
    await socket.hear("presence_join")

    await in_database(bob.call, "put", f"dm/{ada.id}/messages/{said}/reactions/love/")
    assert (await socket.hear("reaction"))["reaction"]["user_id"] == bob.id
    edited = await in_database(ada.call, "patch", f"dm/{bob.id}/messages/{said}/", {"content": "hello"})
    assert edited.json()["content"] == "hello"
    heard = (await socket.hear("message_edited"))["message"]
    assert heard["edited_at"] is not None
    assert heard["reactions"] == [{"kind": "love", "user_ids": [bob.id]}]
    assert (await in_database(bob.call, "delete", f"dm/{ada.id}/messages/{said}/")).json()[
        "code"
    ] == "not_yours"
    await in_database(ada.call, "delete", f"dm/{bob.id}/messages/{said}/")
    assert (await socket.hear("message_deleted"))["id"] == said

    (thread,) = (await in_database(bob.get, "dm/"))["results"]
    assert (thread["last_message"], thread["unread"]) == (None, 0)
    assert (await in_database(bob.get, f"dm/{ada.id}/messages/"))["results"] == []


# Edits


@pytest.mark.usefixtures("here")
async def test_an_edit_is_heard_and_marked(ada: Person, bob: Person, den: LobbyId) -> None:
    said = (await ada.do(f"lobbies/{den}/messages/", content="helo"))["id"]
    socket = await bob.sit(den)
    path = f"lobbies/{den}/messages/{said}/"
    await in_database(ada.call, "patch", path, {"content": "hello, you shit"})
    message = (await socket.hear("message_edited"))["message"]
    assert message["content"].startswith("hello, you ")
    assert "shit" not in message["content"]
    assert message["edited_at"] is not None
    assert (await in_database(history, bob, den))[0]["content"] == message["content"]


def test_only_ones_own_words_are_edited_and_only_for_five_minutes(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    said = bob.post(f"lobbies/{den}/messages/", content="helo")["id"]
    path = f"lobbies/{den}/messages/{said}/"
    assert ada.call("patch", path, {"content": "x"}).json()["code"] == "not_yours"
    with later(4.9):
        assert bob.call("patch", path, {"content": "hello"}).status_code == 200
    with later(5.1):
        assert bob.call("patch", path, {"content": "late"}).json()["code"] == "too_late"
    assert LobbyMessage.objects.get().content == "hello"


def test_a_muted_member_does_not_speak_by_editing(ada: Person, bob: Person, den: LobbyId) -> None:
    said = bob.post(f"lobbies/{den}/messages/", content="hi")["id"]
    Sanction.objects.create(lobby_id=den, user_id=bob.id, kind="mute", by_id=ada.id)
    assert bob.call("patch", f"lobbies/{den}/messages/{said}/", {"content": "x"}).json()["code"] == "muted"


# Pins


@pytest.mark.usefixtures("here")
async def test_a_pinned_message_is_told_changed_and_gone_with_the_message(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    said = (await ada.do(f"lobbies/{den}/messages/", content="rules"))["id"]
    socket = await bob.sit(den)
    path = f"lobbies/{den}/messages/{said}"
    await in_database(ada.call, "put", f"{path}/pin/")
    assert (await socket.hear("lobby_update"))["facts"]["pinned"]["content"] == "rules"
    await in_database(ada.call, "patch", f"{path}/", {"content": "the rules"})
    await socket.hear("message_edited")
    assert (await socket.hear("lobby_update"))["facts"]["pinned"]["content"] == "the rules"
    await in_database(ada.call, "delete", f"{path}/")
    await socket.hear("message_deleted")
    assert (await socket.hear("lobby_update"))["facts"]["pinned"] is None


# Slow mode


def test_in_slow_mode_a_member_waits_and_a_moderator_does_not(ada: Person, bob: Person, den: LobbyId) -> None:
    assert ada.call("patch", f"lobbies/{den}/", {"slow_mode_s": 30}).status_code == 200
    path = f"lobbies/{den}/messages/"
    assert bob.call("post", path, {"content": "one"}).status_code == 201
    refused = bob.call("post", path, {"content": "two"})
    assert (refused.status_code, refused.json()["code"]) == (429, "slow_mode")
    assert 0 < refused.json()["retry_after"] <= 30
    assert [ada.call("post", path, {"content": str(n)}).status_code for n in range(2)] == [201, 201]
    with later(0.6):
        assert bob.call("post", path, {"content": "two"}).status_code == 201


def test_in_slow_mode_only_one_of_two_messages_at_once_is_taken(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    ada.call("patch", f"lobbies/{den}/", {"slow_mode_s": 30})
    answers = services.post_messages([services.Post(den, bob.id, word) for word in ("one", "two")])
    assert sorted(type(answer).__name__ for answer in answers) == ["SlowMode", "Text"]
    assert LobbyMessage.objects.count() == 1


# Read markers


def test_unread_messages_of_others_are_counted_from_joining_to_the_read_marker(
    ada: Person, bob: Person, person: Callable[..., Person], den: LobbyId
) -> None:
    def unread(who: Person) -> int:
        (lobby,) = who.get("lobbies/?mine=1")["results"]
        return int(lobby["unread"])

    ids = [
        services.post_message(lobby_id=den, sender_id=ada.id, content=f"{number}").id for number in range(3)
    ]
    services.post_message(lobby_id=den, sender_id=bob.id, content="own")
    assert (unread(ada), unread(bob)) == (1, 3)
    newcomer = person("newcomer")
    assert newcomer.get("lobbies/")["results"][0]["unread"] == 0
    newcomer.post(f"lobbies/{den}/join/")
    assert unread(newcomer) == 0

    bob.post(f"lobbies/{den}/read/", up_to=ids[1])
    assert unread(bob) == 1
    bob.post(f"lobbies/{den}/read/", up_to=ids[0])
    assert unread(bob) == 1
    bob.post(f"lobbies/{den}/read/")
    assert unread(bob) == 0


def test_a_marker_beyond_the_last_message_hides_nothing_that_follows(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    ada.post(f"lobbies/{den}/messages/", content="one")
    bob.post(f"lobbies/{den}/read/", up_to=2**53)
    ada.post(f"lobbies/{den}/messages/", content="two")
    assert bob.get("lobbies/?mine=1")["results"][0]["unread"] == 1


@pytest.mark.usefixtures("here")
async def test_reading_over_the_socket_is_stored(ada: Person, bob: Person, den: LobbyId) -> None:
    said = (await ada.do(f"lobbies/{den}/messages/", content="one"))["id"]
    socket = await bob.sit(den)
    await socket.send(type="read", up_to=said, id="r")
    await socket.hear("ack")
    membership = await in_database(Membership.objects.get, user_id=bob.id)
    assert membership.read_up_to == said
    await socket.leave()
    again = await bob.enter(f"lobbies/{den}/")
    assert (await again.hear("presence_state"))["you"]["read_up_to"] == said
