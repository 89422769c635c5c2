"""Permissions in the admin: the table, checked against every model and action."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import Session, User
from accounts.services import Device, register_guest
from operators.roles import ROLES, TABLE

FORMS = {"view", "add", "change", "delete"}
registered = {model._meta.label_lower: one for model, one in admin.site._registry.items()}


def url(label: Any, rest: str = "") -> str:
    return f"/admin/{label.replace('.', '/')}/{rest}"


def operations_of(model_admin: Any) -> dict[Any, Any]:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True)
    return {name: action for name, (action, *_) in model_admin.get_actions(request).items()}


def acts_of(model_admin: Any) -> set[str]:
    """The acts on the page of one object, beside the actions of the list."""
    return set(getattr(model_admin, "page_acts", ()))


def test_everything_in_the_admin_has_a_row_and_every_row_is_of_something() -> None:
    lines = {
        model._meta.label_lower
        for one in registered.values()
        for inline in one.inlines
        for model in [inline.model]
    }
    assert set(registered) <= set(TABLE)
    assert set(TABLE) <= set(registered) | lines
    for label, model_admin in registered.items():
        operations = operations_of(model_admin)
        operations.pop("delete_selected", None)
        assert set(TABLE[label]) - FORMS == set(operations) | acts_of(model_admin), label
        assert all(getattr(action, "is_operation", False) for action in operations.values()), label


def test_each_role_sees_and_changes_its_own_and_is_refused_the_rest(
    operator: Callable[[str], Client],
) -> None:
    for role in ROLES:
        client = operator(role)
        for label, row in TABLE.items():
            if label not in registered:
                continue
            for verb, path in (("view", ""), ("add", "add/")):
                expected = 200 if role in row.get(verb, ()) else 403
                assert client.get(url(label, path)).status_code == expected, (role, label, verb)


def test_a_role_has_exactly_the_operations_of_the_table(operator: Callable[[str], Client]) -> None:
    for role in ROLES:
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=operator(role).session["_auth_user_id"])
        for label, model_admin in registered.items():
            offered = set(model_admin.get_actions(request)) - {"delete_selected"}
            granted = {verb for verb, roles in TABLE[label].items() if verb not in FORMS and role in roles}
            assert offered == granted - acts_of(model_admin), (role, label)


def test_who_has_no_role_sees_nothing_and_players_do_not_come_in(operator: Callable[[str], Client]) -> None:
    nobody = operator("nobody")
    assert nobody.get("/admin/").status_code == 200
    for label in registered:
        assert nobody.get(url(label)).status_code == 403, label
    User.objects.update(is_staff=False)
    assert nobody.get("/admin/").status_code == 302
    assert nobody.get("/admin/figures/").status_code == 302


def test_an_operation_without_the_right_does_nothing(operator: Callable[[str], Client]) -> None:
    victim = register_guest(username="ada", device=Device()).user
    economist, moderator = operator("economist"), operator("moderator")

    answer = economist.post(url("accounts.user"), {"action": "ban", "_selected_action": [victim.pk]})
    assert answer.status_code == 403
    refused = moderator.post(url("support.person", f"{victim.pk}/ask_to_erase/act/"), {"reason": "x"})
    assert refused.status_code == 403

    victim.refresh_from_db()
    assert (victim.is_active, victim.username) == (True, "ada")
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", ["support", "moderator"])
def test_no_role_reaches_for_the_rights_of_others(operator: Callable[[str], Client], role: str) -> None:
    client = operator(role)
    me = User.objects.get(username=f"the_{role}")
    boss = User.objects.create(username="boss", is_staff=True, is_superuser=True, password="!")
    ada = User.objects.create(username="ada")

    for action in ("ban", "sign_out"):
        client.post(url("accounts.user"), {"action": action, "_selected_action": [boss.pk, me.pk]})
    assert client.post(url("accounts.user", f"{boss.pk}/change/"), {"username": "mine"}).status_code == 403
    for user in (boss, me, ada):
        taken = client.post(
            url("accounts.user", f"{user.pk}/password/"),
            {"password1": "mine-now-12", "password2": "mine-now-12"},
        )
        assert taken.status_code == 403
    given = {"username": "ada", "is_active": "on", "is_staff": "on", "is_superuser": "on", "is_premium": "on"}
    client.post(url("accounts.user", f"{ada.pk}/change/"), {**given, "groups": [Group.objects.first().pk]})

    for user in (boss, me, ada):
        user.refresh_from_db()
    assert (boss.username, boss.is_active, boss.password, me.is_active) == ("boss", True, "!", True)
    assert (ada.is_staff, ada.is_superuser, ada.groups.count()) == (False, False, 0)
    assert ada.is_premium is (role == "support")


def test_the_switches_of_the_list_reach_no_operator_and_nobody_who_is_erased(
    operator: Callable[[str], Client],
) -> None:
    support = operator("support")
    boss = User.objects.create(username="boss", is_staff=True)
    gone = User.objects.create(username="gone", is_active=False, erased_at=timezone.now())
    ada = User.objects.create(username="ada")

    def switch(user: Any) -> int:
        rows = {
            "form-TOTAL_FORMS": 1,
            "form-INITIAL_FORMS": 1,
            "form-0-id": user.pk,
            "form-0-is_premium": "on",
        }
        return support.post(url("accounts.user"), {**rows, "_save": "Save"}).status_code

    assert [switch(user) for user in (boss, gone, ada)] == [403, 403, 302]
    assert list(User.objects.filter(is_premium=True)) == [ada]


def test_the_groups_follow_the_table_whatever_was_done_to_them(db: None) -> None:
    from django.core.management import call_command

    group = Group.objects.get(name="economist")
    expected = set(group.permissions.values_list("codename", flat=True))
    group.permissions.set(Permission.objects.filter(codename="change_user"))

    call_command("migrate", verbosity=0)

    assert set(group.permissions.values_list("codename", flat=True)) == expected
    assert "change_player" in expected
    assert Session.objects.count() == 0
