"""Bans from the platform, mutes on all of it, and the age of sessions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import bans, housekeeping
from accounts.models import Ban, Session, User
from accounts.tests.conftest import PASSWORD, Person, client_with

pytestmark = pytest.mark.django_db(transaction=True)

DEVICE = "a-device-of-its-own-1234"


def login(password: str = PASSWORD, ip: str = "203.0.113.7") -> Any:
    body = {"username": "ada", "password": password}
    return APIClient(REMOTE_ADDR=ip).post("/api/auth/login/", body)


def user(who: Person) -> User:
    return User.objects.get(pk=who.id)


def test_a_ban_says_until_when_and_why_and_ends_by_itself(ada: Person, settings: Any) -> None:
    settings.APPEALS = "Write to us."
    with time_machine.travel(timezone.now(), tick=False) as now:
        until = timezone.now() + timedelta(days=3)
        bans.ban(user(ada), reason="Cheating.", until=until)
        assert ada.client.get("/api/me/").status_code == 401
        refused = login()
        assert (refused.status_code, refused.json()["code"]) == (403, "banned")
        assert refused.json()["reason"] == "Cheating."
        assert refused.json()["until"] == until.isoformat().replace("+00:00", "Z")
        assert "Write to us." in refused.json()["detail"]
        now.shift(timedelta(days=3, seconds=1))
        assert login().status_code == 200


def test_a_wrong_password_does_not_tell_of_a_ban(ada: Person) -> None:
    bans.ban(user(ada))
    assert login("wrong horse").json()["code"] == "invalid_credentials"


def test_a_ban_that_has_run_out_is_lifted_without_a_sign_in(ada: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        bans.ban(user(ada), until=timezone.now() + timedelta(hours=1))
        housekeeping.tidy()
        assert not user(ada).is_active
        now.shift(timedelta(hours=1, seconds=1))
        housekeeping.tidy()
        assert user(ada).is_active


def test_the_devices_of_a_banned_account_make_no_other(ada: Person) -> None:
    ada.client.post("/api/me/links/device/", {"device_id": DEVICE})
    bans.ban(user(ada), reason="Cheating.")
    entered = APIClient().post("/api/auth/device/", {"device_id": DEVICE})
    assert (entered.status_code, entered.json()["code"]) == (403, "banned")
    assert User.objects.count() == 1
    bans.lift(user(ada))
    assert APIClient().post("/api/auth/device/", {"device_id": DEVICE}).status_code == 200


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [("203.0.113.0/24", "203.0.113.9", "203.0.114.9"), ("2001:db8::/32", "2001:db8::1", "2001:db9::1")],
)
def test_nobody_comes_in_from_a_banned_address_range(
    ada: Person, network: str, inside: str, outside: str
) -> None:
    there = login(ip=inside).json()
    bans.impose(Ban(network=network, reason="Attacks."))
    assert client_with(there["access"]).get("/api/me/").status_code == 401
    assert login(ip=inside).json()["reason"] == "Attacks."
    assert login(ip=outside).status_code == 200
    new = {"username": "eve", "email": "eve@example.org", "password": PASSWORD}
    for path, body in (("register", new), ("guest", {}), ("device", {"device_id": DEVICE})):
        refused = APIClient(REMOTE_ADDR=inside).post(f"/api/auth/{path}/", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "banned")


def test_a_ban_is_in_the_log_and_in_the_export(ada: Person) -> None:
    bans.ban(user(ada), reason="Cheating.")
    login()
    bans.lift(user(ada))
    back = client_with(login().json()["access"])
    log = [one["outcome"] for one in back.get("/api/me/signins/").json()["results"]]
    assert log == ["ok", "banned", "ok"]
    assert back.get("/api/me/export/").json()["bans"][0]["reason"] == "Cheating."


def test_who_is_muted_says_nothing_until_it_ends(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bans, "MUTES_CACHED_S", 0)
    User.objects.filter(pk=ada.id).update(is_premium=True)
    lobby = ada.client.post("/api/lobbies/", {"name": "den", "is_public": True, "max_participants": 4})
    say = f"/api/lobbies/{lobby.json()['id']}/messages/"
    until = timezone.now() + timedelta(hours=1)
    bans.impose(Ban(kind=Ban.Kind.MUTE, user=user(ada), reason="Insults.", until=until))
    refused = ada.client.post(say, {"content": "hi"})
    assert (refused.status_code, refused.json()["code"]) == (403, "muted")
    assert refused.json()["reason"] == "Insults."
    with time_machine.travel(until + timedelta(seconds=1)):
        assert client_with(login().json()["access"]).post(say, {"content": "hi"}).status_code == 201


def muted(client: Any, say: str) -> str:
    return str(client.post(say, {"content": "hi"}).json().get("code", "said"))


@pytest.fixture
def say(ada: Person, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path under which Ada says something."""
    monkeypatch.setattr(bans, "MUTES_CACHED_S", 0)
    User.objects.filter(pk=ada.id).update(is_premium=True)
    lobby = ada.client.post("/api/lobbies/", {"name": "den", "is_public": True, "max_participants": 4})
    return f"/api/lobbies/{lobby.json()['id']}/messages/"


def test_a_mute_holds_for_the_devices_of_an_account(ada: Person, say: str) -> None:
    ada.client.post("/api/me/links/device/", {"device_id": DEVICE})
    bans.impose(Ban(kind=Ban.Kind.MUTE, user=user(ada)))
    ada.client.delete("/api/me/links/device/")
    eve = APIClient().post("/api/auth/device/", {"device_id": DEVICE, "username": "eve"}).json()
    lobby = say.removesuffix("messages/")
    client = client_with(eve["access"])
    assert client.post(f"{lobby}join/").status_code == 200
    assert muted(client, say) == "muted"
    bans.lift_one(Ban.objects.get(user=user(ada)))
    assert muted(ada.client, say) == "said"


def test_a_mute_holds_for_an_address_range(ada: Person, say: str) -> None:
    bans.impose(Ban(kind=Ban.Kind.MUTE, network="203.0.113.0/24", reason="Spam."))
    assert muted(ada.client, say) == "said"
    inside = client_with(login(ip="203.0.113.9").json()["access"])
    assert muted(inside, say) == "muted"
    assert login(ip="203.0.113.9").status_code == 200


def test_a_session_ends_after_ninety_days_though_it_is_used(
    ada: Person, register: Callable[..., Person]
) -> None:
    bob = register("bob")
    Session.objects.filter(user=ada.id).update(created_at=timezone.now() - timedelta(days=90, seconds=1))
    Session.objects.filter(user=bob.id).update(created_at=timezone.now() - timedelta(days=89))
    old = APIClient().post("/api/token/refresh/", {"refresh": ada.refresh})
    assert (old.status_code, old.json()["code"]) == (401, "session_ended")
    assert APIClient().post("/api/token/refresh/", {"refresh": bob.refresh}).status_code == 200
    housekeeping.tidy()
    assert not Session.objects.filter(user=ada.id, ended_at=None).exists()
    assert Session.objects.filter(user=bob.id, ended_at=None).exists()


def test_a_device_has_a_name_and_the_place_of_its_last_use(
    ada: Person, register: Callable[..., Person]
) -> None:
    bob = register("bob")
    (one,) = ada.client.get("/api/me/sessions/").json()["results"]
    path = f"/api/me/sessions/{one['id']}/"
    assert bob.client.patch(path, {"name": "mine"}).status_code == 404
    assert ada.client.patch(path, {"name": "x" * 61}).status_code == 422
    assert ada.client.patch(path, {"name": " Living room "}).status_code == 204
    APIClient(REMOTE_ADDR="203.0.113.50").post("/api/token/refresh/", {"refresh": ada.refresh})
    (one,) = ada.client.get("/api/me/sessions/").json()["results"]
    assert (one["name"], one["ip"]) == ("Living room", "203.0.113.50")
