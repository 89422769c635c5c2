"""Live settings: changed in the admin, counted at once, and kept with their history."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.services import Device, register_guest
from core import live_settings
from core.models import LiveChange, LiveValue

Operators = Callable[[str], Client]
JSON = "application/json"


@pytest.fixture(autouse=True)
def stored(db: None) -> None:
    live_settings.store_declared()


def change(client: Client, name: str, value: Any, reason: str = "") -> str:
    form = {"value": value, "reason": reason}
    page = client.post(f"/admin/core/livevalue/{name}/change/", form, follow=True).content.decode()
    live_settings.values.forget()
    return page


def test_a_flag_that_is_switched_off_counts_at_once_and_is_switched_on_again(
    operator: Operators, client: Client
) -> None:
    support = operator("support")

    change(support, "new_accounts", "false", "bots")
    refused = client.post("/api/auth/guest/", {}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (503, "switched_off")

    change(support, "new_accounts", "true")
    assert client.post("/api/auth/guest/", {}, content_type=JSON).status_code == 201


def test_every_change_is_kept_with_who_when_and_why(operator: Operators) -> None:
    support = operator("support")
    change(support, "shop_is_open", "false", "a wrong price")
    change(support, "shop_is_open", "false", "again")
    change(support, "shop_is_open", "true")

    kept = LiveChange.objects.order_by("pk").values_list("name", "old", "new", "by__username", "reason")
    assert list(kept) == [
        ("shop_is_open", True, False, "the_support", "a wrong price"),
        ("shop_is_open", False, True, "the_support", ""),
    ]
    assert "a wrong price" in support.get("/admin/core/livechange/").content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shop_is_open", "1"),
        ("shop_is_open", '"true"'),
        ("shop_is_open", "null"),
        ("reports_a_minute", "true"),
        ("reports_a_minute", "-1"),
        ("reports_a_minute", "1.5"),
        ("reports_a_minute", "1e99"),
        ("reports_a_minute", "no json"),
    ],
)
def test_a_setting_keeps_its_type(operator: Operators, name: str, value: str) -> None:
    before = LiveValue.objects.get(pk=name).value

    change(operator("support"), name, value)

    assert LiveValue.objects.get(pk=name).value == before
    assert not LiveChange.objects.exists()


def test_a_number_counts_at_once(operator: Operators, client: Client) -> None:
    change(operator("support"), "reports_a_minute", "1")
    ada, bob = (register_guest(username=name, device=Device()) for name in ("ada", "bob"))
    headers = {"authorization": f"Bearer {ada.tokens.access}"}
    body = {"kind": "name", "user_id": bob.user.pk}

    answers = [client.post("/api/reports", body, content_type=JSON, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 429]


def test_what_is_stored_wrongly_does_not_count(db: None) -> None:
    LiveValue.objects.filter(pk="shop_is_open").update(value="yes")
    live_settings.values.forget()
    assert live_settings.declared()["shop_is_open"]() is True
