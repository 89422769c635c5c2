"""Register, sign in, play as a guest and upgrade."""

import re
from typing import Any, cast

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from accounts import bans, services, signing_in
from accounts.models import Session, User
from accounts.tests.conftest import PASSWORD, Person, client_with
from core.models import IdempotentAnswer

pytestmark = pytest.mark.django_db


def test_registering_gives_the_user_and_tokens_that_work(api: APIClient) -> None:
    answer = api.post("/api/auth/register", {"username": "Ada", "email": "ada@x.org", "password": PASSWORD})

    assert answer.status_code == 201
    body = answer.json()
    assert body["user"] == {
        "id": body["user"]["id"],
        "username": "Ada",
        "email": "ada@x.org",
        "is_premium": False,
        "is_guest": False,
    }
    assert client_with(body["access"]).get("/api/me/").json()["username"] == "Ada"
    assert api.post("/api/token/refresh/", {"refresh": body["refresh"]}).status_code == 200
    assert answer["Cache-Control"] == "no-store"


def test_without_a_username_one_is_made_from_the_email(api: APIClient) -> None:
    def register(email: Any) -> Any:
        return api.post("/api/auth/register", {"email": email, "password": PASSWORD}).json()["user"][
            "username"
        ]

    assert register("ada.l+x@one.org") == "ada.l_x"
    assert re.fullmatch(r"ada\.l_x_\w{4}", register("ada.l+x@two.org"))
    assert re.fullmatch(r"a_\w{4}", register("a@three.org"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"email": None}, "email"),
        ({"email": ["a@b.org"]}, "email"),
        ({"username": "ab"}, "username"),
        ({"username": "x" * 31}, "username"),
        ({"username": "with space"}, "username"),
        ({"username": "an@example.org"}, "username"),
        ({"username": "наташа"}, "username"),
        ({"username": 12345}, "username"),
        ({"username": {"a": 1}}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": 1234567890123}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password_confirm": "something else"}, "password_confirm"),
    ],
)
def test_a_registration_with_a_bad_field_says_which(
    api: APIClient, change: dict[str, Any], field: str
) -> None:
    body = {"username": "ada", "email": "ada@x.org", "password": PASSWORD, **change}

    answer = api.post("/api/auth/register", body)

    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["errors"]) == [field]
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["admin", "M0derator_1", "Easy_bot", "erased_aaaaaaaaaaaa", "fuck_you"])
def test_names_that_pass_for_the_house_or_offend_are_refused_at_every_door(
    api: APIClient, ada: Person, guest: Person, name: str
) -> None:
    body = {"username": name, "email": "new@x.org", "password": PASSWORD}

    for answer in (
        api.post("/api/auth/register", body),
        api.post("/api/auth/guest", {"username": name}),
        guest.client.post("/api/auth/upgrade", body),
        ada.client.patch("/api/me", {"username": name}),
    ):
        assert _refused(answer) == (422, "invalid")
        assert list(answer.json()["errors"]) == ["username"]


def test_a_name_made_from_an_address_neither_passes_for_the_house_nor_offends(api: APIClient) -> None:
    for address in ("admin@x.org", "fuck.you@x.org"):
        made = api.post("/api/auth/register", {"email": address, "password": PASSWORD}).json()
        assert re.fullmatch(r"player_\w{4}", made["user"]["username"])


@pytest.mark.parametrize(
    "password",
    [
        "Summer2026",
        "summer2026!",
        "1Winter!2025",
        "Gameplatform1",
        "g4meplatform99",
        "lovelace1815",
        "Zoe12345678",
        "$eptember99",
        "password123",
    ],
)
def test_a_password_that_everybody_guesses_first_is_refused(api: APIClient, password: str) -> None:
    body = {"username": "zoe", "email": "lovelace@x.org", "password": password}

    assert list(api.post("/api/auth/register", body).json()["errors"]) == ["password"]


@pytest.mark.parametrize("password", ["summer rain in 2026", "marching-antelope-7", "zoe rides to work 9"])
def test_a_password_of_several_words_is_taken(api: APIClient, password: str) -> None:
    body = {"username": "zoe", "email": "lovelace@x.org", "password": password}

    assert api.post("/api/auth/register", body).status_code == 201


def test_a_password_like_the_name_is_refused(api: APIClient) -> None:
    body = {"username": "wolverine", "email": "w@x.org", "password": "wolverine1"}

    assert list(api.post("/api/auth/register", body).json()["errors"]) == ["password"]


def test_names_and_addresses_are_taken_in_any_case(api: APIClient, ada: Person) -> None:
    same_name = {"username": "ADA", "email": "other@x.org", "password": PASSWORD}
    same_email = {"username": "other", "email": "ADA@EXAMPLE.ORG", "password": PASSWORD}

    assert _refused(api.post("/api/auth/register", same_name)) == (409, "username_taken")
    assert _refused(api.post("/api/auth/register", same_email)) == (409, "email_taken")


@pytest.mark.parametrize(
    "login", [{"username": "ADA"}, {"email": "Ada@Example.org"}, {"username": "ada@example.org"}]
)
def test_signing_in_by_name_or_email_in_any_case(api: APIClient, ada: Person, login: dict[str, Any]) -> None:
    answer = api.post("/api/auth/login", {**login, "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == ada.id
    assert client_with(answer.json()["access"]).get("/api/me").status_code == 200


def test_an_address_is_the_same_in_any_case_beyond_ascii_too(api: APIClient) -> None:
    body = {"email": "Ada@ÉCOLE.org", "password": PASSWORD}
    assert api.post("/api/auth/register", body).json()["user"]["email"] == "Ada@école.org"

    for written in ("ADA@ÉCOLE.ORG", "ada@école.org"):
        assert api.post("/api/auth/login", {**body, "email": written}).status_code == 200
        assert _refused(api.post("/api/auth/register", {**body, "email": written})) == (409, "email_taken")


def test_the_token_route_gives_the_bare_pair(api: APIClient, ada: Person) -> None:
    answer = api.post("/api/token/", {"username": "ada", "password": PASSWORD})

    assert answer.status_code == 200
    assert sorted(answer.json()) == ["access", "refresh"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(api: APIClient, ada: Person) -> None:
    wrong = api.post("/api/auth/login", {"username": "ada", "password": "wrong horse"})
    unknown = api.post("/api/auth/login", {"username": "nobody", "password": "wrong horse"})

    assert _refused(wrong) == (401, "invalid_credentials")
    assert wrong["WWW-Authenticate"].startswith("Bearer")
    assert wrong.content == unknown.content


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "ada"},
        {"password": PASSWORD},
        {"username": "", "password": PASSWORD},
        {"username": 1},
    ],
)
def test_a_login_with_something_missing_is_invalid(api: APIClient, body: dict[str, Any]) -> None:
    assert _refused(api.post("/api/auth/login", body)) == (422, "invalid")


def test_a_shut_account_cannot_sign_in(api: APIClient, ada: Person) -> None:
    User.objects.filter(pk=ada.id).update(is_active=False)

    assert _refused(api.post("/api/auth/login", {"username": "ada", "password": PASSWORD}))[0] == 401


@pytest.mark.parametrize("becomes", ["shut", "erased", "another_password"])
def test_what_becomes_of_an_account_while_its_password_is_checked_counts(
    api: APIClient, ada: Person, monkeypatch: pytest.MonkeyPatch, becomes: str
) -> None:
    def authenticate(*args: Any, **kwargs: Any) -> User | None:
        user = checked(*args, **kwargs)
        meanwhile = User.objects.get(pk=ada.id)
        if becomes == "another_password":
            meanwhile.set_password("another horse entirely")
            meanwhile.save()
        else:
            {"shut": bans.ban, "erased": services.erase}[becomes](meanwhile)
        return user

    checked = cast(Any, signing_in).authenticate
    monkeypatch.setattr(signing_in, "authenticate", authenticate)

    answer = api.post("/api/auth/login", {"username": "ada", "password": PASSWORD})

    assert _refused(answer) == ((403, "banned") if becomes == "shut" else (401, "invalid_credentials"))
    assert not Session.objects.filter(user=ada.id, ended_at=None).exists()


def test_repeated_wrong_passwords_lock_out_for_a_while_however_the_name_is_written(
    api: APIClient, ada: Person
) -> None:
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False) as now:
        for login in ("ada", "ADA", "ada@example.org", "Ada"):
            wrong = api.post("/api/auth/login", {"username": login, "password": "wrong horse"})
            assert wrong.status_code == 401
        locked = api.post("/api/token", {"username": "ada", "password": "wrong horse"})
        right = api.post("/api/auth/login", {"username": "ada", "password": PASSWORD})

        assert _refused(locked) == _refused(right) == (429, "locked_out")
        assert right["Retry-After"] == "900"
        now.shift(901)
        assert api.post("/api/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("told", "kept"),
    [("2001:db8::7", "2001:db8::7"), ("fe80::1%eth0", "fe80::1"), ("unknown", None), ("", None)],
)
def test_what_is_no_address_is_none_and_keeps_nobody_from_signing_in_nor_from_a_lockout(
    ada: Person, told: str, kept: str | None
) -> None:
    api = APIClient(REMOTE_ADDR=told)
    login = {"username": "ada", "password": PASSWORD}

    assert api.post("/api/auth/login", login).status_code == 200
    assert Session.objects.latest("pk").ip == kept
    for _ in range(5):
        wrong = api.post("/api/auth/login", {**login, "password": "wrong horse"})
    assert _refused(wrong) == _refused(api.post("/api/auth/login", login)) == (429, "locked_out")
    assert int(wrong["Retry-After"]) > 800


def test_a_right_password_clears_the_count_of_wrong_ones(api: APIClient, ada: Person) -> None:
    for _ in range(3):
        for _ in range(3):
            api.post("/api/auth/login", {"username": "ada", "password": "wrong horse"})
        assert api.post("/api/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 200


def test_the_admins_door_counts_wrong_passwords_however_the_name_is_written(
    api: APIClient, ada: Person
) -> None:
    User.objects.filter(pk=ada.id).update(is_staff=True)
    door = Client()

    for name in ("ada", "Ada", "ADA", "aDA", "AdA"):
        door.post("/admin/login/", {"username": name, "password": "wrong horse"})

    assert door.post("/admin/login/", {"username": "aDa", "password": PASSWORD}).status_code == 429
    assert "_auth_user_id" not in door.session
    refused = api.post("/api/auth/login", {"username": "ada", "password": PASSWORD})
    assert _refused(refused) == (429, "locked_out")
    assert int(refused["Retry-After"]) > 800


def test_a_lockout_of_one_name_is_not_one_of_another(api: APIClient, ada: Person, bob: Person) -> None:
    for _ in range(6):
        api.post("/api/auth/login", {"username": "ada", "password": "wrong horse"})

    assert api.post("/api/auth/login", {"username": "bob", "password": PASSWORD}).status_code == 200


def test_a_guest_plays_at_once_under_a_made_up_name(api: APIClient) -> None:
    answer = api.post("/api/auth/guest")

    assert answer.status_code == 201
    user = answer.json()["user"]
    assert re.fullmatch(r"guest_[a-z0-9]{6}", user["username"])
    assert user["is_guest"]
    assert user["email"] == ""
    assert client_with(answer.json()["access"]).get("/api/me").json()["is_guest"]


REGISTRATION = {"username": "zoe", "email": "zoe@x.org", "password": PASSWORD}


@pytest.mark.parametrize(("path", "body"), [("/api/auth/guest", {}), ("/api/auth/register", REGISTRATION)])
def test_who_lost_the_answer_gets_the_same_account_again(
    api: APIClient, path: str, body: dict[str, Any]
) -> None:
    first, again = (api.post(path, body, headers={"Idempotency-Key": "1"}) for _ in range(2))

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert User.objects.count() == Session.objects.count() == 1
    assert client_with(again.json()["access"]).get("/api/me").status_code == 200
    other = api.post(path, {**body, "username": "other"}, headers={"Idempotency-Key": "1"})
    assert _refused(other) == (409, "idempotency_key_reused")


def test_nobodys_tokens_are_had_by_an_idempotency_key(api: APIClient) -> None:
    one, other = (
        APIClient(REMOTE_ADDR=address).post("/api/auth/guest", headers={"Idempotency-Key": "1"}).json()
        for address in ("203.0.113.1", "203.0.113.2")
    )

    assert one["user"]["id"] != other["user"]["id"]
    assert not {one["access"], one["refresh"]} & {other["access"], other["refresh"]}


def test_no_answer_with_a_token_is_kept_readable(api: APIClient) -> None:
    made = api.post("/api/auth/register", REGISTRATION, headers={"Idempotency-Key": "1"}).json()

    kept = bytes(IdempotentAnswer.objects.get().body)
    assert kept
    for secret in (made["access"], made["refresh"], "zoe@x.org"):
        assert secret.encode() not in kept


def test_a_guest_may_choose_a_name_that_is_free(api: APIClient, ada: Person) -> None:
    assert api.post("/api/auth/guest", {"username": "zoe"}).json()["user"]["username"] == "zoe"
    assert _refused(api.post("/api/auth/guest", {"username": "Ada"})) == (409, "username_taken")
    assert _refused(api.post("/api/auth/guest", {"username": "x"})) == (422, "invalid")


def test_an_upgraded_guest_keeps_the_account_and_can_sign_in(api: APIClient, guest: Person) -> None:
    assert guest.client.get("/api/me").json()["is_guest"]
    answer = guest.client.post(
        "/api/auth/upgrade", {"email": "zoe@x.org", "password": PASSWORD, "username": "zoe"}
    )

    assert answer.status_code == 200
    assert answer.json()["user"] == {
        "id": guest.id,
        "username": "zoe",
        "email": "zoe@x.org",
        "is_premium": False,
        "is_guest": False,
    }
    assert not client_with(answer.json()["access"]).get("/api/me").json()["is_guest"]
    login = api.post("/api/auth/login", {"email": "zoe@x.org", "password": PASSWORD})
    assert login.json()["user"]["id"] == guest.id


def test_an_upgrade_is_for_guests_and_needs_a_free_address(ada: Person, guest: Person) -> None:
    new = {"email": "new@x.org", "password": PASSWORD}

    assert _refused(ada.client.post("/api/auth/upgrade", new)) == (409, "not_a_guest")
    taken = guest.client.post("/api/auth/upgrade", {**new, "email": "ADA@example.org"})
    assert _refused(taken) == (409, "email_taken")
    weak = guest.client.post("/api/auth/upgrade", {**new, "password": "12345"})
    assert list(weak.json()["errors"]) == ["password"]
    assert guest.client.get("/api/me").json()["is_guest"]


def _refused(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail"} < set(problem)
    return answer.status_code, problem["code"]


def test_no_token_is_needed_to_come_in_and_one_is_needed_for_all_else(api: APIClient) -> None:
    for path in ("/api/me", "/api/users", "/api/users/1", "/api/me/sessions", "/api/me/export"):
        answer = api.get(path)
        assert _refused(answer) == (401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_stale_header_does_not_keep_anybody_from_signing_in(ada: Person) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer stale")

    assert client.post("/api/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 200
