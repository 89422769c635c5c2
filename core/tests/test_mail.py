"""The queue of mails: sent once committed, tried again, and by one worker at a time."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.utils import timezone

from core.mail import delivery, queue
from core.mail.queue import Letter
from core.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)

TO = "ada@example.org"


@pytest.fixture(autouse=True)
def _greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    def render(_: str, facts: Mapping[str, Any]) -> Letter | None:
        return None if facts.get("nobody") else Letter("Hello", f"Hello, {facts['name']}.")

    monkeypatch.setitem(queue._kinds, "greeting", render)


class Broken(EmailBackend):
    """A mail server that cannot be reached."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


def send() -> list[Any]:
    async_to_sync(delivery.send_due)()
    sent = list(mail.outbox)
    mail.outbox.clear()
    return sent


def greet(**facts: Any) -> None:
    queue.enqueue(kind="greeting", address=TO, facts={"name": "Ada", **facts})


def test_a_mail_is_sent_once() -> None:
    greet()
    ((subject, body, to),) = [(one.subject, one.body, one.to) for one in send()]
    assert (subject, body, to) == ("Hello", "Hello, Ada.", [TO])
    assert send() == []


def test_a_mail_whose_cause_is_rolled_back_is_not_sent() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        greet()
        raise ZeroDivisionError
    assert send() == []


def test_a_mail_without_anybody_to_write_to_is_forgotten() -> None:
    greet(nobody=True)
    assert send() == []
    assert not Mail.objects.exists()


def test_what_cannot_be_sent_is_tried_again_ever_later_and_given_up(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    greet()
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as now:
        for _ in range(queue.MAX_TRIES):
            send()
            due_at = Mail.objects.get().due_at
            if due_at is not None:
                waits.append((due_at - timezone.now()) // timedelta(minutes=1))
                now.move_to(due_at - timedelta(seconds=1))
                send()
                assert Mail.objects.get().due_at == due_at
                now.move_to(due_at)
    row = Mail.objects.get()
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert (row.tries, row.due_at, row.sent_at) == (queue.MAX_TRIES, None, None)


def test_a_mail_that_cannot_be_rendered_keeps_no_other_waiting() -> None:
    Mail.objects.create(kind="nobody_knows", address=TO, due_at=timezone.now())
    greet()
    assert len(send()) == 1


def test_workers_that_look_at_once_send_each_mail_once(at_once: Callable[[Any], list[Any]]) -> None:
    for number in range(queue.PER_HOUR):
        greet(name=str(number))
    claimed = [mail.pk for mails in at_once([queue.claim] * 4) for mail in mails]
    assert sorted(claimed) == sorted(Mail.objects.values_list("pk", flat=True))


def test_old_mails_are_deleted() -> None:
    greet()
    send()
    with time_machine.travel(timezone.now() + queue.SENT_KEPT_FOR + timedelta(minutes=1), tick=False):
        queue.delete_old()
    assert not Mail.objects.exists()


def test_in_development_what_was_sent_is_shown_and_otherwise_not_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    greet(name="Eve")
    send()
    assert Mail.objects.get().text == ""
    assert client.get("/dev/mail/").status_code == 404
    settings.DEBUG = True
    assert "Hello, Ada." not in client.get("/dev/mail/").text
    greet()
    send()
    assert "Hello, Ada." in client.get("/dev/mail/").text
    shown, *_ = client.get("/dev/mail/", headers={"Accept": "application/json"}).json()
    assert (shown["to"], shown["subject"], shown["text"]) == (TO, "Hello", "Hello, Ada.")
    assert shown.keys() == {"to", "subject", "text", "html", "at"}
