"""Own and public profiles: read, changed, exported, erased."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from accounts import own_profile, profiles, services
from accounts.models import Session, User
from accounts.tests.conftest import PASSWORD, Person
from core.ids import UserId
from realtime import broadcast

pytestmark = pytest.mark.django_db


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", ["/api/me", "/api/me/", "/api/users/profile", "/api/users/profile/"])
def test_the_own_profile(ada: Person, path: str) -> None:
    body = ada.client.get(path).json()

    assert body["id"] == ada.id
    assert body["email"] == "ada@example.org"
    assert body["is_premium"] is False
    assert body["is_guest"] is False
    assert body["date_joined"].endswith("Z")
    assert "password" not in body


def test_a_change_shows_at_once(ada: Person) -> None:
    ada.client.get("/api/me")

    answer = ada.client.patch("/api/me/", {"username": "Ada2", "email": "new@x.org", "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json()["username"] == ada.client.get("/api/me").json()["username"] == "Ada2"
    assert User.objects.get(pk=ada.id).email == "new@x.org"


def test_a_profile_that_changes_while_it_is_read_is_read_again(ada: Person) -> None:
    changed: list[Any] = []

    def meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if "date_joined" in sql and not changed:
            changed.append(True)
            change = {"email": "new@x.org", "password": PASSWORD}
            assert ada.client.patch("/api/me", change).status_code == 200
        return answer

    with connection.execute_wrapper(meanwhile):
        assert ada.client.get("/api/me").json()["email"] == "ada@example.org"

    assert ada.client.get("/api/me").json()["email"] == "new@x.org"


def test_other_workers_are_asked_once_about_a_change_and_not_at_all_about_none(
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked = []
    monkeypatch.setattr(broadcast, "broadcast", lambda kind, payload: asked.append(payload))
    session = Session.objects.get(user=ada.id).pk

    def change(**fields: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            ada.client.patch("/api/me", fields)

    change(username="Ada2", email="new@x.org", password=PASSWORD)
    assert asked == [(ada.id, [session])]
    change(email="newer@x.org", password=PASSWORD)
    assert asked[1:] == [(ada.id, [session])]
    change(username="Ada2", email="newer@x.org", password=PASSWORD)
    assert asked[2:] == []


def test_another_address_needs_the_password(ada: Person, guest: Person) -> None:
    def change(**body: Any) -> Any:
        return ada.client.patch("/api/me/", body)

    missing, wrong = change(email="eve@x.org"), change(email="eve@x.org", password="wrong horse")
    assert (missing.status_code, list(missing.json()["errors"])) == (422, ["password"])
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert ada.client.get("/api/me").json()["email"] == "ada@example.org"
    assert change(email="ada@example.org", username="ada2").status_code == 200
    assert change(email="new@x.org", password=PASSWORD).json()["email"] == "new@x.org"
    upgrade = {"email": "zoe@x.org", "password": PASSWORD}
    assert guest.client.post("/api/auth/upgrade", upgrade).status_code == 200


def test_nobody_makes_himself_premium_or_staff(ada: Person) -> None:
    ada.client.patch("/api/me", {"is_premium": True, "is_staff": True, "is_superuser": True, "id": 99})

    user = User.objects.get(pk=ada.id)
    assert (user.is_premium, user.is_staff, user.is_superuser) == (False, False, False)


def test_a_change_to_what_is_taken_or_invalid_is_refused(ada: Person, bob: Person, guest: Person) -> None:
    assert code(ada.client.patch("/api/me", {"username": "BOB"})) == (409, "username_taken")
    assert code(ada.client.patch("/api/me", {"email": "Bob@example.org", "password": PASSWORD})) == (
        409,
        "email_taken",
    )
    assert list(ada.client.patch("/api/me", {"username": "x"}).json()["errors"]) == ["username"]
    assert code(guest.client.patch("/api/me", {"email": "g@x.org"})) == (409, "upgrade_first")
    assert ada.client.patch("/api/me", {"username": "ADA"}).json()["username"] == "ADA"


def test_a_profile_just_read_costs_no_query(
    ada: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = ada.client.get("/api/me").content

    with django_assert_num_queries(0):
        assert ada.client.get("/api/me").content == body
        assert own_profile.cached(ada.id) == body


def test_a_public_profile_shows_nothing_private(ada: Person, bob: Person) -> None:
    body = ada.client.get(f"/api/users/{bob.id}/").json()

    assert body == {
        "id": bob.id,
        "username": "bob",
        "is_premium": False,
        "level": 1,
        "rating": None,
        "online": False,
    }


def test_other_apps_add_to_public_profiles_with_one_question_for_all(
    ada: Person, register: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, bob = [], register("adabob")

    def levels(user_ids: Iterable[UserId]) -> dict[int, int]:
        asked.append(user_ids)
        return {bob.id: 7}

    monkeypatch.setattr(profiles, "_facts", {"level": levels})

    page = ada.client.get("/api/users/?search=ada").json()["results"]

    assert [(user["username"], user["level"]) for user in page] == [("ada", 1), ("adabob", 7)]
    assert asked == [[ada.id, bob.id]]


@pytest.mark.parametrize("user_id", ["0", "999999", "9" * 30, "9" * 5000, "-1", "x", "1.5", "%00"])
def test_an_unknown_user_is_not_found(ada: Person, user_id: str) -> None:
    assert ada.client.get(f"/api/users/{user_id}").status_code in (400, 404)


def test_users_are_searched_by_part_of_the_name(
    ada: Person, bob: Person, register: Callable[..., Person]
) -> None:
    register("Adam")

    def search(text: str) -> list[Any]:
        return [
            user["username"] for user in ada.client.get("/api/users/", {"search": text}).json()["results"]
        ]

    assert search("ADA") == ["ada", "Adam"]
    assert search("o") == ["bob"]
    assert search("%") == search("_") == search("\ud7ff") == []


@pytest.mark.parametrize("query", ["", "?search=", "?search=%20", "?limit=200"])
def test_a_search_for_nothing_lists_nobody(ada: Person, bob: Person, query: str) -> None:
    answer = ada.client.get(f"/api/users/{query}")

    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_an_export_holds_account_and_sessions(ada: Person) -> None:
    answer = ada.client.get("/api/me/export/")

    body = answer.json()
    assert body["account"]["email"] == "ada@example.org"
    assert len(body["sessions"]) == 1
    assert body["exported_at"].endswith("Z")
    assert "attachment" in answer["Content-Disposition"]
    assert "argon2" not in answer.content.decode()


def test_erasing_needs_the_password(ada: Person) -> None:
    assert list(ada.client.delete("/api/me/").json()["errors"]) == ["password"]
    assert code(ada.client.delete("/api/me", {"password": "wrong horse"})) == (403, "wrong_password")
    assert ada.client.get("/api/me").status_code == 200


def test_an_erased_account_leaves_nothing_of_the_person(api: APIClient, ada: Person, bob: Person) -> None:
    User.objects.filter(pk=ada.id).update(
        first_name="ada", last_name="ada", is_staff=True, is_superuser=True, is_premium=True
    )
    User.objects.get(pk=ada.id).groups.add(Group.objects.create(name="helpers"))
    assert ada.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204

    user = User.objects.get(pk=ada.id)
    assert "ada" not in f"{user.username}{user.email}{user.first_name}{user.last_name}"
    assert not any((user.is_active, user.is_staff, user.is_superuser, user.is_premium, user.groups.exists()))
    assert not user.has_usable_password()
    assert set(user.sessions.values_list("user_agent", "ip")) == {("", None)}
    assert not Session.objects.filter(user=user, ended_at=None).exists()
    assert code(ada.client.get("/api/me")) == (401, "session_ended")
    assert code(bob.client.get(f"/api/users/{ada.id}")) == (404, "not_found")
    assert api.post("/api/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 401
    again = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    assert api.post("/api/auth/register", again).status_code == 201


def test_no_wrong_password_of_an_erased_account_is_kept(register: Callable[..., Person]) -> None:
    ada = register("Ada")
    for name in ("Ada", "ADA"):
        Client().post("/admin/login/", {"username": name, "password": "wrong horse"})

    ada.client.delete("/api/me/", {"password": PASSWORD})

    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "/api/me", {"email": "new@x.org", "username": "countess", "password": PASSWORD}),
        ("post", "/api/me/password", {"old_password": PASSWORD, "new_password": "another horse entirely"}),
        ("post", "/api/auth/upgrade", {"email": "new@x.org", "password": PASSWORD}),
    ],
)
def test_nothing_is_written_to_an_account_that_is_erased_meanwhile(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    person = request.getfixturevalue("guest" if "upgrade" in path else "ada")

    def erase_after(name: str) -> None:
        check = getattr(services.checks, name)

        def checked(*args: Any, **kwargs: Any) -> None:
            check(*args, **kwargs)
            services.erase(User.objects.get(pk=person.id))

        for module in (services.profile, services.registration):
            monkeypatch.setattr(module, name, checked)

    erase_after("check_password")
    erase_after("check_free")

    assert code(getattr(person.client, method)(path, body)) == (401, "session_ended")

    user = User.objects.get(pk=person.id)
    assert user.username.startswith("erased_")
    assert (user.email, user.has_usable_password()) == ("", False)


def test_a_guest_is_erased_without_a_password(guest: Person) -> None:
    assert guest.client.delete("/api/me").status_code == 204
    assert guest.client.get("/api/me").status_code == 401


def test_an_erasure_that_fails_in_one_app_changes_nothing(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import personal_data

    def fail(user_id: UserId) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(personal_data, "_erasers", [fail])
    ada.client.raise_request_exception = False

    assert code(ada.client.delete("/api/me", {"password": PASSWORD})) == (500, "server_error")
    assert User.objects.get(pk=ada.id).username == "ada"
    assert ada.client.get("/api/me").status_code == 200


def test_a_user_is_found_by_the_whole_name_whatever_its_case(ada: Person) -> None:
    User.objects.create(username="adam")

    found = ada.client.get("/api/users/?username=ADA").json()["results"]

    assert [profile["id"] for profile in found] == [ada.id]
    assert ada.client.get("/api/users/?username=ad").json()["results"] == []
    assert ada.client.get("/api/users/?username=").json()["results"] == []
