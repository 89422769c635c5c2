"""Waiting for SQLite's single write lock."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connections, transaction
from pytest_django import DjangoDbBlocker

from core.sqlite import base

PATIENCE_S = 20
HOLDER, WAITER = "holder", "waiter"


@pytest.fixture
def two(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Two Django connections to one file, by alias."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": PATIENCE_S}
    where = {"NAME": tmp_path / "lock.sqlite3", "OPTIONS": options}
    with django_db_blocker.unblock():
        for alias in (HOLDER, WAITER):
            connections[alias] = base.DatabaseWrapper(
                {**connections["default"].settings_dict, **where}, alias=alias
            )
            connections[alias].ensure_connection()
        yield
        for alias in (HOLDER, WAITER):
            connections[alias].close()
            del connections[alias]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that advances only by sleeping: ``slept`` holds the durations; each calls ``wake()``."""
    clock = SimpleNamespace(now=0.0, slept=[], wake=lambda: None)

    def sleep(seconds: float) -> None:
        clock.now += seconds
        clock.slept.append(seconds)
        clock.wake()

    monkeypatch.setattr(base, "time", SimpleNamespace(monotonic=lambda: clock.now, sleep=sleep))
    return clock


def test_however_long_one_waits_the_lock_is_looked_for_as_often(two: None, clock: SimpleNamespace) -> None:
    held = transaction.atomic(using=HOLDER)

    def let_go() -> None:
        if len(clock.slept) == 500:
            held.__exit__(None, None, None)

    clock.wake = let_go
    held.__enter__()
    with transaction.atomic(using=WAITER):
        assert len(clock.slept) == 500
        assert max(clock.slept) <= 0.004


def test_whoever_waits_in_vain_is_told_and_may_try_again(two: None, clock: SimpleNamespace) -> None:
    with transaction.atomic(using=HOLDER):
        with pytest.raises(OperationalError, match="locked"), transaction.atomic(using=WAITER):
            pytest.fail("both have the lock")
        assert PATIENCE_S < clock.now < PATIENCE_S + 1
    with transaction.atomic(using=WAITER), connections[WAITER].cursor() as cursor:
        # Statements outside a transaction use SQLite's own waiting.
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (PATIENCE_S * 1000,)
