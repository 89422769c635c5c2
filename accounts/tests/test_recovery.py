"""Verified addresses and forgotten passwords, through the routes and the mails."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import bans, own_profile
from accounts.models import User
from accounts.recovery import CODE_TRIES
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


def code_in(sent: Any, *, found: bool = True) -> str:
    codes = re.findall(r"^(\d{6})$", sent.body, re.MULTILINE)
    assert len(codes) == found
    assert all(code in sent.subject for code in codes)
    return str(codes[0]) if codes else ""


def code() -> str:
    (sent,) = mails()
    return code_in(sent)


def link_token() -> str:
    (sent,) = mails()
    (found,) = re.findall(r"/reset\?key=(\S+)", sent.body)
    return str(found)


def verify(who: Person, given: str) -> int:
    return who.client.post("/api/auth/email/verify/", {"key": given}).status_code


def is_verified(who: Person) -> bool:
    own_profile.invalidate(who.id)
    return bool(who.client.get("/api/me/").json()["email_verified"])


def forget(email: str) -> Any:
    return APIClient().post("/api/auth/password/forgot/", {"email": email})


def reset(token: str, password: str = NEW_PASSWORD) -> Any:
    return APIClient().post("/api/auth/password/reset/", {"key": token, "password": password})


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
    assert ada.client.post("/api/auth/email/resend/").json()["code"] == "already_verified"


def test_an_upgraded_guest_verifies_the_address_too(guest: Person) -> None:
    assert guest.client.post("/api/auth/email/resend/").json()["code"] == "upgrade_first"
    body = {"email": "guest@example.org", "password": PASSWORD}
    assert guest.client.post("/api/auth/upgrade/", body).status_code == 200
    assert verify(guest, code()) == 204


def test_after_a_few_wrong_codes_the_right_one_is_refused_as_well(ada: Person) -> None:
    right = code()
    for _ in range(CODE_TRIES):
        assert verify(ada, "wrong") == 403
    assert verify(ada, right) == 403
    assert ada.client.post("/api/auth/email/resend/").status_code == 204
    assert verify(ada, code()) == 204


def test_guesses_sent_at_once_are_counted(
    ada: Person, at_once: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = code()
    at_once([lambda: verify(ada, "wrong")] * CODE_TRIES)
    assert verify(ada, right) == 403


@pytest.mark.parametrize("minutes", [15, 10])
def test_a_code_expires(ada: Person, settings: Any, minutes: int) -> None:
    settings.MAILED_CODE_MINUTES = minutes
    with time_machine.travel(timezone.now(), tick=False) as now:
        (mail,) = mails()
        assert f"{minutes} minutes" in mail.body
        given = code_in(mail)
        now.shift(timedelta(minutes=minutes))
        assert verify(ada, given) == 403
    assert not is_verified(ada)


def test_codes_are_for_one_person_and_one_address(ada: Person, bob: Person) -> None:
    codes = {sent.to[0]: code_in(sent) for sent in mails()}
    assert (
        verify(bob, codes["ada@example.org"]) == 403 or codes["ada@example.org"] == codes["bob@example.org"]
    )
    change(ada, "ada.new@example.org")
    assert verify(ada, codes["ada@example.org"]) == 403


def change(who: Person, email: str, **extra: Any) -> int:
    return who.client.post("/api/me/email/", {"email": email, "password": PASSWORD, **extra}).status_code


def email_of(who: Person) -> str:
    own_profile.invalidate(who.id)
    return str(who.client.get("/api/me/").json()["email"])


@pytest.mark.parametrize("by_patch", [False, True])
def test_a_new_address_counts_once_it_is_verified_and_the_old_one_is_told(
    ada: Person, by_patch: bool
) -> None:
    verify(ada, code())
    if by_patch:
        body = {"email": "ada.new@example.org", "password": PASSWORD}
        assert ada.client.patch("/api/me/", body).json()["pending_email"] == "ada.new@example.org"
    else:
        assert change(ada, "ada.new@example.org") == 202
    sent = {one.to[0]: one for one in mails()}
    assert sent.keys() == {"ada@example.org", "ada.new@example.org"}
    assert "ada.new@example.org" not in sent["ada@example.org"].body
    assert (email_of(ada), is_verified(ada)) == ("ada@example.org", True)
    assert verify(ada, code_in(sent["ada.new@example.org"])) == 204
    assert (email_of(ada), is_verified(ada)) == ("ada.new@example.org", True)
    (told,) = mails()
    assert told.to == ["ada@example.org"]
    assert "was changed" in told.body


def test_another_address_needs_the_password_and_a_full_account(ada: Person, guest: Person) -> None:
    assert change(ada, "new@example.org", password="wrong horse") == 403
    assert change(ada, "new@example.org", password="") == 422
    assert change(guest, "new@example.org") == 409
    assert email_of(ada) == "ada@example.org"


def verified(who: Person) -> Person:
    (sent,) = (one for one in mails() if one.to == [who.user["email"]])
    assert verify(who, code_in(sent)) == 204
    return who


def test_the_link_verifies_without_a_token_and_once(ada: Person) -> None:
    (sent,) = mails()
    (key,) = re.findall(r"/verify\?key=(\S+)", sent.body)
    answers = [APIClient().post("/api/auth/email/verify/", {"key": key}) for _ in range(2)]
    assert [one.status_code for one in answers] == [204, 403]
    assert is_verified(ada)


@pytest.mark.parametrize("key", ["123456", "1-abcdefg", "zzzzzzzzzzzzzzzzz-1", "x-y-z-abcdef", "é"])
def test_what_is_no_key_verifies_nothing(ada: Person, key: str) -> None:
    assert APIClient().post("/api/auth/email/verify/", {"key": key}).status_code in {401, 403}


def test_registering_with_a_verified_address_answers_as_with_a_new_one(
    ada: Person, register: Callable[..., Person]
) -> None:
    verified(ada)
    thief = register("thief", email="Ada@example.org")
    fresh = register("fresh")
    assert thief.user.keys() == fresh.user.keys()
    assert thief.user["email"].lower() == "ada@example.org"
    mine = {**ada.client.get("/api/me/").json(), "email": ""}
    assert {**thief.client.get("/api/me/").json(), "email": ""}.keys() == mine.keys()
    assert not is_verified(thief)
    to_ada = [one for one in mails() if one.to == ["ada@example.org"]]
    assert ["You have an account" in one.subject for one in to_ada] == [True]
    assert "key=" not in to_ada[0].body
    assert thief.client.post("/api/auth/email/resend/").status_code == 204
    assert [code_in(one, found=False) for one in mails()] == [""]
    for email in ("ada@example.org", "fresh@example.org"):
        again = {"username": "again", "email": email, "password": PASSWORD}
        assert APIClient().post("/api/auth/register/", again).json()["code"] == "email_taken"


def test_who_claims_and_who_verified_an_address_both_sign_in_by_it(
    ada: Person, register: Callable[..., Person]
) -> None:
    verified(ada)
    thief = register("thief", email="ada@example.org", password=NEW_PASSWORD)
    login = {"email": "ada@example.org"}
    for password, who in ((PASSWORD, ada), (NEW_PASSWORD, thief), (PASSWORD, ada)) * 3:
        answer = APIClient().post("/api/auth/login/", {**login, "password": password})
        assert answer.json()["user"]["id"] == who.id
    assert sign_in("ada@example.org", "wrong horse") == 401


def test_what_only_claims_an_address_gets_neither_its_mails_nor_their_list(
    ada: Person, register: Callable[..., Person]
) -> None:
    verified(ada)
    thief = register("thief", email="ada@example.org")
    mails()
    assert thief.client.get("/api/me/export/").json()["mails"] == []
    forget("ada@example.org")
    assert reset(link_token()).status_code == 204
    assert sign_in("ada", NEW_PASSWORD) == 200


def test_of_two_who_claim_an_address_one_verifies_it(ada: Person, bob: Person) -> None:
    mails()
    change(ada, "new@example.org")
    change(bob, "new@example.org")
    codes = [code_in(one) for one in mails() if one.to == ["new@example.org"]]
    assert [verify(ada, codes[0]), verify(bob, codes[1])] == [204, 403]


def ask_for_code(email: str) -> Any:
    return APIClient().post("/api/auth/code/", {"email": email})


def enter_code(email: str, given: str) -> Any:
    return APIClient().post("/api/auth/code/confirm/", {"email": email, "code": given})


def test_a_code_signs_in_once(ada: Person) -> None:
    verified(ada)
    assert ask_for_code("Ada@example.org").status_code == 204
    given = code()
    answer = enter_code("ada@example.org", given)
    assert answer.json()["user"]["id"] == ada.id
    assert enter_code("ada@example.org", given).json()["code"] == "invalid_credentials"


def test_two_uses_of_one_code_at_once_sign_in_once(ada: Person, at_once: Callable[[Any], list[Any]]) -> None:
    verified(ada)
    ask_for_code("ada@example.org")
    given = code()
    answers = at_once([lambda: enter_code("ada@example.org", given).status_code] * 4)
    assert sorted(answers) == [200, 401, 401, 401]


def test_guessed_codes_are_counted_and_expire(ada: Person, now: Any) -> None:
    verified(ada)
    ask_for_code("ada@example.org")
    given = code()
    for _ in range(CODE_TRIES):
        assert enter_code("ada@example.org", "wrong").status_code == 401
    assert enter_code("ada@example.org", given).status_code == 401
    ask_for_code("ada@example.org")
    given = code()
    now.shift(timedelta(minutes=15))
    assert enter_code("ada@example.org", given).status_code == 401


def test_a_code_is_sent_to_verified_addresses_alone_and_nothing_tells(ada: Person, bob: Person) -> None:
    verified(ada)
    mails()
    answers = [ask_for_code(email) for email in ("ada@example.org", "bob@example.org", "no@example.org")]
    assert {(one.status_code, one.content) for one in answers} == {(204, b"")}
    assert [one.to for one in mails()] == [["ada@example.org"]]
    wrong = [enter_code(email, "000000") for email in ("bob@example.org", "no@example.org")]
    assert wrong[0].json() == wrong[1].json()


def test_the_owner_is_told_of_a_new_device_and_of_no_known_one(ada: Person) -> None:
    verified(ada)
    login = {"username": "ada", "password": PASSWORD}
    for agent in ("", "Console/1.0", "Console/1.0"):
        assert APIClient(headers={"User-Agent": agent}).post("/api/auth/login/", login).status_code == 200
    (told,) = mails()
    assert told.to == ["ada@example.org"]
    assert "Console/1.0" in told.body


def test_mails_are_in_the_language_of_the_last_sign_in_as_text_and_html(ada: Person) -> None:
    mails()
    for accepted, word in (("de-AT,en;q=0.5", "Passwort"), ("fr,en;q=0.5", "password"), ("x" * 999, "pass")):
        client = APIClient(headers={"Accept-Language": accepted})
        client.post("/api/auth/login/", {"username": "ada", "password": PASSWORD})
        forget("ada@example.org")
        (sent,) = mails()
        assert word in sent.subject
        ((html, kind),) = sent.alternatives
        assert kind == "text/html"
        assert word in html
        assert re.findall(r'href="[^"]*/reset\?key=', html)


def test_a_language_that_was_chosen_stays_whatever_device_signs_in(ada: Person) -> None:
    assert ada.client.get("/api/me/").json()["language"] is None
    assert ada.client.patch("/api/me/", {"language": "fr"}).status_code == 422
    assert ada.client.patch("/api/me/", {"language": "de"}).json()["language"] == "de"
    assert ada.client.get("/api/me/").json()["language"] == "de"
    mails()
    other = APIClient(headers={"Accept-Language": "en"})
    other.post("/api/auth/login/", {"username": "ada", "password": PASSWORD})
    forget("ada@example.org")
    (sent,) = mails()
    assert "Passwort" in sent.subject


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
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["password"])
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

    bans.ban(User.objects.get(pk=ada.id))
    forget("ada@example.org")
    assert mails() == []


def test_an_address_gets_few_mails_of_a_kind_in_an_hour(ada: Person) -> None:
    mails()
    for _ in range(PER_HOUR + 3):
        assert forget("ada@example.org").status_code == 204
    assert len(mails()) == PER_HOUR


def test_mails_that_are_asked_for_at_once_are_counted(
    ada: Person, at_once: Callable[[Any], list[Any]]
) -> None:
    mails()
    answers = at_once([lambda: forget("ada@example.org").status_code] * (PER_HOUR + 7))
    assert set(answers) == {204}
    assert len(mails()) == PER_HOUR


def test_mails_are_exported_and_erased_with_the_person(ada: Person) -> None:
    verified(ada)
    kinds = [one["kind"] for one in ada.client.get("/api/me/export/").json()["mails"]]
    assert kinds == ["verify_email"]
    forget("ada@example.org")
    assert ada.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204
    assert mails() == []
