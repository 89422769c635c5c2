"""The status of friends on real sockets: online, away, playing, offline."""

from typing import Any
from uuid import uuid4

import pytest

from core.database import in_database
from core.ids import UserId
from core.namespace import key
from core.statements import Bound
from friends import live, playing, selectors, services
from friends.models import Standing
from friends.tests.conftest import Person
from realtime.membership import presence
from realtime.testing import Closed, Player
from realtime.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("here")]


async def hear_of(player: Any, user_id: UserId, **expected: Any) -> Any:
    """Receive events about a friend until one matches."""
    while True:
        frame = await player.hear()
        wanted = {"type": "presence", "user_id": user_id, **expected}
        if wanted.items() <= frame.items():
            return frame


async def first(player: Any) -> dict[Any, Any]:
    """Return the snapshot's friends by name."""
    state = await player.hear("presence_state")
    return {friend["username"]: friend for friend in state["friends"]}


async def watching(person: Person) -> Player:
    """Open a socket that receives every change of friends from now on."""
    player = await person.watch()
    await player.hear("presence_state")
    return player


async def test_the_first_frame_lists_all_friends_and_how_they_stand(
    ada: Person, bob: Person, cyd: Person
) -> None:
    await in_database(ada.befriend, bob)
    await in_database(ada.befriend, cyd)
    at_bobs, at_cyds = await watching(bob), await watching(cyd)
    # Bob sees Ada online, so Cyd, who came before her, is online too.
    at_adas = await watching(ada)
    await hear_of(at_bobs, ada.id, online=True)
    await at_bobs.leave()
    await hear_of(at_adas, bob.id, online=False)

    again = await ada.watch()

    friends = await first(again)
    assert friends["cyd"] == {
        "user_id": cyd.id,
        "username": "cyd",
        "is_premium": False,
        "online": True,
        "status": "online",
        "last_seen": None,
    }
    assert (friends["bob"]["online"], friends["bob"]["status"]) == (False, "offline")
    assert friends["bob"]["last_seen"].endswith("Z")
    await at_cyds.hear_until("presence")


async def test_friends_are_told_who_comes_and_who_goes_and_others_are_not(
    ada: Person, bob: Person, cyd: Person
) -> None:
    await in_database(ada.befriend, bob)
    at_adas, at_cyds = await ada.watch(), await cyd.watch()
    assert (await first(at_adas))["bob"]["status"] == "offline"
    assert await first(at_cyds) == {}

    at_bobs = await bob.watch()

    frame = await hear_of(at_adas, bob.id)
    assert (frame["online"], frame["status"], frame["last_seen"]) == (True, "online", None)
    await at_bobs.leave()
    frame = await hear_of(at_adas, bob.id, online=False)
    assert frame["status"] == "offline"
    assert frame["last_seen"].endswith("Z")
    await at_cyds.hear_nothing()


async def test_any_socket_of_a_user_is_a_sign_of_being_online_and_the_last_to_close_ends_it(
    ada: Person, bob: Person
) -> None:
    await in_database(ada.befriend, bob)
    at_adas = await watching(ada)
    devices = [await bob.notifications(), await bob.notifications()]
    await hear_of(at_adas, bob.id, online=True)

    await devices[0].leave()
    await devices[1].send(type="ping")
    assert (await devices[1].hear_until("pong"))["type"] == "pong"
    assert (await in_database(ada.friends))["bob"]["online"]
    await devices[1].leave()

    await hear_of(at_adas, bob.id, online=False)
    assert not (await in_database(ada.friends))["bob"]["online"]


async def test_a_status_is_told_to_friends_and_to_the_own_devices(ada: Person, bob: Person) -> None:
    await in_database(ada.befriend, bob)
    at_adas, at_bobs, bobs_other = await ada.watch(), await bob.watch(), await bob.watch()
    await at_adas.hear("presence_state")
    for own in (at_bobs, bobs_other):
        assert (await own.hear("presence_state"))["status"] == "online"

    await at_bobs.send(type="set_status", status="away")

    assert (await hear_of(at_adas, bob.id, status="away"))["online"]
    for own in (at_bobs, bobs_other):
        assert (await own.hear_until("status_set"))["status"] == "away"
    assert (await in_database(ada.friends))["bob"]["status"] == "away"


async def test_a_status_ends_when_the_user_goes_offline(ada: Person, bob: Person) -> None:
    await in_database(ada.befriend, bob)
    at_adas, at_bobs = await watching(ada), await watching(bob)
    await at_bobs.send(type="set_status", status="busy")
    await hear_of(at_adas, bob.id, status="busy")

    await at_bobs.leave()
    await hear_of(at_adas, bob.id, status="offline")
    at_bobs = await bob.watch()

    assert (await at_bobs.hear("presence_state"))["status"] == "online"
    await hear_of(at_adas, bob.id, status="online")


async def test_who_is_back_before_their_going_was_noted_keeps_their_status(
    bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_database(lambda: services.set_status(user_id=bob.id, status="busy"))
    monkeypatch.setattr(presence, "online_sync", set)

    await in_database(services.note_gone, [bob.id])

    assert await in_database(selectors.own_status, bob.id) == {"status": "busy", "last_seen": None}


@pytest.mark.parametrize("status", ["offline", "Away", "", None, 7, ["away"], "x" * 1000])
async def test_a_status_that_is_none_is_refused(bob: Person, status: int | list[str] | str | None) -> None:
    at_bobs = await watching(bob)

    await at_bobs.send(type="set_status", status=status, id=1)

    error = await at_bobs.hear("error")
    assert (error["code"], error["ref"]) == ("invalid_message", 1)
    assert await Standing.objects.acount() == 0


async def test_who_changes_status_too_often_has_to_wait(bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("friends.services.STATUSES_IN_TEN_SECONDS", 1)
    at_bobs = await watching(bob)

    await at_bobs.send(type="set_status", status="away")
    await at_bobs.send(type="set_status", status="online")

    # Refusals are sent directly, not through the stream.
    error = await at_bobs.hear_until("error")
    assert error["code"] == "rate_limited"
    assert 0 < error["retry_after"] <= 10


async def test_the_game_somebody_plays_is_told_while_it_runs(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    games: dict[Any, Any] = {}
    running = Bound(("SELECT 1", []), lambda *_: list(games.items()))
    monkeypatch.setattr(playing, "bound", lambda user_ids: [running])
    await in_database(ada.befriend, bob)
    at_adas, at_bobs = await watching(ada), await watching(bob)
    await hear_of(at_adas, bob.id, online=True)
    await at_bobs.send(type="set_status", status="away")
    await hear_of(at_adas, bob.id, status="away")

    games[bob.id] = uuid4()
    await in_database(live.changed, bob.id)

    frame = await hear_of(at_adas, bob.id, status="playing")
    assert frame["game_id"] == str(games[bob.id])
    assert (await in_database(ada.friends))["bob"]["game_id"] == str(games[bob.id])
    games.clear()
    await in_database(live.changed, bob.id)
    assert "game_id" not in await hear_of(at_adas, bob.id, status="away")


async def test_a_new_friend_appears_and_a_lost_one_goes_on_both_sockets(ada: Person, bob: Person) -> None:
    at_adas, at_bobs = await ada.watch(), await bob.watch()
    assert await first(at_adas) == await first(at_bobs) == {}

    await in_database(ada.befriend, bob)

    added = await at_adas.hear_until("friend_accepted")
    assert (added["friend"]["user_id"], added["friend"]["username"]) == (bob.id, "bob")
    assert (await at_bobs.hear_until("friend_accepted"))["friend"]["user_id"] == ada.id
    await in_database(bob.block, ada)
    assert (await at_adas.hear_until("friend_removed"))["user_id"] == bob.id
    assert (await at_bobs.hear_until("friend_removed"))["user_id"] == ada.id


async def test_after_a_block_neither_is_told_of_the_other(ada: Person, bob: Person, cyd: Person) -> None:
    await in_database(ada.befriend, bob)
    await in_database(cyd.befriend, bob)
    at_adas, at_cyds, at_bobs = await watching(ada), await watching(cyd), await watching(bob)
    for friends in (at_adas, at_cyds):
        await hear_of(friends, bob.id, online=True)
    await in_database(ada.block, bob)
    await at_adas.hear_until("friend_removed")

    await at_bobs.send(type="set_status", status="away")

    await hear_of(at_cyds, bob.id, status="away")
    await at_adas.hear_nothing()


async def test_nothing_is_published_for_friends_who_do_not_listen(
    here: Worker, ada: Person, bob: Person, cyd: Person
) -> None:
    await in_database(bob.befriend, cyd)
    await in_database(ada.befriend, bob)
    await here.streams.sent()
    published = key(f"stream:{{friends_{ada.id}}}:seq")
    await here.redis.delete(published)
    at_cyds, at_bobs = await watching(cyd), await watching(bob)

    await at_bobs.send(type="set_status", status="away")

    await hear_of(at_cyds, bob.id, status="away")
    assert not await here.redis.exists(published)


async def test_who_comes_back_begins_with_all_friends(ada: Person, bob: Person) -> None:
    await in_database(ada.befriend, bob)
    at_adas = await ada.watch()
    seq = (await at_adas.hear("presence_state"))["seq"]
    await at_adas.leave()

    again = await ada.watch(f"?since={seq}")

    state = await again.hear("presence_state")
    assert state["recovered"] is False
    assert [friend["username"] for friend in state["friends"]] == ["bob"]


async def test_events_carry_numbers_that_rise_by_one(ada: Person, bob: Person) -> None:
    await in_database(ada.befriend, bob)
    at_adas, at_bobs = await ada.watch(), await bob.watch()
    seq = (await at_adas.hear("presence_state"))["seq"]

    for status in ("away", "busy", "online"):
        await at_bobs.send(type="set_status", status=status)
        while True:
            frame = await at_adas.hear("presence")
            seq += 1
            assert frame["seq"] == seq
            if frame["status"] == status:
                break


async def test_notifications_carry_requests_friendships_and_the_presence_of_friends(
    ada: Person, bob: Person
) -> None:
    at_adas, at_bobs = await ada.notifications(), await bob.notifications()

    asked = (await in_database(ada.ask, bob)).json()
    for own in (at_adas, at_bobs):
        assert (await own.hear("friend_request"))["request"] == asked
    await in_database(bob.answer, asked["id"], "accept")
    frame = await at_adas.hear("friend_accepted")
    assert (frame["request_id"], frame["friend"]["user_id"]) == (asked["id"], bob.id)
    assert (await at_bobs.hear("friend_accepted"))["friend"]["user_id"] == ada.id

    at_bobs_list = await bob.watch()
    await at_bobs_list.send(type="set_status", status="away")

    assert (await hear_of(at_adas, bob.id, status="away"))["online"]
    await in_database(bob.remove, ada)
    assert (await at_adas.hear_until("friend_removed"))["user_id"] == bob.id


@pytest.mark.parametrize(("who", "how", "status"), [(1, "decline", "declined"), (0, "cancel", "cancelled")])
async def test_notifications_tell_of_requests_that_are_closed(
    ada: Person, bob: Person, who: int, how: str, status: str
) -> None:
    at_adas, at_bobs = await ada.notifications(), await bob.notifications()
    asked = (await in_database(ada.ask, bob)).json()

    await in_database((ada, bob)[who].answer, asked["id"], how)

    for own in (at_adas, at_bobs):
        frame = await own.hear_until("friend_request_closed")
        assert (frame["request_id"], frame["status"]) == (asked["id"], status)


async def test_a_block_is_told_to_the_blocker_alone_and_looks_like_an_answer_to_the_other(
    ada: Person, bob: Person
) -> None:
    at_adas, at_bobs = await ada.notifications(), await bob.notifications()
    await in_database(bob.ask, ada)
    await at_bobs.hear("friend_request")

    await in_database(ada.block, bob)

    assert (await at_adas.hear_until("player_blocked"))["blocked_id"] == bob.id
    assert (await at_bobs.hear("friend_request_closed"))["status"] == "declined"
    await at_bobs.hear_nothing()


async def test_an_erased_friend_goes_from_the_list(ada: Person, bob: Person) -> None:
    await in_database(ada.befriend, bob)
    at_adas = await watching(ada)

    assert (await in_database(bob.api.delete, "/api/me/")).status_code == 204

    assert (await at_adas.hear_until("friend_removed"))["user_id"] == bob.id


@pytest.mark.parametrize("was_told_before", [False, True])
async def test_what_was_told_too_early_is_put_right(ada: Person, bob: Person, was_told_before: bool) -> None:
    """Another worker announced Bob as online just before, or while, he went offline."""
    await in_database(ada.befriend, bob)
    at_adas = await watching(ada)

    notifier = live.notifier()
    told = (await in_database(live._read, [bob.id]))[0][bob.id]
    if was_told_before:
        notifier.notified(told)
    notifier.notified(type(told)(user_id=bob.id, online=True, status="online", last_seen=None))

    assert (await hear_of(at_adas, bob.id))["online"] is False
    notifier.notified(told)
    await at_adas.hear_nothing()


async def test_the_socket_needs_a_token(here: Worker) -> None:
    from gameplatform.asgi import application

    player = await Player(application, "/ws/friends/status/").enter()

    with pytest.raises(Closed) as closed:
        await player.hear()
    assert closed.value.code == 4401
