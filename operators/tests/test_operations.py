"""Operators' actions in the admin, their effects, and their audit entries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from accounts.services import Device, register
from core import seeding as demo
from operators import live, seeding
from operators.models import Announcement

PASSWORD = "a long enough password"


@pytest.fixture
def ada(db: None) -> Any:
    return register(username="ada", email="ada@example.org", password=PASSWORD, device=Device())


def act(client: Any, label: Any, action: Any, pk: Any, **more: Any) -> Any:
    return client.post(
        f"/admin/{label}/", {"action": action, "_selected_action": [pk], **more}, follow=True
    ).content.decode()


def on_record() -> list[tuple[str, str]]:
    return [(entry.user.username, entry.get_change_message()) for entry in LogEntry.objects.order_by("pk")]


def test_a_banned_user_is_signed_out_cannot_come_back_and_is_let_in_again(
    operator: Callable[[str], Client], client: Client, ada: Any
) -> None:
    moderator = operator("moderator")
    token = {"authorization": f"Bearer {ada.tokens.access}"}
    login = {"username": "ada", "password": PASSWORD}

    act(moderator, "accounts/user", "ban", ada.user.pk, reason="spam")
    assert client.get("/api/me", headers=token).status_code == 401
    for path in ("/api/auth/login", "/api/token"):
        refused = client.post(path, login, content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (403, "banned")
        assert (refused.json()["reason"], refused.json()["until"]) == ("spam", None)

    act(moderator, "accounts/user", "lift_ban", ada.user.pk)
    assert client.post("/api/auth/login", login, content_type="application/json").status_code == 200
    assert on_record() == [("the_moderator", "Ban: spam"), ("the_moderator", "Lift the ban")]


def test_a_refused_operation_is_told_and_not_recorded(operator: Callable[[str], Client], ada: Any) -> None:
    root = operator("root")
    me = User.objects.get(username="the_root")

    assert "This is your own account." in act(root, "accounts/user", "ban", me.pk)

    assert User.objects.get(pk=me.pk).is_active
    assert on_record() == []


def test_an_announcement_is_said_once_and_stays_as_it_was_said(
    operator: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    monkeypatch.setattr("notifications.services.publish", lambda event: said.append(event.message))
    support = operator("support")

    support.post("/admin/operators/announcement/add/", {"message": "  Back at noon. "})
    support.post("/admin/operators/announcement/add/", {"message": "   "})
    support.post("/admin/operators/announcement/add/", {"message": "x" * 501})

    kept = Announcement.objects.get()
    assert said == ["Back at noon."]
    assert (kept.message, kept.by.username) == ("Back at noon.", "the_support")
    changed = support.post(f"/admin/operators/announcement/{kept.pk}/change/", {"message": "Never."})
    assert changed.status_code == 403


def test_a_scheduled_announcement_is_said_once_at_its_time(
    operator: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    said = []
    monkeypatch.setattr("notifications.services.publish", lambda event: said.append(event.message))
    support = operator("support")
    for minutes, message in ((10, "Soon."), (20, "Withdrawn."), (30, "Later.")):
        at = timezone.now() + timedelta(minutes=minutes)
        form = {"message": message, "send_at_0": f"{at:%Y-%m-%d}", "send_at_1": f"{at:%H:%M:%S}"}
        assert support.post("/admin/operators/announcement/add/", form).status_code == 302

    live.send_announcements()
    assert said == []
    act(support, "operators/announcement", "withdraw", Announcement.objects.get(message="Withdrawn.").pk)
    clock.shift(timedelta(minutes=25))
    for _ in range(2):
        live.send_announcements()
    assert said == ["Soon."]

    sent = Announcement.objects.get(message="Soon.")
    assert "It has been sent." in act(support, "operators/announcement", "withdraw", sent.pk)
    clock.shift(timedelta(minutes=10))
    live.send_announcements()
    assert said == ["Soon.", "Later."]


def test_the_audit_trail_is_shown_to_superusers_and_changed_by_nobody(
    operator: Callable[[str], Client], ada: Any
) -> None:
    root = operator("root")
    act(root, "accounts/user", "sign_out", ada.user.pk)
    entry = LogEntry.objects.get()

    page = root.get("/admin/admin/logentry/").content.decode()
    assert "Sign out everywhere" in page
    assert root.get(f"/admin/admin/logentry/{entry.pk}/change/").status_code == 200
    for verb in ("change", "delete"):
        assert root.post(f"/admin/admin/logentry/{entry.pk}/{verb}/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        f"progression/player/{2**70}/change/",
        f"accounts/user/?pk__in={2**70}",
        f"accounts/session/?created_at__year={2**70}",
    ],
)
def test_there_is_nothing_at_numbers_beyond_all_bounds(
    operator: Callable[[str], Client], address: str
) -> None:
    assert operator("root").get(f"/admin/{address}").status_code in (200, 302, 404)


@pytest.mark.parametrize("pk", [str(2**70), "no-id"])
def test_nothing_is_done_to_what_cannot_be(operator: Callable[[str], Client], pk: Any) -> None:
    answer = operator("root").post("/admin/game/game/", {"action": "end", "_selected_action": pk})
    assert answer.status_code == 404


def test_the_demo_has_an_operator_in_development_only(db: None) -> None:
    demo.seed()
    assert not User.objects.filter(is_superuser=True).exists()
    with override_settings(DEBUG=True):
        for _ in range(2):
            seeding.seed()
        assert User.objects.filter(is_superuser=True).count() == 1
        seeding.clear()
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_admin_alone_may_evaluate_and_only_for_unfold(
    operator: Callable[[str], Client], client: Client
) -> None:
    page = operator("root").get("/admin/")

    script, style = (
        next(part for part in page["Content-Security-Policy"].split("; ") if part.startswith(of))
        for of in ("script-src", "style-src")
    )
    if apps.is_installed("unfold"):
        assert (script, style) == ("script-src 'self' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'")
    else:
        assert (script, style) == ("script-src 'self'", "style-src 'self'")
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]
