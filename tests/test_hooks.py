"""Hooks after events: once the transaction has committed, at least once, apart from everything else."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.services import Device, register_guest
from core import outbox
from core.ids import UserId
from core.models import OutboxEntry
from game.events import GameFinished
from gameplatform.extend import after
from operators.tests.conftest import operator  # noqa: F401
from progression import services as progression
from realtime import hooks
from realtime.publishing import publish
from realtime.wire.messages import Internal


@pytest.fixture(autouse=True)
def _own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the hooks of each test."""
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(hooks, "_hooks", defaultdict(list))


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def finished(*user_ids: UserId) -> GameFinished:
    return GameFinished(
        game_id=uuid4(),
        game="tictactoe",
        mode="",
        options={},
        reason="win",
        user_ids=list(user_ids),
        winner_ids=list(user_ids[:1]),
        places=[[user_id] for user_id in user_ids],
        scores=dict.fromkeys(user_ids, 1.0),
        rated=True,
        against_bot=False,
    )


def test_a_hook_gets_the_event_once_it_has_committed(
    transactional_db: None, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    heard = []
    after(GameFinished)(lambda event, id: heard.append((event, id)))

    with transaction.atomic():
        publish(event := finished(UserId(1), UserId(2)))
        at_once([outbox.call_due])
        assert not heard
        (entry,) = OutboxEntry.objects.all()
    outbox.call_due()
    outbox.call_due()

    assert heard == [(event, entry.pk)]
    assert not OutboxEntry.objects.exists()


def test_a_transaction_that_is_rolled_back_leaves_nothing(db: None) -> None:
    heard = []
    after(GameFinished)(lambda event, id: heard.append(event))

    with transaction.atomic():
        publish(finished(UserId(1)))
        transaction.set_rollback(True)

    assert not OutboxEntry.objects.exists()
    outbox.call_due()
    assert not heard


def test_a_hook_that_fails_is_repeated_with_the_same_id_ever_later(db: None, clock: Any) -> None:
    ids: list[UUID] = []
    ada = register_guest(username="ada", device=Device()).user

    @after(GameFinished)
    def pay(event: GameFinished, id: UUID) -> None:
        ids.append(id)
        progression.grant(ada.pk, gold=5, cause="test")
        if len(ids) < 14:
            raise ZeroDivisionError("No\0luck")

    funds = progression.player(ada.pk).gold
    publish(finished(ada.pk))
    waits = []
    while OutboxEntry.objects.exists():
        outbox.call_due()
        for entry in OutboxEntry.objects.all():
            assert (entry.attempts, entry.error) == (len(ids), "ZeroDivisionError: Noluck")
            waits.append(round((entry.due_at - timezone.now()).total_seconds()))
            clock.shift(waits[-1] - 0.5)
            outbox.call_due()
            assert entry.attempts == len(ids)
            clock.shift(0.5)

    assert len(set(ids)) == 1
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]
    # The failed attempts have written nothing.
    assert progression.player(ada.pk).gold == funds + 5


def test_a_hook_that_fails_keeps_no_other_from_running(db: None) -> None:
    heard = []

    @after(GameFinished)
    def fail(event: GameFinished, id: UUID) -> None:
        raise ZeroDivisionError

    after(GameFinished)(lambda event, id: heard.append(event))
    publish(finished(UserId(1)))
    publish(finished(UserId(2)))
    outbox.call_due()

    assert [event.user_ids for event in heard] == [[1], [2]]
    assert OutboxEntry.objects.count() == 2


def test_a_call_whose_worker_died_is_repeated_after_the_lease(db: None, clock: Any) -> None:
    ids: list[UUID] = []

    @after(GameFinished)
    def die(event: GameFinished, id: UUID) -> None:
        ids.append(id)
        if len(ids) == 1:
            raise SystemExit

    publish(finished(UserId(1)))
    with pytest.raises(SystemExit):
        outbox.call_due()
    outbox.call_due()
    assert len(ids) == 1

    clock.shift(outbox.LEASE.total_seconds() + 1)
    outbox.call_due()
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert not OutboxEntry.objects.exists()


def test_several_workers_make_each_call_once(
    transactional_db: None, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    heard = []
    after(GameFinished)(lambda event, id: heard.append(id))
    for number in range(20):
        publish(finished(UserId(number)))

    at_once([outbox.call_due] * 4)

    assert len(heard) == len(set(heard)) == 20
    assert not OutboxEntry.objects.exists()


def test_a_call_that_outlasts_its_lease_is_not_made_by_a_second_worker(
    transactional_db: None, clock: Any
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's only writer is the first worker.")
    ids = []

    def other_worker() -> None:
        outbox.call_due()
        connection.close()

    @after(GameFinished)
    def slow(event: GameFinished, id: UUID) -> None:
        ids.append(id)
        clock.shift(24 * 3600)
        worker = threading.Thread(target=other_worker)
        worker.start()
        worker.join()

    publish(finished(UserId(1)))
    outbox.call_due()

    assert len(ids) == 1
    assert not OutboxEntry.objects.exists()


def test_an_event_that_is_no_json_cannot_be_waited_for() -> None:
    class Held(Internal):
        """An event with a live object."""

        lock: threading.Thread

    with pytest.raises(TypeError):
        after(Held)(lambda event, id: None)


def test_operators_see_what_fails_and_try_it_again(
    operator: Callable[[str], Client],  # noqa: F811
    clock: Any,
) -> None:
    heard = []

    @after(GameFinished)
    def fail_first(event: GameFinished, id: UUID) -> None:
        heard.append(id)
        if len(heard) < 3:
            raise ZeroDivisionError("The shop is closed")

    publish(finished(UserId(1)))
    outbox.call_due()
    clock.shift(1)
    outbox.call_due()
    support = operator("support")
    page = support.get("/admin/core/outboxentry/").content.decode()
    assert "The shop is closed" in page
    assert "fail_first after game.events.GameFinished" in page

    outbox.call_due()
    assert len(heard) == 2
    support.post("/admin/core/outboxentry/", {"action": "retry", "_selected_action": [heard[0]]})
    outbox.call_due()
    assert len(heard) == 3
    assert not OutboxEntry.objects.exists()
