"""Verified addresses and forgotten passwords, through the routes and the mails."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import own_profile, services
from accounts.models import User
from accounts.recovery import CODE_TRIES, CODE_VALID_FOR
from accounts.tests.conftest import PASSWORD, Person
from core.mail import delivery
from core.mail.queue import PER_HOUR

pytestmark = pytest.mark.django_db(transaction=True)

NEW_PASSWORD = "a wholly new sentence"


def mails() -> list[Any]:
    """Send what is due; return the mails that were sent, and forget them."""
    async_to_sync(delivery.send_due)()
    sent = list(mail.outbox)
    mail.outbox.clear()
    return sent


def code() -> str:
    (sent,) = mails()
    (found,) = re.findall(r"code=(\d{6})\b", sent.body)
    assert found in sent.subject
    return str(found)


def link_token() -> str:
    (sent,) = mails()
    (found,) = re.findall(r"/reset\?token=(\S+)", sent.body)
    return str(found)


def verify(who: Person, given: str) -> int:
    return who.client.post("/api/auth/email/verify/", {"code": given}).status_code


def is_verified(who: Person) -> bool:
    own_profile.invalidate(who.id)
    return bool(who.client.get("/api/me/").json()["email_verified"])


def forget(email: str) -> Any:
    return APIClient().post("/api/auth/password/reset/request/", {"email": email})


def reset(token: str, password: str = NEW_PASSWORD) -> Any:
    return APIClient().post("/api/auth/password/reset/", {"token": token, "new_password": password})


def sign_in(name: str, password: str) -> int:
    return APIClient().post("/api/auth/login/", {"username": name, "password": password}).status_code


@pytest.fixture
def now() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as now:
        yield now


def test_a_new_account_verifies_its_address_by_the_code_that_is_sent(ada: Person) -> None:
    assert not is_verified(ada)
    assert verify(ada, code()) == 204
    assert is_verified(ada)
    assert ada.client.post("/api/auth/email/verify/request/").json()["code"] == "already_verified"


def test_an_upgraded_guest_verifies_the_address_too(guest: Person) -> None:
    assert guest.client.post("/api/auth/email/verify/request/").json()["code"] == "upgrade_first"
    body = {"email": "guest@example.org", "password": PASSWORD}
    assert guest.client.post("/api/auth/upgrade/", body).status_code == 200
    assert verify(guest, code()) == 204


def test_after_a_few_wrong_codes_the_right_one_is_refused_as_well(ada: Person) -> None:
    right = code()
    for _ in range(CODE_TRIES):
        assert verify(ada, "wrong") == 403
    assert verify(ada, right) == 403
    assert ada.client.post("/api/auth/email/verify/request/").status_code == 204
    assert verify(ada, code()) == 204


def test_guesses_sent_at_once_are_counted(
    ada: Person, at_once: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = code()
    at_once([lambda: verify(ada, "wrong")] * CODE_TRIES)
    assert verify(ada, right) == 403


def test_a_code_expires(ada: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        given = code()
        now.shift(CODE_VALID_FOR)
        assert verify(ada, given) == 403
    assert not is_verified(ada)


def test_codes_are_for_one_person_and_one_address(ada: Person, bob: Person) -> None:
    codes = {sent.to[0]: re.findall(r"code=(\d+)", sent.body)[0] for sent in mails()}
    assert (
        verify(bob, codes["ada@example.org"]) == 403 or codes["ada@example.org"] == codes["bob@example.org"]
    )
    changes = {"email": "ada.new@example.org", "password": PASSWORD}
    assert ada.client.patch("/api/me/", changes).status_code == 200
    assert verify(ada, codes["ada@example.org"]) == 403


def test_a_new_address_is_to_be_verified_and_the_old_one_is_told(ada: Person) -> None:
    verify(ada, code())
    changes = {"email": "ada.new@example.org", "password": PASSWORD}
    assert ada.client.patch("/api/me/", changes).json()["email_verified"] is False
    sent = {one.to[0]: one for one in mails()}
    assert sent.keys() == {"ada@example.org", "ada.new@example.org"}
    assert "was changed" in sent["ada@example.org"].body
    assert "ada.new@example.org" not in sent["ada@example.org"].body


def test_a_forgotten_password_is_replaced_by_the_link_that_is_sent(ada: Person) -> None:
    mails()
    assert forget("Ada@example.org").status_code == 204
    token = link_token()
    assert reset(token).status_code == 204
    assert (sign_in("ada", PASSWORD), sign_in("ada", NEW_PASSWORD)) == (401, 200)
    assert ada.client.get("/api/me/sessions/").status_code == 401
    assert reset(token, "another new sentence").json()["code"] == "reset_invalid"


def test_the_link_came_to_the_address_so_it_is_verified(ada: Person) -> None:
    mails()
    forget("ada@example.org")
    reset(link_token())
    again = APIClient().post("/api/auth/login/", {"username": "ada", "password": NEW_PASSWORD}).json()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {again['access']}")
    assert client.get("/api/me/").json()["email_verified"] is True


def test_a_weak_password_is_refused_and_the_link_still_works(ada: Person) -> None:
    mails()
    forget("ada@example.org")
    token = link_token()
    refused = reset(token, "12345")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["new_password"])
    assert reset(token).status_code == 204


def test_a_link_expires(ada: Person, settings: Any) -> None:
    mails()
    with time_machine.travel(datetime.now().astimezone(), tick=False) as now:
        forget("ada@example.org")
        token = link_token()
        now.shift(settings.PASSWORD_RESET_TIMEOUT + 1)
        assert reset(token).json()["code"] == "reset_invalid"


@pytest.mark.parametrize("token", ["", "1", "1-", "-", "x-y", "zzzzzzzzzzzzz-a-b", "é-ü", "1-a-b\x00"])
def test_what_is_no_token_is_refused(db: None, token: str) -> None:
    assert reset(token).json()["code"] in {"reset_invalid", "invalid"}


def test_nothing_tells_whether_an_address_has_an_account(ada: Person, now: Any) -> None:
    mails()
    answers, statements = [], []
    for email in ("ada@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as executed:
            answers.append(forget(email))
        statements.append([re.sub(r"'[^']*'", "?", one["sql"]) for one in executed])
    assert answers[0].status_code == answers[1].status_code == 204
    assert answers[0].content == answers[1].content
    assert statements[0] == statements[1]
    assert [one.to for one in mails()] == [["ada@example.org"]]


def test_somebody_banned_or_a_guest_gets_no_link(ada: Person) -> None:
    mails()

    services.ban(User.objects.get(pk=ada.id))
    forget("ada@example.org")
    assert mails() == []


def test_an_address_gets_few_mails_of_a_kind_in_an_hour(ada: Person) -> None:
    mails()
    for _ in range(PER_HOUR + 3):
        assert forget("ada@example.org").status_code == 204
    assert len(mails()) == PER_HOUR


def test_mails_are_exported_and_erased_with_the_person(ada: Person) -> None:
    mails()
    kinds = [one["kind"] for one in ada.client.get("/api/me/export/").json()["mails"]]
    assert kinds == ["verify_email"]
    forget("ada@example.org")
    assert ada.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204
    assert mails() == []
