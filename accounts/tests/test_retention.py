"""Retention periods: what is old goes, what is in use stays."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, SignIn, User
from accounts.tests.conftest import Person, person
from chat.models import DirectMessage, Lobby, LobbyMessage, Thread
from core import retention

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old_things(ada: Person, bob: Person) -> None:
    """Messages and sign-ins of a day ago, and of two years ago."""
    lobby = Lobby.objects.create(name="den", owner_id=ada.id, is_public=True, max_participants=4)
    thread = Thread.objects.create(low_id=ada.id, high_id=bob.id)
    for days in (1, 730):
        at = timezone.now() - timedelta(days=days)
        LobbyMessage.objects.create(lobby=lobby, sender_id=ada.id, content="hi", created_at=at)
        both = {"sender_id": ada.id, "receiver_id": bob.id}
        DirectMessage.objects.create(thread=thread, **both, content="hi", created_at=at)
        entry = SignIn.objects.create(user_id=ada.id, method="password", outcome="ok")
        SignIn.objects.filter(pk=entry.pk).update(at=at)


def applied() -> str:
    out = io.StringIO()
    call_command("apply_retention", stdout=out)
    return out.getvalue()


def test_old_messages_and_sign_ins_are_deleted_and_newer_ones_kept(old_things: None) -> None:
    told = applied()
    assert "chat: 1 deleted" in told
    assert "direct_messages: 1 deleted" in told
    assert "sign_ins: 1 deleted" in told
    assert LobbyMessage.objects.count() == DirectMessage.objects.count() == 1


def test_a_period_of_no_days_keeps_for_ever(old_things: None, settings: Any) -> None:
    settings.RETENTION = dict.fromkeys(settings.RETENTION, 0)
    assert applied() == ""
    assert LobbyMessage.objects.count() == DirectMessage.objects.count() == 2


def test_guests_who_were_not_here_for_long_are_erased_and_nobody_else(
    ada: Person, guest: Person, register: Callable[..., Person]
) -> None:
    here = person(APIClient().post("/api/auth/guest/").json())
    old = timezone.now() - timedelta(days=91)
    User.objects.update(date_joined=old)
    Session.objects.exclude(user=here.id).update(last_seen=old)
    assert "idle_guests: 1 deleted" in applied()
    assert {user.pk for user in User.objects.filter(erased_at=None)} == {ada.id, here.id}


def test_it_is_done_every_night(old_things: None) -> None:
    today = timezone.now().replace(minute=0)
    for hour, kept in ((retention.NIGHT_HOUR + 1, 2), (retention.NIGHT_HOUR, 1)):
        with time_machine.travel(today.replace(hour=hour)):
            retention.nightly()
        assert LobbyMessage.objects.count() == kept
