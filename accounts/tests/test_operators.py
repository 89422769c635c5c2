"""Operators' actions on accounts, and the demo users."""

import getpass
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from accounts import live, seeding, tokens
from accounts.models import Session, User
from accounts.tests.conftest import PASSWORD, Person
from realtime import broadcast

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@x.org", "a long password"))
    return client


def test_the_admin_opens_every_page_of_accounts(operator: Client, ada: Person) -> None:
    for page in (
        "accounts/user/",
        f"accounts/user/{ada.id}/change/",
        "accounts/user/add/",
        "accounts/session/",
    ):
        assert operator.get(f"/admin/{page}").status_code == 200, page
    session = Session.objects.get(user_id=ada.id)
    assert operator.get(f"/admin/accounts/session/{session.pk}/change/").status_code == 200


def test_the_admin_is_for_operators(api: APIClient) -> None:
    assert api.get("/admin/").status_code == 302
    assert api.get("/admin", follow=True).status_code == 200


def test_a_switch_in_the_list_makes_premium(operator: Client, ada: Person) -> None:
    rows = list(User.objects.order_by("username").values_list("pk", flat=True))
    form = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for number, pk in enumerate(rows):
        form[f"form-{number}-id"] = pk
        form[f"form-{number}-is_premium"] = "on"

    operator.post("/admin/accounts/user/?o=1", form)

    assert User.objects.get(pk=ada.id).is_premium


def test_a_switch_that_was_not_touched_leaves_what_another_operator_has_done_meanwhile(
    operator: Client, ada: Person, bob: Person
) -> None:
    page = operator.get("/admin/accounts/user/?o=1")
    form = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="(\w+)"', page.content.decode()))
    User.objects.filter(pk=bob.id).update(is_premium=True)
    number = next(
        key.split("-")[1] for key, value in form.items() if key.endswith("-id") and value == f"{ada.id}"
    )

    operator.post("/admin/accounts/user/?o=1", {**form, f"form-{number}-is_premium": "on", "_save": "Save"})

    assert set(User.objects.filter(is_premium=True).values_list("pk", flat=True)) == {ada.id, bob.id}


def shown(client: Any, address: str) -> dict[Any, Any]:
    """Return the data that the form at this address submits if nothing is changed."""
    fields: dict[Any, Any] = {}
    page = client.get(address).content.decode()
    form = page[page.index('id="user_form"') :]
    for tag in re.findall(r"<input [^>]*>", form):
        found = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if "name" not in found or (found.get("type") == "checkbox" and not re.search(r"\bchecked\b", tag)):
            continue
        fields.setdefault(found["name"], []).append(found.get("value", "on"))
    return fields


def test_a_users_form_leaves_what_others_have_done_while_it_was_open(operator: Client, ada: Person) -> None:
    address = f"/admin/accounts/user/{ada.id}/change/"
    User.objects.filter(pk=ada.id).update(is_staff=True)
    form = shown(operator, address)
    User.objects.filter(pk=ada.id).update(is_active=False, email="new@example.org")
    User.objects.get(pk=ada.id).groups.add(Group.objects.get(name="support"))

    answer = operator.post(address, {**form, "first_name": "Ada", "_save": "Save"})

    assert answer.status_code == 302
    user = User.objects.get(pk=ada.id)
    assert (user.first_name, user.is_active, user.email) == ("Ada", False, "new@example.org")
    assert user.is_staff
    assert [group.name for group in user.groups.all()] == ["support"]


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("user", {"action": "ban"}),
        ("ban/add", {"kind": "ban", "_save": "Save"}),
    ],
)
def test_bans_need_a_fresh_sign_in_of_the_operator(
    operator: Client, ada: Person, settings: Any, page: str, form: dict[str, Any]
) -> None:
    settings.STAFF_MFA = True
    sent = {**form, "_selected_action": [ada.id]} if page == "user" else {**form, "user": ada.id}
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = operator.post(f"/admin/accounts/{page}/", sent)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
    user = User.objects.get(pk=ada.id)
    assert user.is_active
    assert user.erased_at is None


def test_an_operator_who_is_signed_out_everywhere_is_out_of_the_admin_too(operator: Client) -> None:
    other = Client()
    eve = User.objects.create_superuser("eve", "eve@x.org", "a long password")
    other.force_login(eve, "django.contrib.auth.backends.ModelBackend")
    assert other.get("/admin/").status_code == 200

    operator.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [eve.pk]})

    assert other.get("/admin/").status_code == 302
    assert operator.get("/admin/").status_code == 200


def test_operators_sign_devices_out(operator: Client, ada: Person) -> None:
    session = Session.objects.get(user_id=ada.id)

    operator.post("/admin/accounts/session/", {"action": "end", "_selected_action": [session.pk]})

    assert ada.client.get("/api/me").status_code == 401


def test_a_password_that_an_operator_sets_signs_out_who_knew_the_old_one(
    operator: Client, ada: Person
) -> None:
    password = "quite another password"
    form = {"password1": password, "password2": password, "usable_password": "true"}

    operator.post(f"/admin/accounts/user/{ada.id}/password/", {**form, "password2": "mistyped"})
    assert ada.client.get("/api/me").status_code == 200
    operator.post(f"/admin/accounts/user/{ada.id}/password/", form)

    assert ada.client.get("/api/me").status_code == 401
    assert ada.client.post("/api/token/refresh/", {"refresh": ada.refresh}).status_code == 401


def test_a_password_that_an_operator_takes_away_signs_out(operator: Client, ada: Person) -> None:
    form = {"usable_password": "false", "unset-password": "yes"}

    operator.post(f"/admin/accounts/user/{ada.id}/password/", form)

    assert not User.objects.get(pk=ada.id).has_usable_password()
    assert ada.client.get("/api/me").status_code == 401


def test_an_operator_with_a_new_password_is_signed_out_of_the_game(ada: Person) -> None:
    User.objects.filter(pk=ada.id).update(is_staff=True)
    at_the_admin = Client()
    at_the_admin.force_login(User.objects.get(pk=ada.id))
    new = dict.fromkeys(("new_password1", "new_password2"), "quite another password")

    at_the_admin.post("/admin/password_change/", {"old_password": PASSWORD, **new})

    assert User.objects.get(pk=ada.id).check_password("quite another password")
    assert ada.client.get("/api/me").status_code == 401


def test_a_password_set_by_command_signs_out_who_knew_the_old_one(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "quite another password")

    call_command("changepassword", "ada")

    assert ada.client.get("/api/me").json()["code"] == "session_ended"
    assert ada.client.post("/api/token/refresh/", {"refresh": ada.refresh}).status_code == 401
    assert bob.client.get("/api/me").status_code == 200


def test_a_new_hash_of_the_same_password_signs_nobody_out(api: APIClient, ada: Person) -> None:
    old = make_password(PASSWORD, hasher="pbkdf2_sha256")
    User.objects.filter(pk=ada.id).update(password=old)

    assert api.post("/api/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 200

    assert User.objects.get(pk=ada.id).password != old
    assert ada.client.get("/api/me").status_code == 200


def test_what_an_operator_changes_counts_at_once_for_the_tokens_that_are_out(
    operator: Client,
    ada: Person,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = []
    monkeypatch.setattr(broadcast, "broadcast", lambda *what: told.append(what))
    ada.client.get("/api/me")
    form = {"username": "countess", "email": "ada@example.org", "is_active": "on", "is_premium": "on"}

    with django_capture_on_commit_callbacks(execute=True):
        operator.post(f"/admin/accounts/user/{ada.id}/change/", form)

    assert ada.client.get("/api/me").json()["is_premium"]
    export = ada.client.get("/api/me/export")
    assert export["Content-Disposition"] == 'attachment; filename="countess.json"'
    who = live.current_identity(tokens.identify(ada.access))
    assert (who.username, who.is_premium) == ("countess", True)
    session = Session.objects.get(user=ada.id).pk
    assert told == [("profile.invalidate", (ada.id, [session]))]


def test_an_operator_is_told_at_the_field_what_is_taken_in_any_case(
    operator: Client, ada: Person, bob: Person
) -> None:
    form = {"username": "BOB", "email": "Bob@example.org", "is_active": "on"}

    page = operator.post(f"/admin/accounts/user/{ada.id}/change/", form)

    assert page.context["adminform"].form.errors == {
        "username": ["This name is taken."],
        "email": ["This address has an account."],
    }


def test_who_is_shut_out_by_the_form_is_signed_out(operator: Client, ada: Person) -> None:
    address = f"/admin/accounts/user/{ada.id}/change/"
    form = shown(operator, address)
    del form["is_active"]

    operator.post(address, form)

    assert not User.objects.get(pk=ada.id).is_active
    assert not Session.objects.filter(user=ada.id, ended_at=None).exists()


def test_seeding_makes_the_demo_people_once(api: APIClient) -> None:
    for _ in range(2):
        seeding.seed()

    assert User.objects.count() == 7
    premium = User.objects.filter(is_premium=True).values_list("username", flat=True)
    assert sorted(premium) == ["premium_user_1", "premium_user_2"]
    login = {"username": "user_5", "password": "testpass123"}
    assert api.post("/api/auth/login", login).status_code == 200
    seeding.clear()
    assert User.objects.count() == 0
