"""Tokens and sessions: how they rotate, last, and end."""

from datetime import timedelta
from typing import Any, cast

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts import keys, live, services
from accounts.models import Session, User
from accounts.tests.conftest import PASSWORD, Person, client_with, person

pytestmark = pytest.mark.django_db


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def sign_in(api: APIClient, name: str = "ada", agent: str = "a phone") -> tuple[APIClient, Any]:
    answer = api.post("/api/auth/login", {"username": name, "password": PASSWORD}, HTTP_USER_AGENT=agent)
    return client_with(answer.json()["access"]), answer.json()


def test_a_refresh_token_buys_one_new_pair(api: APIClient, ada: Person) -> None:
    first = api.post("/api/token/refresh/", {"refresh": ada.refresh})
    second = api.post("/api/token/refresh", {"refresh": first.json()["refresh"]})

    assert first.status_code == second.status_code == 200
    assert len({ada.refresh, first.json()["refresh"], second.json()["refresh"]}) == 3
    assert client_with(second.json()["access"]).get("/api/me").status_code == 200


def test_a_refresh_token_sent_again_within_ten_seconds_gets_the_same_answer(
    api: APIClient, ada: Person
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        first = refresh(api, ada.refresh)
        now.shift(9)
        again = refresh(api, ada.refresh)

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert refresh(api, again.json()["refresh"]).status_code == 200


def test_using_a_refresh_token_twice_ends_the_session_for_both(api: APIClient, ada: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        fresh = refresh(api, ada.refresh).json()
        now.shift(11)

        assert code(refresh(api, ada.refresh)) == (401, "token_reused")
        assert code(refresh(api, fresh["refresh"])) == (401, "session_ended")
        assert code(client_with(fresh["access"]).get("/api/me")) == (401, "session_ended")


def test_a_refresh_token_from_before_the_last_one_ends_the_session_at_once(
    api: APIClient, ada: Person
) -> None:
    second = refresh(api, ada.refresh).json()
    assert refresh(api, second["refresh"]).status_code == 200

    assert code(refresh(api, ada.refresh)) == (401, "token_reused")


def test_the_answer_is_not_given_again_once_the_session_has_ended(api: APIClient, ada: Person) -> None:
    fresh = refresh(api, ada.refresh).json()
    client_with(fresh["access"]).post("/api/auth/logout")

    assert code(refresh(api, ada.refresh)) == (401, "session_ended")


def test_the_token_of_before_an_upgrade_buys_nothing(api: APIClient, guest: Person) -> None:
    guest.client.post("/api/auth/upgrade", {"email": "zoe@x.org", "password": PASSWORD})

    assert code(refresh(api, guest.refresh)) == (401, "token_reused")


def refresh(api: APIClient, token: str) -> Any:
    return api.post("/api/token/refresh", {"refresh": token})


def test_claims_are_renewed_with_the_token(api: APIClient, ada: Person) -> None:
    User.objects.filter(pk=ada.id).update(is_premium=True)

    fresh = api.post("/api/token/refresh", {"refresh": ada.refresh}).json()["access"]

    claims = jwt.decode(fresh, options={"verify_signature": False})
    assert claims["premium"] is True
    assert claims["username"] == "ada"
    assert claims["guest"] is False
    assert claims["sub"] == str(ada.id)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 4096, "\ud7ff", "eyJhbGciOiJub25lIn0.e30."])
def test_junk_is_no_refresh_token(api: APIClient, db: None, token: str) -> None:
    assert api.post("/api/token/refresh", {"refresh": token}).status_code in (401, 422)


def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(api: APIClient, ada: Person) -> None:
    assert code(api.post("/api/token/refresh", {"refresh": ada.access})) == (401, "token_invalid")
    assert code(client_with(ada.refresh).get("/api/me")) == (401, "token_invalid")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Bearer a b",
        "Bearer é",
        "bearer  ",
        "Bearer " + "x" * 9000,
    ],
)
def test_a_bad_authorization_header_is_refused(api: APIClient, db: None, header: str) -> None:
    answer = api.get("/api/me", headers={"Authorization": header})

    assert code(answer) == (401, "token_invalid")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "change",
    [
        {"sid": None},
        {"sub": "x"},
        {"sub": None},
        {"username": None},
        {"token_type": "other"},
        {"jti": None},
        {"iss": "another service"},
        {"aud": "another service"},
    ],
)
def test_a_signed_token_that_lacks_a_claim_or_is_for_others_is_refused(
    ada: Person, change: dict[str, Any]
) -> None:
    claims = jwt.decode(ada.access, options={"verify_signature": False}) | change
    claims = {name: value for name, value in claims.items() if value is not None}
    forged = jwt.encode(claims, settings.SECRET_KEY, "HS256")

    assert code(client_with(forged).get("/api/me")) == (401, "token_invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"sid": "0b5f6e1c-7a3d-4c55-9a37-0b1f8f2d6c11"},
        *({"sid": sid} for sid in ("1", True, 1.0, [1], 0, -1, 2**63, 10**40)),
        *({"sub": sub} for sub in ("0", "-1", "9223372036854775808", " 1")),
    ],
)
def test_a_signed_token_that_names_no_row_is_refused(api: APIClient, ada: Person, change: Any) -> None:
    def signed_anew(token: str, headers: Any) -> str:
        claims = jwt.decode(token, options={"verify_signature": False}) | change
        return jwt.encode(claims, settings.SECRET_KEY, "HS256", headers)

    # The first is verified by our own code, the second by the library.
    for headers in ({"kid": keys.all_keys()[0].kid}, {}):
        forged = client_with(signed_anew(ada.access, headers))
        assert code(forged.get("/api/me")) == (401, "token_invalid")
    if "sid" in change:
        refresh = {"refresh": signed_anew(ada.refresh, {})}
        assert code(api.post("/api/token/refresh", refresh)) == (401, "token_invalid")


def test_a_token_signed_by_another_key_or_not_at_all_is_refused(ada: Person) -> None:
    claims = jwt.decode(ada.access, options={"verify_signature": False})

    for forged in (jwt.encode(claims, "another" * 8, "HS256"), jwt.encode(claims, None, "none")):
        assert code(client_with(forged).get("/api/me")) == (401, "token_invalid")


def test_an_access_token_ends_in_time_even_when_it_was_seen_before(ada: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        fresh = ada.client
        assert fresh.get("/api/me").status_code == 200
        now.shift(cast(timedelta, settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]).total_seconds() + 1)

        assert code(fresh.get("/api/me")) == (401, "token_expired")


def test_logging_out_ends_this_session_and_no_other(api: APIClient, ada: Person) -> None:
    other, _ = sign_in(api)

    assert ada.client.post("/api/auth/logout", {"refresh": ada.refresh}).status_code == 204

    assert code(ada.client.get("/api/me")) == (401, "session_ended")
    assert code(api.post("/api/token/refresh", {"refresh": ada.refresh})) == (401, "session_ended")
    assert other.get("/api/me").status_code == 200


def test_logging_out_needs_no_body(ada: Person) -> None:
    assert ada.client.post("/api/auth/logout/").status_code == 204


def test_a_session_that_another_process_ended_is_refused_once_memory_is_too_old_to_trust(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ada.client.get("/api/me").status_code == 200
    Session.objects.filter(user_id=ada.id).update(ended_at=timezone.now())

    monkeypatch.setattr(live, "TRUSTED_FOR_S", -1.0)

    assert code(ada.client.get("/api/me")) == (401, "session_ended")


def test_a_session_that_was_silent_for_too_long_has_ended(
    api: APIClient, ada: Person, settings: Settings
) -> None:
    settings.SESSION_TIMEOUT = 600
    with time_machine.travel(timezone.now(), tick=False) as now:
        for _ in range(3):
            now.shift(500)
            assert ada.client.get("/api/me").status_code == 200
        now.shift(602)

        assert code(ada.client.get("/api/me")) == (401, "session_ended")
        assert Session.objects.get(user_id=ada.id).ended_at is not None
        assert code(api.post("/api/token/refresh", {"refresh": ada.refresh})) == (401, "session_ended")


def test_a_silent_session_cannot_be_refreshed(api: APIClient, ada: Person, settings: Settings) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        now.shift(settings.SESSION_TIMEOUT + 2)

        assert code(api.post("/api/token/refresh", {"refresh": ada.refresh})) == (401, "session_ended")


def test_the_devices_are_listed_and_can_be_signed_out(api: APIClient, ada: Person, bob: Person) -> None:
    phone, _ = sign_in(api, agent="a phone")

    listed = ada.client.get("/api/me/sessions/").json()

    assert listed["next"] is listed["previous"] is None
    assert [row["user_agent"] for row in listed["results"]] == ["a phone", ""]
    assert [row["current"] for row in listed["results"]] == [False, True]
    assert listed["results"][0]["created_at"].endswith("Z")
    theirs = listed["results"][0]["id"]
    assert code(bob.client.delete(f"/api/me/sessions/{theirs}/")) == (404, "not_found")
    assert ada.client.delete(f"/api/me/sessions/{theirs}/").status_code == 204
    assert code(ada.client.delete(f"/api/me/sessions/{theirs}")) == (404, "not_found")
    assert code(phone.get("/api/me")) == (401, "session_ended")
    assert len(ada.client.get("/api/me/sessions").json()["results"]) == 1


def test_a_new_password_signs_every_other_device_out(api: APIClient, ada: Person) -> None:
    other, _ = sign_in(api)
    change = {"old_password": PASSWORD, "new_password": "another horse entirely"}

    assert ada.client.post("/api/me/password/", change).status_code == 204

    assert ada.client.get("/api/me").status_code == 200
    assert code(other.get("/api/me")) == (401, "session_ended")
    assert api.post("/api/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 401
    new = {"username": "ada", "password": "another horse entirely"}
    assert api.post("/api/auth/login", new).status_code == 200


def test_of_two_devices_that_change_the_password_at_once_the_first_stays(
    api: APIClient, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, _ = sign_in(api)
    check_password = services.check_password

    def checked(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(services.profile, "check_password", check_password)
        change = {"old_password": PASSWORD, "new_password": "another horse entirely"}
        assert ada.client.post("/api/me/password/", change).status_code == 204
        check_password(*args, **kwargs)

    monkeypatch.setattr(services.profile, "check_password", checked)
    late = other.post(
        "/api/me/password/", {"old_password": PASSWORD, "new_password": "a third horse altogether"}
    )

    assert code(late) == (401, "session_ended")
    assert ada.client.get("/api/me").status_code == 200
    new = {"username": "ada", "password": "another horse entirely"}
    assert api.post("/api/auth/login", new).status_code == 200


def test_a_password_change_needs_the_old_one_and_a_good_new_one(ada: Person, guest: Person) -> None:
    wrong = {"old_password": "wrong horse", "new_password": "another horse entirely"}
    weak = {"old_password": PASSWORD, "new_password": "12345"}

    assert code(ada.client.post("/api/me/password", wrong)) == (403, "wrong_password")
    assert list(ada.client.post("/api/me/password", weak).json()["errors"]) == ["new_password"]
    assert list(ada.client.post("/api/me/password", {}).json()["errors"]) == ["old_password", "new_password"]
    assert code(guest.client.post("/api/me/password", wrong)) == (409, "upgrade_first")


def test_a_stolen_token_cannot_be_used_to_guess_the_password(ada: Person) -> None:
    wrong = {"old_password": "wrong horse", "new_password": "another horse entirely"}

    answers = [ada.client.post("/api/me/password", wrong) for _ in range(6)]

    assert code(answers[-1]) == (429, "locked_out")


def test_shutting_an_account_refuses_its_tokens(ada: Person) -> None:
    User.objects.filter(pk=ada.id).update(is_active=False)
    services.end_sessions(Session.objects.filter(user_id=ada.id))

    assert code(ada.client.get("/api/me")) == (401, "session_ended")


def test_a_known_session_costs_no_query(
    ada: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada.client.get("/api/me")

    with django_assert_num_queries(0):
        assert ada.client.get("/api/me").status_code == 200


def test_all_other_devices_are_signed_out_at_once(ada: Person, bob: Person) -> None:
    login = {"username": "ada", "password": PASSWORD}
    others = [person(APIClient().post("/api/auth/login", login).json()) for _ in range(2)]
    assert ada.client.delete("/api/me/sessions/").status_code == 204
    assert [one.client.get("/api/me/").status_code for one in others] == [401, 401]
    assert ada.client.get("/api/me/").status_code == 200
    assert bob.client.get("/api/me/").status_code == 200
