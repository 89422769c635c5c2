"""Calls of other systems: signed, in the event's transaction, repeated, and never of a private address."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core import outgoing
from core.database import in_database
from core.statements import having_rows
from gameplatform.testing.people import here  # noqa: F401
from operators.tests.conftest import operator  # noqa: F401
from realtime.publishing import publish
from realtime.wire.messages import Internal
from realtime.worker import Worker
from webhooks import live, rules, selectors, services
from webhooks.models import Delivery, Endpoint
from webhooks.services import webhook
from webhooks.tests.conftest import OtherSystem

Making = Callable[..., Any]


@webhook
class Rung(Internal):
    """Published when somebody rings."""

    user_id: int


def ring(user_id: int = 7, *, fails: bool = False) -> None:
    with transaction.atomic():
        publish(Rung(user_id=user_id))
        if fails:
            raise RuntimeError


async def delivery() -> Delivery:
    return await Delivery.objects.select_related("endpoint").aget()


async def again() -> None:
    """Make the call that waits, however long it would have to."""
    await Delivery.objects.filter(delivered_at=None).exclude(due_at=None).aupdate(due_at=timezone.now())
    await live.deliver_due()


def is_signed(headers: dict[str, str], body: str, secret: str) -> bool:
    """Verify as a receiver does, by the Standard Webhooks specification."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split()


async def test_an_event_is_told_once_signed_and_noted(endpoint: Making, other: OtherSystem) -> None:
    crm = await endpoint("rung")
    await in_database(ring)
    await live.deliver_due()
    await again()

    ((headers, body),) = other.calls
    assert headers[""] == "POST /hook?from=us HTTP/1.1"
    assert is_signed(headers, body, crm.secret)
    assert not is_signed(headers, body + " ", crm.secret)
    (told,) = other.bodies()
    assert (told["type"], told["data"]) == ("rung", {"user_id": 7})
    noted = await delivery()
    assert (noted.status, noted.error, noted.due_at, str(noted.pk)) == (204, "", None, headers["webhook-id"])
    assert noted.delivered_at is not None


async def test_a_worker_makes_calls_by_itself(
    here: Worker,  # noqa: F811
    endpoint: Making,
    other: OtherSystem,
) -> None:
    await endpoint("rung")
    await in_database(ring)
    async with asyncio.timeout(30):
        while not other.calls:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)

    assert other.bodies()[0]["type"] == "rung"


async def test_the_elected_worker_knows_what_is_due(endpoint: Making) -> None:
    await endpoint("rung")
    later = timezone.now() + timedelta(seconds=2)
    assert not await in_database(having_rows, {"webhooks": selectors.waiting}, later)
    await in_database(ring)
    assert await in_database(having_rows, {"webhooks": selectors.waiting}, later) == ["webhooks"]


async def test_what_was_rolled_back_or_is_not_wanted_is_not_told(endpoint: Making) -> None:
    await endpoint("level_up")
    await endpoint("rung", name="off", is_active=False)
    await in_database(ring)
    await Endpoint.objects.filter(name="off").aupdate(is_active=True)
    await in_database(selectors.refresh)
    with pytest.raises(RuntimeError):
        await in_database(ring, fails=True)

    assert not await Delivery.objects.aexists()


async def test_a_call_that_fails_is_repeated_with_the_same_id_and_given_up_after_twenty(
    endpoint: Making, other: OtherSystem
) -> None:
    other.answer = b"HTTP/1.1 503 Busy\r\n\r\n"
    await endpoint("rung")
    await in_database(ring)
    before = timezone.now()
    await live.deliver_due()
    noted = await delivery()
    assert (noted.status, noted.error, noted.attempts) == (503, "Answered with 503", 1)
    assert noted.due_at >= before + timedelta(seconds=5)
    await live.deliver_due()
    assert len(other.calls) == 1

    for _ in range(30):
        await again()
    assert len(other.calls) == rules.MAX_ATTEMPTS
    assert len({headers["webhook-id"] for headers, _ in other.calls}) == 1
    noted = await delivery()
    assert (noted.due_at, noted.delivered_at) == (None, None)

    other.answer = b"HTTP/1.1 200 OK\r\n\r\n"
    await in_database(services.deliver_again, noted.pk)
    await live.deliver_due()
    assert (await delivery()).delivered_at is not None


async def test_no_transaction_is_open_during_a_call(endpoint: Making, other: OtherSystem) -> None:
    seen: list[Any] = []

    async def look(reader: Any, writer: Any) -> None:
        seen.append(await in_database(lambda: connection.in_atomic_block))
        # The row is free for others: an operator may change it meanwhile.
        seen.append(await Delivery.objects.filter(attempts=1).aupdate(error="seen"))
        await OtherSystem.take(other, reader, writer)

    await endpoint("rung")
    await in_database(ring)
    server = await asyncio.start_server(look, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await Endpoint.objects.aupdate(url=f"http://127.0.0.1:{port}/")
    async with server:
        await live.deliver_due()

    assert seen == [False, 1]
    assert (await delivery()).delivered_at is not None


async def test_two_workers_make_a_call_once(endpoint: Making, other: OtherSystem) -> None:
    await endpoint("rung")
    await in_database(ring)
    await asyncio.gather(live.deliver_due(), live.deliver_due(), live.deliver_due())

    assert len(other.calls) == 1


async def test_a_rotated_secret_is_used_at_once_and_the_former_one_for_a_day(
    endpoint: Making, other: OtherSystem, clock: Any
) -> None:
    crm = await endpoint("rung")
    former = crm.secret
    new = await in_database(services.rotate, crm.pk)
    assert new != former
    for _ in range(2):
        await in_database(ring)
        await live.deliver_due()
        clock.shift(timedelta(days=1, seconds=1))

    (first, body), (second, later) = other.calls
    assert is_signed(first, body, former)
    assert is_signed(first, body, new)
    assert is_signed(second, later, new)
    assert not is_signed(second, later, former)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"),
    ],
)
def test_a_private_address_is_not_called(address: str) -> None:
    assert not outgoing.may_call(address, [])
    assert outgoing.may_call("1.1.1.1", [])
    assert outgoing.may_call("10.1.2.3", ["10.0.0.0/8"])


async def test_a_name_that_leads_to_a_private_address_is_not_called(
    endpoint: Making, other: OtherSystem, settings: Settings
) -> None:
    await endpoint("rung", url=f"http://localhost:{other.port}/")
    settings.WEBHOOK_NETWORKS = []
    await in_database(ring)
    await live.deliver_due()

    assert other.calls == []
    assert (await delivery()).error == "NotPublicError: localhost is not a public address"


async def test_a_redirect_is_not_followed_and_no_answer_is_a_failure(
    endpoint: Making, other: OtherSystem
) -> None:
    await endpoint("rung")
    await in_database(ring)
    other.answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"
    await live.deliver_due()
    assert (await delivery()).error == "Answered with 302"
    for answer in (b"", b"nonsense\r\n", b"x" * 100_000):
        other.answer = answer
        await again()
        assert (await delivery()).error.startswith("ValueError: ")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        await Endpoint.objects.aupdate(url=f"http://127.0.0.1:{unused.getsockname()[1]}/")
        await again()
    assert "refused" in (await delivery()).error.lower()


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """``trust(certificate)``: trust it alone, from now on in this test."""

    def trust(certificate: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        outgoing.trusted.cache_clear()

    yield trust
    outgoing.trusted.cache_clear()


async def test_https_is_spoken_to_whoever_has_a_trusted_certificate_for_the_name(
    endpoint: Making, over_tls: OtherSystem, certificate: Path, trust: Callable[[Path], None]
) -> None:
    await endpoint("rung", url=f"https://127.0.0.1:{over_tls.port}/hook")
    await in_database(ring)

    await live.deliver_due()
    assert "CERTIFICATE_VERIFY_FAILED" in (await delivery()).error

    trust(certificate)
    await Endpoint.objects.aupdate(url=f"https://localhost:{over_tls.port}/hook")
    await again()
    assert "CERTIFICATE_VERIFY_FAILED" in (await delivery()).error
    assert over_tls.calls == []

    await Endpoint.objects.aupdate(url=f"https://127.0.0.1:{over_tls.port}/hook")
    await again()
    ((headers, body),) = over_tls.calls
    assert (await delivery()).status == 204
    assert is_signed(headers, body, (await delivery()).endpoint.secret)


async def test_authorities_are_loaded_once_and_beside_the_event_loop(
    over_tls: OtherSystem, certificate: Path, trust: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_in: list[int] = []
    load = ssl.create_default_context

    def observed() -> ssl.SSLContext:
        loaded_in.append(threading.get_ident())
        return load()

    monkeypatch.setattr(ssl, "create_default_context", observed)
    trust(certificate)
    url = f"https://127.0.0.1:{over_tls.port}/hook"
    for _ in range(2):
        assert await outgoing.post(url, b"", {}, networks=["127.0.0.0/8"]) == 204
    assert len(loaded_in) == 1
    assert threading.get_ident() not in loaded_in


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://user:password@example.org/", "https://example.org/#there"]
)
def test_an_endpoint_needs_a_plain_https_address(url: str, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = []

    with pytest.raises(ValidationError):
        Endpoint(name="crm", url=url).clean()
    Endpoint(name="crm", url="https://example.org:8443/hook?x=1").clean()


def test_operators_add_endpoints_and_see_each_secret_once(operator: Callable[[str], Client]) -> None:  # noqa: F811
    root = operator("root")
    form = {"name": "crm", "url": "https://example.org/hook", "events": ["level_up"], "is_active": "on"}
    shown = root.post("/admin/webhooks/endpoint/add/", form, follow=True).text
    made = Endpoint.objects.get()
    assert made.secret in shown.replace("&#x2B;", "+").replace("&#43;", "+")
    assert made.secret not in root.get(f"/admin/webhooks/endpoint/{made.pk}/change/").text
    selectors.refresh()
    assert selectors.is_wanted("level_up")

    support = operator("support")
    assert support.get("/admin/webhooks/delivery/").status_code == 200
    assert support.get("/admin/webhooks/endpoint/").status_code == 403
    action = {"action": "rotate", "_selected_action": [made.pk]}
    root.post("/admin/webhooks/endpoint/", action)
    made.refresh_from_db()
    assert made.former_secret


def test_events_are_exported_as_json_lines_from_where_one_was(
    transactional_db: None, settings: Settings, clock: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ring(1)
    settings.EVENT_LOG_DAYS = 30
    for user_id in (2, 3):
        ring(user_id)
    with pytest.raises(RuntimeError):
        ring(4, fails=True)

    def lines(*options: str) -> list[Any]:
        call_command("export_events", *options)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert lines() == []
    clock.shift(timedelta(minutes=2))
    first, second = lines()
    assert (first["type"], first["data"], second["data"]) == ("rung", {"user_id": 2}, {"user_id": 3})
    assert lines("--after", str(first["id"])) == [second]
    assert lines("--type", "level_up") == []
    clock.shift(timedelta(days=31))
    services.delete_old()
    assert lines() == []
