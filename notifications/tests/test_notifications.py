"""The notifications socket: the badge, events addressed to the user, and recovery of missed ones."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from chat import services as chat
from core.database import in_database
from core.ids import UserId
from friends import services as friends
from gameplatform.testing.people import Person
from matchmaking import services as queue
from matchmaking.invites import services as invites
from matchmaking.invites.models import Invite
from matchmaking.parties import services as parties
from notifications import badges
from notifications.events import Badge
from notifications.push import live as push
from realtime.testing import WITHIN_S


async def ask(who: Person, whom: Person, **to: Any) -> Any:
    return await in_database(
        invites.create, user_id=who.id, to_user_id=whom.id, **(to or {"game": "tictactoe"})
    )


async def test_the_first_frame_is_the_badge(ada: Person, bob: Person) -> None:
    await ask(ada, bob)

    socket = await bob.listen()

    frame = await socket.hear("badge")
    assert (frame["dm"], frame["invites"], frame["total"]) == ({}, 1, 1)
    assert isinstance(frame["seq"], int)
    socket = await ada.listen()
    assert (await socket.hear("badge"))["total"] == 0


async def test_the_badge_is_told_over_rest(ada: Person, bob: Person) -> None:
    await ask(ada, bob)

    assert (await bob.get("/api/notifications/badge/")).json() == {"dm": {}, "invites": 1, "total": 1}
    assert (await ada.get("/api/notifications/badge/")).json()["total"] == 0


async def test_nobody_counts_who_looks_at_a_page_where_nothing_is_pushed(ada: Person) -> None:
    socket = await ada.listen()
    await socket.hear("badge")
    await socket.send(type="set_visible", visible=True, id=1)
    await socket.hear("ack")
    assert len(push.seen()) == 0


async def test_an_invite_is_told_to_all_devices_and_the_badge_changes(ada: Person, bob: Person) -> None:
    mine, phone, laptop = await ada.listen(), await bob.listen(), await bob.listen()
    for socket in (mine, phone, laptop):
        await socket.hear("badge")

    invite = await ask(ada, bob)

    for socket in (phone, laptop):
        frame = await socket.hear("invite_created")
        assert frame["invite"]["id"] == invite.id
        assert frame["invite"]["from_user"] == {"id": ada.id, "username": "ada", "is_premium": False}
        assert (await socket.hear("badge"))["invites"] == 1
    assert (await mine.hear("invite_created"))["invite"]["id"] == invite.id
    await in_database(invites.decline, user_id=bob.id, invite_id=invite.id)
    for socket in (phone, laptop):
        await socket.hear("invite_declined")
        assert (await socket.hear("badge"))["invites"] == 0
    assert (await mine.hear("invite_declined"))["invite"]["status"] == "declined"
    await mine.hear_nothing()


async def test_accepting_tells_both_of_the_match(ada: Person, bob: Person) -> None:
    mine, theirs = await ada.listen(), await bob.listen()
    invite = await ask(ada, bob)

    await in_database(invites.accept, user_id=bob.id, invite_id=invite.id)

    urls = set()
    for socket in (mine, theirs):
        found = await socket.hear_until("match_found")
        accepted = await socket.hear_until("invite_accepted")
        assert accepted["invite"]["ws_url"] == found["ws_url"]
        urls.add(found["ws_url"])
    assert len(urls) == 1


async def test_an_invite_expires_by_itself(ada: Person, bob: Person, settings: Settings) -> None:
    settings.INVITE_TTL = 1
    mine, theirs = await ada.listen(), await bob.listen()

    invite = await ask(ada, bob)

    for socket in (mine, theirs):
        assert (await socket.hear_until("invite_expired"))["invite"]["id"] == invite.id
    # An earlier badge may still arrive.
    while (await theirs.hear("badge"))["invites"]:
        pass


async def test_what_was_missed_while_away_comes_on_return(ada: Person, bob: Person) -> None:
    socket = await bob.listen()
    seen = (await socket.hear("badge"))["seq"]
    await socket.leave()
    first = await ask(ada, bob)
    await in_database(invites.cancel, user_id=ada.id, invite_id=first.id)
    second = await ask(ada, bob, game="pong")
    await settled()

    back = await bob.listen(f"?since={seen}")

    resumed = await back.hear("resumed")
    assert (resumed["recovered"], resumed["since"]) == (True, seen)
    heard = [await back.hear() for _ in range(resumed["seq"] - seen)]
    assert [frame["seq"] for frame in heard] == list(range(seen + 1, resumed["seq"] + 1))
    told = [(frame["type"], frame["invite"]["id"]) for frame in heard if frame["type"] != "badge"]
    assert told == [
        ("invite_created", first.id),
        ("invite_cancelled", first.id),
        ("invite_created", second.id),
    ]
    assert [frame["invites"] for frame in heard if frame["type"] == "badge"][-1] == 1
    await back.hear_nothing()


async def test_who_was_away_too_long_begins_with_a_fresh_badge(ada: Person, bob: Person) -> None:
    await ask(ada, bob)

    back = await bob.listen("?since=17")

    frame = await back.hear("badge")
    assert (frame["recovered"], frame["invites"]) == (False, 1)


async def test_the_badge_that_stays_is_the_true_one_however_many_change_it_at_once(
    ada: Person, bob: Person, person: Callable[..., Awaitable[Person]]
) -> None:
    askers = [ada, *[await person(f"asker{number}") for number in range(5)]]
    socket = await bob.listen()
    await socket.hear("badge")

    asked = await asyncio.gather(*(ask(asker, bob) for asker in askers))
    await asyncio.gather(
        *(in_database(invites.decline, user_id=bob.id, invite_id=invite.id) for invite in asked[:4])
    )
    await settled()

    counts = []
    await socket.send(type="ping", id="done")
    while (frame := await socket.hear())["type"] != "pong":
        if frame["type"] == "badge":
            counts.append(frame["invites"])
    assert counts[-1] == 2


async def test_a_count_that_was_old_when_it_was_told_is_told_again(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process counts later but sends earlier: this one's older count must not win."""
    socket = await bob.listen()
    await socket.hear("badge")
    count = badges.badges
    counted, go_on = threading.Event(), threading.Event()

    def slow_the_first_time(user_ids: Collection[UserId]) -> dict[UserId, Badge]:
        found = count(user_ids)
        if not counted.is_set():
            counted.set()
            assert go_on.wait(WITHIN_S)
        return found

    monkeypatch.setattr(badges, "badges", slow_the_first_time)
    await ask(ada, bob)
    await socket.hear("invite_created")
    assert await asyncio.to_thread(counted.wait, WITHIN_S)
    # As another process would: no event arrives here.
    await in_database(Invite.objects.all().delete)
    go_on.set()

    assert (await socket.hear("badge"))["invites"] == 1
    assert (await socket.hear("badge"))["invites"] == 0


async def test_a_badge_that_could_not_be_counted_is_told_once_the_database_is_back(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await bob.listen()
    await socket.hear("badge")
    outage = iter([OperationalError("The database is away.")] * 2)
    count = badges.badges

    def count_when_it_is_there(user_ids: Collection[UserId]) -> dict[UserId, Badge]:
        for problem in outage:
            raise problem
        return count(user_ids)

    monkeypatch.setattr("core.batching.RETRY_S", 0.0)
    monkeypatch.setattr(badges, "badges", count_when_it_is_there)
    await ask(ada, bob)
    assert (await socket.hear_until("badge"))["invites"] == 1
    await settled()


async def test_a_party_is_told_to_its_members_and_to_who_goes(ada: Person, bob: Person) -> None:
    mine, theirs = await ada.listen(), await bob.listen()
    for socket in (mine, theirs):
        await socket.hear("badge")
    party = await in_database(parties.create, user_id=ada.id, open=True)
    assert (await mine.hear("party_update"))["party"]["leader_id"] == ada.id
    await in_database(parties.join, user_id=bob.id, party_id=party.id)
    for socket in (mine, theirs):
        frame = await socket.hear("party_update")
        assert [member["username"] for member in frame["party"]["members"]] == ["ada", "bob"]
    await in_database(parties.say, user_id=bob.id, content="Pong?")
    for socket in (mine, theirs):
        frame = await socket.hear("party_chat")
        assert (frame["sender_name"], frame["content"]) == ("bob", "Pong?")
    await in_database(queue.join, user_id=ada.id, game="pong", party_id=party.id)
    for socket in (mine, theirs):
        assert (await socket.hear("match_found"))["game"] == "pong"

    await in_database(parties.kick, user_id=ada.id, target_id=bob.id)

    for socket in (mine, theirs):
        frame = await socket.hear("party_update")
        assert (frame["change"], frame["user_ids"]) == ("kicked", [bob.id])
        await socket.hear_nothing()


async def test_an_announcement_reaches_everybody_and_no_stream(ada: Person, bob: Person) -> None:
    mine, theirs = await ada.listen(), await bob.listen()
    seen = (await mine.hear("badge"))["seq"]
    await theirs.hear("badge")
    await theirs.hear_nothing()

    await in_database(call_command, "announce", "  Back in five minutes. ", verbosity=0)
    await in_database(call_command, "announce", "We are back.", verbosity=0)

    for socket in (mine, theirs):
        frames = [await socket.hear("announcement") for _ in range(2)]
        assert [frame["message"] for frame in frames] == ["Back in five minutes.", "We are back."]
        assert all("seq" not in frame for frame in frames)
    await ask(bob, ada)
    assert (await mine.hear("invite_created"))["seq"] == seen + 1


@pytest.mark.parametrize("message", ["", "   ", "x" * 501])
async def test_an_empty_or_endless_announcement_is_refused(message: str) -> None:
    with pytest.raises(CommandError):
        await in_database(call_command, "announce", message)


async def test_the_socket_is_closed_to_who_has_no_token(ada: Person) -> None:
    ada.token = "nonsense"
    assert await (await ada.listen()).closed() == 4401


async def test_the_socket_takes_no_commands(ada: Person) -> None:
    socket = await ada.listen()
    await socket.hear("badge")
    await socket.send(type="invite_accepted", invite={})
    assert await socket.refused() == "unknown_type"


async def settled() -> None:
    """Wait until all pending badges are sent."""
    # Commits schedule sending on the loop.
    await asyncio.sleep(0)
    await badges.notifier().idle()


async def test_unread_messages_of_friends_are_in_the_badge(ada: Person, bob: Person) -> None:
    def befriend() -> None:
        request = friends.request(user_id=ada.id, to_user_id=bob.id)
        friends.accept(user_id=bob.id, request_id=request.pk)

    await in_database(befriend)
    socket = await bob.listen()
    assert (await socket.hear_until("badge"))["dm"] == {}

    await in_database(chat.post_direct, sender_id=ada.id, friend_id=bob.id, content="hi")

    frame = await socket.hear_until("badge")
    assert (frame["dm"], frame["total"]) == ({str(ada.id): 1}, 1)
    await in_database(chat.mark_read, user_id=bob.id, friend_id=ada.id, up_to=2**60)
    assert (await socket.hear_until("badge"))["total"] == 0


async def test_a_message_without_a_type_is_refused_where_only_ping_is_known(ada: Person) -> None:
    socket = await ada.listen()
    await socket.hear("badge")

    await socket.send_text("{}")

    assert (await socket.hear("error"))["code"] == "invalid_message"


async def test_a_socket_whose_silence_ends_its_session_closes_for_good(
    ada: Person, settings: Settings
) -> None:
    socket = await ada.listen()
    await socket.hear("badge")
    settings.SESSION_TIMEOUT = 1

    assert await socket.closed() == 4401
