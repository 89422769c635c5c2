"""Push notifications: to each device, encrypted, quiet while a page is seen, and gone with the session."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import User
from chat import services as chat
from core import personal_data
from core.database import in_database
from friends import services as friends
from friends.models import Friendship
from game.events import YourTurn
from gameplatform.testing.people import Person
from matchmaking.invites import services as invites
from notifications.push import rules, selectors
from notifications.push.models import Preference, Push, Subscription
from notifications.push.tests.conftest import Browser, PushService, claims_of, send
from realtime.publishing import publish


@pytest.fixture
async def friendship(ada: Person, bob: Person) -> None:
    low, high = sorted((ada.id, bob.id))
    await Friendship.objects.acreate(low_id=low, high_id=high)


async def write(sender: Person, to: Person, content: str = "hi") -> None:
    await in_database(chat.post_direct, sender_id=sender.id, friend_id=to.id, content=content)


async def test_a_message_comes_to_each_device_and_only_the_browser_can_read_it(
    ada: Person, bob: Person, friendship: None, phone: Browser, service: PushService, settings: Settings
) -> None:
    await phone.subscribes(bob)
    await write(ada, bob, "Shall we play?")
    await send()

    (call,) = service.calls
    told = {"title": "ada", "text": "Shall we play?", "path": f"/friends/{ada.id}"}
    assert phone.shown() == [told]
    assert b"Shall we play?" not in call.body
    assert call.headers["content-encoding"] == "aes128gcm"
    assert 0 < int(call.headers["ttl"]) <= 86_400
    claims = claims_of(call, key=settings.PUSH_KEY)
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    assert claims["sub"] == "mailto:noreply@localhost"
    await send()
    assert len(service.calls) == 1
    assert not await Push.objects.aexists()


async def test_invites_turns_and_requests_are_told_in_the_language_of_the_device(
    ada: Person, bob: Person, phone: Browser
) -> None:
    await phone.subscribes(bob, language="de")
    await in_database(friends.request, user_id=ada.id, to_user_id=bob.id)
    await in_database(invites.create, user_id=ada.id, to_user_id=bob.id, game="tictactoe")
    game_id = UUID(int=7)
    turn = YourTurn(user_id=bob.id, game="chess", game_id=game_id, ends_at=None, ws_url="/ws/game/7/")
    await in_database(transaction.atomic(publish), turn)
    await send()

    told = {(one["title"], one["text"], one["path"]) for one in phone.shown()}
    assert told == {
        ("ada", "Möchte mit dir befreundet sein", "/friends"),
        ("ada lädt dich ein", "Zu einem Spiel: Drei gewinnt", "/play"),
        ("Du bist dran", "Schach", f"/games/{game_id}"),
    }


async def test_what_is_rolled_back_is_not_sent(
    ada: Person, bob: Person, friendship: None, phone: Browser
) -> None:
    await phone.subscribes(bob)

    def fail() -> None:
        with transaction.atomic():
            chat.post_direct(sender_id=ada.id, friend_id=bob.id, content="hi")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await in_database(fail)
    await send()
    assert phone.shown() == []


async def test_kinds_that_are_switched_off_are_not_sent(
    ada: Person, bob: Person, friendship: None, phone: Browser
) -> None:
    await phone.subscribes(bob)
    told = (await bob.get("/api/me/push")).data
    assert told.subscribed
    assert told.public_key
    assert told.kinds.messages
    assert not (await ada.get("/api/me/push")).data.subscribed

    assert (await bob.patch("/api/me/push", messages=False)).status_code == 200
    await write(ada, bob)
    await in_database(invites.create, user_id=ada.id, to_user_id=bob.id, game="tictactoe")
    await send()
    assert [one["path"] for one in phone.shown()] == ["/play"]
    kinds = (await bob.get("/api/me/push")).data.kinds
    assert (kinds.messages, kinds.invites) == (False, True)


async def _until_seen(who: Person, *, is_seen: bool) -> None:
    while await in_database(selectors.is_seen, who.id) != is_seen:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.02)


async def test_nothing_is_pushed_to_who_looks_at_a_page(
    ada: Person, bob: Person, friendship: None, phone: Browser
) -> None:
    await phone.subscribes(bob)
    socket = await bob.listen()
    await socket.hear("badge")
    await socket.send(type="set_visible", visible=True)
    await _until_seen(bob, is_seen=True)
    await write(ada, bob, "seen")
    await send()
    assert not await Push.objects.aexists()

    await socket.send(type="set_visible", visible=False)
    await _until_seen(bob, is_seen=False)
    await write(ada, bob, "hidden")
    await send()
    await socket.send(type="set_visible", visible=True)
    await _until_seen(bob, is_seen=True)
    await socket.leave()
    await _until_seen(bob, is_seen=False)
    await write(ada, bob, "closed")
    await send()
    assert [one["text"] for one in phone.shown()] == ["hidden", "closed"]


async def test_what_waits_for_one_user_is_not_shown_to_the_next_one_of_the_browser(
    ada: Person, bob: Person, friendship: None, phone: Browser
) -> None:
    await phone.subscribes(bob)
    await write(ada, bob, "for Bob alone")
    await phone.subscribes(ada)
    await write(bob, ada, "for Ada")
    await send()
    assert [one["text"] for one in phone.shown()] == ["for Ada"]


async def test_a_device_is_forgotten_when_its_session_ends(
    ada: Person, bob: Person, friendship: None, phone: Browser
) -> None:
    await phone.subscribes(bob)
    await write(ada, bob)
    assert (await bob.post("/api/auth/logout")).status_code == 204
    await send()
    assert phone.shown() == []
    assert not await Subscription.objects.aexists()
    assert (await bob.put("/api/me/push/subscription", **phone.subscription())).status_code == 401


async def test_one_browser_has_one_user_and_one_session_one_browser(
    ada: Person, bob: Person, friendship: None, phone: Browser, laptop: Browser
) -> None:
    await phone.subscribes(ada)
    await phone.subscribes(bob)
    assert not (await ada.get("/api/me/push")).data.subscribed
    await laptop.subscribes(bob)
    await write(ada, bob)
    await send()
    assert (len(phone.shown()), len(laptop.shown())) == (0, 1)
    assert (await bob.delete("/api/me/push/subscription")).status_code == 204
    await write(ada, bob)
    await send()
    assert len(laptop.shown()) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_its_service_no_longer_knows_is_forgotten(
    ada: Person, bob: Person, friendship: None, phone: Browser, service: PushService, status: int
) -> None:
    await phone.subscribes(bob)
    service.status = status
    await write(ada, bob)
    await send()
    assert len(service.calls) == 1
    assert not await Subscription.objects.aexists()
    assert not await Push.objects.aexists()


async def test_what_fails_is_sent_again_until_it_is_given_up(
    ada: Person, bob: Person, friendship: None, phone: Browser, service: PushService
) -> None:
    await phone.subscribes(bob)
    service.status = 503
    await write(ada, bob)
    for attempt in range(1, rules.MAX_ATTEMPTS + 1):
        await send()
        assert len(service.calls) == attempt
        await send()
        assert len(service.calls) == attempt, "it waits before the next attempt"
        await Push.objects.aupdate(due_at=timezone.now())
    assert not await Push.objects.aexists()
    assert await Subscription.objects.aexists()


async def test_an_invite_is_not_told_once_it_is_over(ada: Person, bob: Person, phone: Browser) -> None:
    await phone.subscribes(bob)
    await in_database(invites.create, user_id=ada.id, to_user_id=bob.id, game="tictactoe")
    await Push.objects.aupdate(expires_at=timezone.now() - timedelta(seconds=1))
    await send()
    assert phone.shown() == []
    assert not await Push.objects.aexists()


async def test_no_push_goes_to_a_private_address(
    ada: Person, bob: Person, friendship: None, phone: Browser, service: PushService, settings: Settings
) -> None:
    await phone.subscribes(bob)
    settings.PUSH_NETWORKS = []
    await write(ada, bob)
    await send()
    assert service.calls == []
    assert (await Push.objects.aget()).attempts == 1


BAD: list[dict[str, Any]] = [
    {"endpoint": "http://push.example.com/1"},
    {"endpoint": "https://user:word@push.example.com/1"},
    {"endpoint": "https://push.example.com/1 HTTP/1.1"},
    {"endpoint": "https://push.example.com:99999/"},
    {"endpoint": "ftp://push.example.com/"},
    {"endpoint": "https://" + "x" * 1000},
    {"endpoint": ""},
    {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
    {"keys": {"p256dh": "no key!", "auth": ""}},
    {"keys": {}},
    {"language": "xx"},
]


@pytest.mark.parametrize("bad", BAD)
async def test_what_is_no_subscription_is_refused(
    bob: Person, phone: Browser, settings: Settings, bad: dict[str, Any]
) -> None:
    settings.PUSH_NETWORKS = []
    given = phone.subscription(**{"endpoint": "https://push.example.com/1", **bad})
    answer = await bob.put("/api/me/push/subscription", **given)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not await Subscription.objects.aexists()


async def test_without_a_key_nothing_is_pushed(
    ada: Person, bob: Person, friendship: None, phone: Browser, settings: Settings
) -> None:
    await phone.subscribes(bob)
    settings.PUSH_KEY = ""
    await write(ada, bob)
    assert not await Push.objects.aexists()
    assert (await bob.get("/api/me/push")).data.public_key is None
    answer = await bob.put("/api/me/push/subscription", **phone.subscription())
    assert (answer.status_code, answer.json()["code"]) == (409, "push_off")


async def test_devices_and_kinds_are_exported_and_erased(ada: Person, bob: Person, phone: Browser) -> None:
    await phone.subscribes(bob)
    await bob.patch("/api/me/push", turns=False)
    exported = dict(await in_database(lambda: list(personal_data.export(bob.id))))["push_notifications"]
    assert exported["kinds"] == {
        "messages": True,
        "invites": True,
        "turns": False,
        "friend_requests": True,
    }
    (device,) = exported["devices"]
    assert device["endpoint"].endswith("/phone")
    assert "secret" not in device

    user = await User.objects.aget(pk=bob.id)
    await in_database(accounts.erase, user)
    assert not await Subscription.objects.aexists()
    assert not await Preference.objects.aexists()
