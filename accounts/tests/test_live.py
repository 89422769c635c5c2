"""Sessions in a running server: sockets open, stay open, and close when their session ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import structlog
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import gatekeeping, live, services, tokens
from accounts.authentication import SessionTokenAuthentication
from accounts.models import Session, User
from accounts.refusals import MfaSetupRequired, SessionEnded, TicketInvalid, TokenInvalid
from accounts.tests.conftest import Person
from core import redis
from core.database import in_database
from core.namespace import key
from core.refusals import Unauthenticated
from realtime import worker
from realtime.socket import gate
from realtime.testing import WITHIN_S
from realtime.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(db: None) -> Any:
    user = User.objects.create(username="ada", is_premium=True)
    return services.open_session(user, device=services.Device(ip="127.0.0.1"))


@pytest.fixture
def session(signed_in: Any) -> Session:
    return Session.objects.get(user=signed_in.user)


@pytest.fixture
async def server() -> AsyncIterator[Worker]:
    """The worker of this process, with its background task."""
    yield await worker.start()
    await worker.stop()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[int]:
    """The sessions whose sockets have been closed so far."""
    heard: asyncio.Queue[int] = asyncio.Queue()

    def close_sessions(session_ids: Any) -> None:
        for session_id in session_ids:
            heard.put_nowait(session_id)

    monkeypatch.setattr(gate, "close_sessions", close_sessions)
    return heard


async def test_an_access_token_says_who_it_is(signed_in: Any) -> None:
    identity = await gatekeeping.identify(signed_in.tokens.access)

    assert (identity.user_id, identity.username) == (signed_in.user.pk, "ada")
    assert identity.is_premium
    assert not identity.is_guest
    assert identity.expires_at > time.time()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x00", "é" * 100])
async def test_junk_is_refused(db: None, token: str) -> None:
    with pytest.raises(TokenInvalid):
        await gatekeeping.identify(token)


async def test_a_token_opens_a_socket_by_the_name_that_its_holder_has_by_now(
    signed_in: Any, server: Worker
) -> None:
    token = signed_in.tokens.access
    await gatekeeping.identify(token)
    ticket = await in_database(gatekeeping.issue_ticket, tokens.identify(token))
    await in_database(services.change_profile, user=signed_in.user, changes={"username": "countess"})

    assert (await gatekeeping.identify(token)).username == "countess"
    assert (await gatekeeping.redeem_ticket(ticket)).username == "countess"


async def test_without_a_second_factor_that_players_need_neither_token_nor_ticket_opens_a_socket(
    signed_in: Any, server: Worker, settings: Any
) -> None:
    settings.PLAYER_MFA = True
    ticket = await in_database(gatekeeping.issue_ticket, tokens.identify(signed_in.tokens.access))

    with pytest.raises(MfaSetupRequired):
        await gatekeeping.identify(signed_in.tokens.access)
    with pytest.raises(MfaSetupRequired):
        await gatekeeping.redeem_ticket(ticket)


async def test_a_refresh_token_opens_no_socket(signed_in: Any) -> None:
    with pytest.raises(Unauthenticated):
        await gatekeeping.identify(signed_in.tokens.refresh)


async def test_an_ended_session_opens_no_socket(signed_in: Any, session: Session) -> None:
    await gatekeeping.identify(signed_in.tokens.access)
    await in_database(services.end_session, user_id=signed_in.user.pk, session_id=session.pk)

    with pytest.raises(SessionEnded):
        await gatekeeping.identify(signed_in.tokens.access)


async def test_a_ticket_opens_one_socket(signed_in: Any, server: Worker) -> None:
    identity = tokens.identify(signed_in.tokens.access)
    ticket = await sync_to_async(gatekeeping.issue_ticket)(identity)

    assert await gatekeeping.redeem_ticket(ticket) == identity
    for used in (ticket, "", "never", "\x00", "é" * 5000):
        with pytest.raises(TicketInvalid):
            await gatekeeping.redeem_ticket(used)


async def test_a_ticket_of_an_ended_session_opens_nothing(
    signed_in: Any, session: Session, server: Worker
) -> None:
    ticket = await sync_to_async(gatekeeping.issue_ticket)(tokens.identify(signed_in.tokens.access))
    await in_database(services.end_session, user_id=signed_in.user.pk, session_id=session.pk)

    with pytest.raises(SessionEnded):
        await gatekeeping.redeem_ticket(ticket)


def test_a_ticket_comes_by_its_address_and_lasts_half_a_minute(ada: Person) -> None:
    answer = ada.client.post("/api/auth/ticket/")

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 30
    left_s: Any = redis.sync_client().ttl(key(f"ticket:{answer.json()['ticket']}"))
    assert 0 < left_s <= 30


async def test_sockets_are_closed_when_another_worker_ends_the_session(
    signed_in: Any, session: Session, closed: asyncio.Queue[int], server: Worker
) -> None:
    await gatekeeping.identify(signed_in.tokens.access)
    # As another worker would: only the table changes, not this process's memory.
    await in_database(Session.objects.filter(pk=session.pk).update, ended_at=timezone.now())

    assert await asyncio.wait_for(closed.get(), WITHIN_S) == session.pk
    with pytest.raises(SessionEnded):
        await gatekeeping.identify(signed_in.tokens.access)


async def test_sockets_are_closed_when_their_session_was_silent_for_too_long(
    signed_in: Any, session: Session, closed: asyncio.Queue[int], server: Worker, settings: Settings
) -> None:
    await gatekeeping.identify(signed_in.tokens.access)
    long_ago = timezone.now() - timedelta(seconds=settings.SESSION_TIMEOUT + 10)
    await in_database(Session.objects.filter(pk=session.pk).update, last_seen=long_ago)
    live._cache().known[session.pk].heard = long_ago.timestamp()

    assert await asyncio.wait_for(closed.get(), WITHIN_S) == session.pk


def test_a_call_while_the_end_of_its_session_commits_does_not_bring_it_back(
    session: Session, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    with transaction.atomic():
        services.end_session(user_id=session.user_id, session_id=session.pk)
        at_once([lambda: live.check(session.pk)])  # nobody else sees the end yet

    with pytest.raises(SessionEnded):
        live.check(session.pk)


def test_a_name_that_changes_while_its_session_is_read_is_read_again(
    signed_in: Any, session: Session
) -> None:
    token = tokens.identify(signed_in.tokens.access)
    changed: list[Any] = []

    def meanwhile(execute: Any, *asked: Any) -> Any:
        answer = execute(*asked)
        if not changed:
            changed.append(True)
            services.change_profile(user=signed_in.user, changes={"username": "countess"})
        return answer

    live._cache().known.clear()  # as in another process, which has not seen the session begin
    with connection.execute_wrapper(meanwhile):
        live.check(session.pk)
    live.check(session.pk)

    assert changed
    assert live.current_identity(token).username == "countess"


def test_a_sign_of_life_is_written_down_but_not_each_one(signed_in: Any, session: Session) -> None:
    long_ago = timezone.now() - timedelta(minutes=10)
    Session.objects.filter(pk=session.pk).update(last_seen=long_ago)
    live._cache().known.clear()  # as in another process, which has not seen the session begin
    live.check(session.pk)

    live._write_down()
    first = Session.objects.get(pk=session.pk).last_seen
    live.touch(session.pk)
    live._write_down()

    assert first > timezone.now() - timedelta(minutes=1)
    assert Session.objects.get(pk=session.pk).last_seen == first


def test_signs_of_life_of_many_are_written_down_together(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BATCH_SIZE", 2)
    long_ago = timezone.now() - timedelta(minutes=10)
    made = Session.objects.bulk_create(Session(user=signed_in.user, last_seen=long_ago) for _ in range(7))
    before = timezone.now()
    for session in made:
        live.check(session.pk)

    live._write_down()

    written = Session.objects.filter(pk__in=[session.pk for session in made]).values_list(
        "last_seen", flat=True
    )
    assert len(written) == 7
    assert all(before <= moment <= timezone.now() for moment in written)


def test_a_later_sign_of_life_from_another_worker_is_not_overwritten(
    signed_in: Any, session: Session
) -> None:
    Session.objects.filter(pk=session.pk).update(last_seen=timezone.now() - timedelta(minutes=10))
    live.check(session.pk)
    later = timezone.now() + timedelta(seconds=5)
    Session.objects.filter(pk=session.pk).update(last_seen=later)

    live._write_down()

    assert Session.objects.get(pk=session.pk).last_seen == later


def test_a_session_kept_alive_on_another_worker_is_not_ended_here(
    signed_in: Any, session: Session, settings: Settings
) -> None:
    live.check(session.pk)
    live._cache().known[session.pk].heard -= settings.SESSION_TIMEOUT + 10

    assert live._write_down() == []

    live.check(session.pk)
    live._cache().known[session.pk].written -= 60
    live._write_down()
    assert Session.objects.get(pk=session.pk).last_seen > session.last_seen


def test_what_nobody_needs_is_tidied_away(signed_in: Any, session: Session, settings: Settings) -> None:
    from accounts import housekeeping

    old = (
        services.open_session(signed_in.user, device=services.Device())
        .user.sessions.exclude(pk=session.pk)
        .get()
    )
    Session.objects.filter(pk=old.pk).update(ended_at=timezone.now() - timedelta(days=31))
    silent = timezone.now() - timedelta(seconds=settings.SESSION_TIMEOUT + 100)
    Session.objects.filter(pk=session.pk).update(last_seen=silent)

    housekeeping.tidy()

    assert Session.objects.get().ended_at is not None


def test_on_the_event_loop_only_a_session_known_as_open_is_identified(
    ada: Person, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    identify = SessionTokenAuthentication.identify_at_once
    ada.client.get("/api/me")

    with django_assert_num_queries(0):
        assert identify(f"Bearer {ada.access}").user_id == ada.id
        assert structlog.contextvars.get_contextvars()["user_id"] == ada.id
        for header in ("", "Bearer junk", f"Basic {ada.access}", f"Bearer {ada.refresh}"):
            assert identify(header) is None
    ada.client.post("/api/auth/logout")
    assert identify(f"Bearer {ada.access}") is None
    live._cache().known.clear()
    assert identify(f"Bearer {ada.access}") is None
