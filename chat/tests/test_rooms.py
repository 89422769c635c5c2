"""Events on the sockets of a lobby."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from chat import pacing, selectors, services
from chat.events import LobbyId
from chat.live import chat_state
from chat.models import Lobby, LobbyMessage, Membership, Sanction
from chat.tests.conftest import Person
from core.database import in_database
from core.ids import UserId
from core.refusals import RateLimited
from realtime import worker
from realtime.testing import Closed, Player

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("here")]


async def together(lobby: LobbyId, *people: Any) -> list[Player]:
    """Open sockets for all and wait until each has seen the others arrive."""
    players: list[Player] = []
    for somebody in people:
        players.append(await somebody.sit(lobby))
        for earlier in players[:-1]:
            assert (await earlier.hear("presence_join"))["user_id"] == somebody.id
    return players


async def test_what_is_said_is_stored_and_heard_by_all_in_one_order(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await bob_hears.send(type="chat_message", message="  hello ", id="a")
    frames = [await who.hear("chat_message") for who in (ada_hears, bob_hears)]
    assert frames[1] == frames[0] | {"ref": "a"}
    assert "ref" not in frames[0]
    message = frames[0]["message"]
    stored = await in_database(LobbyMessage.objects.get)
    assert (message["id"], message["content"]) == (stored.pk, "hello")
    assert message["sender"] == {"id": bob.id, "username": "bob", "is_premium": False}

    await ada.do(f"lobbies/{den}/messages/", content="by request")
    again = await bob_hears.hear("chat_message")
    assert (again["message"]["content"], again["seq"]) == ("by request", frames[0]["seq"] + 1)


async def test_messages_that_are_stored_together_each_answer_who_said_them(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    for number in range(2):
        await ada_hears.send(type="chat_message", message="ada's", id=f"a{number}")
        await bob_hears.send(type="chat_message", message="bob's", id=f"b{number}")
    for who, own in ((ada_hears, "a"), (bob_hears, "b")):
        refs = [(await who.hear_until("chat_message")).get("ref") for _ in range(4)]
        assert sorted(ref for ref in refs if ref) == [f"{own}0", f"{own}1"]


async def test_the_room_has_two_addresses(ada: Person, bob: Person, den: LobbyId) -> None:
    (ada_hears,) = await together(den, ada)
    by_name = await bob.enter("chat/lobby/DEN/")
    await by_name.hear("presence_state")
    await by_name.hear("presence_join")
    await ada_hears.hear("presence_join")
    await ada_hears.send(type="chat_message", message="hi")
    assert (await by_name.hear("chat_message"))["message"]["content"] == "hi"


async def test_the_first_frame_says_how_the_lobby_stands(ada: Person, bob: Person, den: LobbyId) -> None:
    await bob.do(f"lobbies/{den}/messages/", content="before")
    ada_hears = await ada.sit(den)
    socket = await bob.enter(f"lobbies/{den}/")
    state = await socket.hear("presence_state")
    assert state["lobby"]["name"] == "den"
    assert [(m["username"], m["role"], m["online"]) for m in state["members"]] == [
        ("ada", "owner", True),
        ("bob", "member", False),
    ]
    assert [message["content"] for message in state["messages"]] == ["before"]
    assert state["you"] == {"user_id": bob.id, "role": "member", "muted_until": None, "read_up_to": 0}
    await ada_hears.hear("presence_join")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("lobbies/{den}/", 4403),
        ("chat/lobby/den/", 4403),
        ("lobbies/999999/", 4404),
        ("chat/lobby/lair/", 4404),
        ("lobbies/999999999999999999/", 4404),
        ("chat/lobby/\0/", 4400),
    ],
)
async def test_who_has_no_business_there_is_shut_out(cyd: Person, den: LobbyId, path: str, code: int) -> None:
    socket = await cyd.enter(path.format(den=den))
    assert await socket.closed() == code


async def test_a_member_with_two_devices_comes_and_goes_once(ada: Person, bob: Person, den: LobbyId) -> None:
    (ada_hears,) = await together(den, ada)
    phone = await bob.sit(den)
    await ada_hears.hear("presence_join")
    laptop = await bob.enter(f"lobbies/{den}/")
    await laptop.hear("presence_state")
    await laptop.hear_nothing()
    await phone.leave()
    await laptop.send(type="chat_message", message="still here")
    await ada_hears.hear("chat_message")
    await laptop.leave()
    left = await ada_hears.hear("presence_leave")
    assert (left["user_id"], left["username"]) == (bob.id, "bob")


async def test_typing_is_told_to_all_but_the_typist(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await bob_hears.send(type="typing_start")
    typing = await ada_hears.hear("typing_start")
    assert (typing["user_id"], typing["username"]) == (bob.id, "bob")
    assert "seq" not in typing
    await bob_hears.send(type="typing_stop")
    await ada_hears.hear("typing_stop")
    await bob_hears.hear_nothing()


async def test_who_takes_another_name_types_by_it_soon(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    changed = await in_database(bob.call, "patch", "me/", {"username": "robert"})
    assert changed.status_code == 200

    names: list[Any] = []
    while "robert" not in names and len(names) < 8:
        await bob_hears.send(type="typing_start")
        names.append((await ada_hears.hear("typing_start"))["username"])
        await asyncio.sleep(0.5)

    assert names[-1] == "robert"
    await bob_hears.leave()
    await ada_hears.hear("typing_stop")
    assert (await ada_hears.hear("presence_leave"))["username"] == "robert"


async def test_who_leaves_while_typing_types_no_more(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await bob_hears.send(type="typing_start")
    await ada_hears.hear("typing_start")
    await bob_hears.leave()
    await ada_hears.hear("typing_stop")
    await ada_hears.hear("presence_leave")


async def test_typing_without_end_is_not_passed_on(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    for _ in range(30):
        await bob_hears.send(type="typing_start")
    await bob_hears.hear_nothing()
    await ada_hears.send(type="chat_message", message="enough")
    heard = []
    while (frame := await ada_hears.hear())["type"] != "chat_message":
        heard.append(frame["type"])
    assert 1 <= len(heard) <= 10


async def test_what_was_missed_is_heard_on_coming_back(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await ada_hears.send(type="chat_message", message="one")
    seen = (await bob_hears.hear("chat_message"))["seq"]
    await bob_hears.leave()
    await ada_hears.hear("chat_message")
    await ada_hears.hear("presence_leave")
    await ada_hears.send(type="chat_message", message="two")
    await ada_hears.hear("chat_message")
    back = await bob.enter(f"lobbies/{den}/?since={seen}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert (await back.hear("presence_leave"))["user_id"] == bob.id
    assert (await back.hear("chat_message"))["message"]["content"] == "two"
    assert (await back.hear("presence_join"))["user_id"] == bob.id


async def test_a_lobby_of_the_same_name_hears_nothing_of_the_one_before(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    (ada_hears,) = await together(den, ada)
    await ada_hears.send(type="chat_message", message="secret")
    seen = (await ada_hears.hear("chat_message"))["seq"]
    await in_database(ada.call, "delete", f"lobbies/{den}/")
    assert await ada_hears.closed() == 4404
    lobby = await in_database(ada.open, "den")
    await cyd.do(f"lobbies/{lobby}/join/")
    late = await cyd.enter(f"lobbies/{lobby}/?since={seen - 1}")
    state = await late.hear("presence_state")
    assert (state["recovered"], state["messages"]) == (False, [])


async def test_closing_a_lobby_is_told_and_closes_its_sockets(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await in_database(ada.call, "delete", f"lobbies/{den}/")
    for who in (ada_hears, bob_hears):
        await who.hear("lobby_closed")
        assert await who.closed() == 4404


async def test_who_leaves_is_heard_no_more(ada: Person, bob: Person, den: LobbyId) -> None:
    ada_hears, bob_hears = await together(den, ada, bob)
    await bob.do(f"lobbies/{den}/leave/")
    assert (await ada_hears.hear("lobby_update"))["gone_id"] == bob.id
    assert await bob_hears.closed() == 4403
    await bob_hears.leave()
    assert (await ada_hears.hear("presence_leave"))["user_id"] == bob.id


async def test_the_hand_over_is_told(ada: Person, bob: Person, den: LobbyId) -> None:
    (bob_hears,) = await together(den, bob)
    await ada.do(f"lobbies/{den}/leave/")
    heir = await bob_hears.hear("lobby_update")
    assert (heir["facts"]["owner_id"], heir["member"]["role"]) == (bob.id, "owner")
    assert (await bob_hears.hear("lobby_update"))["gone_id"] == ada.id


async def test_a_game_that_starts_is_told_to_all_and_its_players_are_called(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    await cyd.do(f"lobbies/{den}/join/")
    calls = await ada.enter("notifications/")
    await calls.hear("badge")
    (cyd_hears,) = await together(den, cyd)
    started = await ada.do(f"lobbies/{den}/start/", game="tictactoe")
    told = await cyd_hears.hear("game_start")
    assert (told["game_id"], told["ws_url"]) == (started["game_id"], started["ws_url"])
    # Cyd is here and Bob is not.
    assert told["player_ids"] == [ada.id, cyd.id]
    found = await calls.hear("match_found")
    assert (found["game_id"], found["side"]) == (started["game_id"], "left")


async def test_a_deleted_message_is_gone_for_all(ada: Person, bob: Person, den: LobbyId) -> None:
    (bob_hears,) = await together(den, bob)
    message = await ada.do(f"lobbies/{den}/messages/", content="oops")
    await bob_hears.hear("chat_message")
    answer = await in_database(ada.call, "delete", f"lobbies/{den}/messages/{message['id']}/")
    assert answer.status_code == 204
    assert (await bob_hears.hear("message_deleted"))["id"] == message["id"]
    assert (await in_database(bob.get, f"lobbies/{den}/messages/"))["results"] == []
    again = await in_database(ada.call, "delete", f"lobbies/{den}/messages/{message['id']}/")
    assert again.status_code == 404


async def test_what_an_erased_member_said_is_gone_for_all(ada: Person, bob: Person, den: LobbyId) -> None:
    (ada_hears,) = await together(den, ada)
    said = [(await bob.do(f"lobbies/{den}/messages/", content=text))["id"] for text in ("one", "two")]
    assert (await in_database(bob.call, "delete", "me/")).status_code == 204
    gone = [(await ada_hears.hear_until("message_deleted"))["id"] for _ in said]
    assert gone == said


async def test_messages_over_all_ways_count_together(
    ada: Person, bob: Person, den: LobbyId, long_memory: None
) -> None:
    first, second = await together(den, ada, bob)
    other = await ada.enter(f"lobbies/{den}/")
    await other.hear("presence_state")
    await first.send(type="chat_message", message="one")
    await first.hear("chat_message")
    await other.send(type="chat_message", message="two")
    await first.hear("chat_message")
    await ada.do(f"lobbies/{den}/messages/", content="three")
    await first.hear("chat_message")
    await first.send(type="chat_message", message="four", id=4)
    refused = await first.hear("error")
    assert (refused["code"], refused["ref"]) == ("rate_limited", 4)
    assert 0 < refused["retry_after"] <= 60
    answer = await in_database(ada.call, "post", f"lobbies/{den}/messages/", {"content": "four"})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer["Retry-After"]) <= 60
    await second.send(type="chat_message", message="mine")
    assert (await first.hear("chat_message"))["message"]["sender"]["username"] == "bob"
    assert await in_database(LobbyMessage.objects.count) == 4


def test_three_messages_may_be_said_in_two_seconds() -> None:
    for _ in range(3):
        pacing.take_sync(UserId(1))
    with pytest.raises(RateLimited) as refused:
        pacing.take_sync(UserId(1))
    assert 0 < refused.value.retry_after <= 2


async def test_an_outsider_is_refused_and_nothing_is_stored(ada: Person, bob: Person, den: LobbyId) -> None:
    """Bob's membership is deleted directly, so that his socket stays open."""
    (bob_hears,) = await together(den, bob)
    await in_database(Membership.objects.filter(user_id=bob.id).delete)
    await bob_hears.send(type="chat_message", message="hi")
    assert await bob_hears.refused() == "not_a_member"
    assert not await in_database(LobbyMessage.objects.exists)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "chat_message"}, "invalid_message"),
        ({"type": "chat_message", "message": " "}, "invalid_message"),
        ({"type": "chat_message", "message": "x" * 501}, "invalid_message"),
        ({"type": "chat_message", "message": "a\x07b"}, "invalid_message"),
        ({"type": "chat_message", "message": 7}, "invalid_message"),
        ({"type": "chat_message", "message": "hi", "reply_to": 999_999}, "unknown_message"),
        ({"type": "say", "message": "hi"}, "unknown_type"),
    ],
)
async def test_what_is_no_message_is_refused_and_the_socket_stays(
    ada: Person, den: LobbyId, frame: dict[str, Any], code: str
) -> None:
    (socket,) = await together(den, ada)
    await socket.send(**frame)
    assert await socket.refused() == code
    await socket.hear_nothing()
    assert not await in_database(LobbyMessage.objects.exists)


async def test_many_messages_at_once_are_stored_once_each_and_in_the_order_they_are_heard(
    ada: Person, den: LobbyId
) -> None:
    (socket,) = await together(den, ada)
    posts = [services.Post(den, ada.id, f"line {number}") for number in range(60)]
    await asyncio.gather(*(chat_state().store(post) for post in posts))
    heard = [(await socket.hear("chat_message"))["message"] for _ in posts]
    assert [message["content"] for message in heard] == [post.content for post in posts]
    stored = await in_database(lambda: list(LobbyMessage.objects.order_by("pk").values_list("pk", flat=True)))
    assert [message["id"] for message in heard] == stored


async def test_of_messages_stored_together_each_has_its_own_answer(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    answers = await asyncio.gather(
        chat_state().store(services.Post(den, ada.id, "yes")),
        chat_state().store(services.Post(den, cyd.id, "no")),
        chat_state().store(services.Post(LobbyId(999), ada.id, "no")),
        chat_state().store(services.Post(den, bob.id, "yes")),
        return_exceptions=True,
    )
    assert [getattr(answer, "code", None) for answer in answers] == [
        None,
        "not_a_member",
        "unknown_lobby",
        None,
    ]
    assert await in_database(LobbyMessage.objects.count) == 2


async def test_a_fault_of_ours_in_a_lobby_by_its_name_is_answered_and_leaves_it_open(
    ada: Person, den: LobbyId, monkeypatch: pytest.MonkeyPatch
) -> None:
    hears = await ada.enter("chat/lobby/den/")
    await hears.hear_until("presence_join")

    async def fail(user_id: UserId) -> None:
        raise RuntimeError

    monkeypatch.setattr(pacing, "take_among_strangers", fail)
    await hears.send(type="chat_message", message="hello", id="a")
    refusal = await hears.hear("error")
    assert (refusal["code"], refusal["ref"]) == ("internal_error", "a")

    await hears.send(type="ping", id="b")
    assert (await hears.hear("pong"))["ref"] == "b"


async def test_a_lobby_by_its_name_closes_when_the_database_is_away(
    ada: Person, den: LobbyId, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(selectors, "lobby_entered_by", fail)
    assert await (await ada.enter("chat/lobby/den/")).closed() == 1013
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_was_not_told_that_a_lobby_closed_hears_nothing_of_the_next_of_its_name(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    bob_hears = await bob.sit(den)
    # As if a worker had been killed before it could announce it.
    await in_database(Lobby.objects.filter(pk=den).update, status=Lobby.Status.CLOSED)
    other = (await ada.do("lobbies/", name="den", is_public=False))["id"]
    await ada.do(f"lobbies/{other}/messages/", content="not for Bob")
    with pytest.raises(Closed) as closed:
        await bob_hears.hear()
    assert closed.value.code == 4404
    await bob_hears.leave()


async def test_what_changes_in_a_closed_lobby_is_not_told_in_the_next_of_its_name(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    message = (await bob.do(f"lobbies/{den}/messages/", content="hi"))["id"]
    await ada.do(f"lobbies/{den}/mute/", user_id=bob.id)
    await in_database(services.close_lobby, actor_id=ada.id, lobby_id=den)
    ada_hears = await ada.sit((await ada.do("lobbies/", name="den"))["id"])
    await in_database(services.delete_message, actor_id=bob.id, lobby_id=den, message_id=message)
    await in_database(services.lift, sanction_id=(await in_database(Sanction.objects.get)).pk)
    await worker.current().streams.sent()
    await ada_hears.hear_nothing()
