"""The cost of HTTP calls in the database by route, for ``/metrics`` and the page ``/dev/calls/``.

A call lasts from :func:`begin` to :func:`end`. In between, the database backends report each statement, also
those on database threads, which inherit the caller's context. Statements that a call executes for others too
(``core.batching``) count once, for the call that started the batch.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

KEPT_CALLS = 500
KEPT_STATEMENTS = 100

_TRANSACTION_CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")


class _Tally:
    """A number of statements, their round trips, and the time spent waiting for the database."""

    __slots__ = ("round_trips", "seconds", "statements")

    def __init__(self) -> None:
        self.statements = 0
        self.round_trips = 0
        self.seconds = 0.0


class _Call:
    """A running call. After its end its tally is that of the route, so that late statements still count."""

    __slots__ = ("executed", "tally")

    def __init__(self) -> None:
        self.tally = _Tally()
        self.executed: list[tuple[str, float]] = []
        """Its statements and their durations, with ``DEBUG`` only."""


@dataclass(frozen=True)
class Statement:
    """A statement of a route: its text, with placeholders in place of values, and what it took in all."""

    text: str
    count: int
    seconds: float


@dataclass(frozen=True)
class RecentCalls:
    """The calls of a route so far."""

    method: str
    route: str
    count: int
    durations: list[float]
    """In seconds, of the latest ``KEPT_CALLS``, shortest first."""
    database_seconds: float
    statements: list[Statement]
    """Those that took most time first."""


class _Recent:
    def __init__(self) -> None:
        self.count = 0
        self.durations: deque[float] = deque(maxlen=KEPT_CALLS)
        self.database_seconds = 0.0
        self.statements: dict[str, _Tally] = {}

    def add(self, seconds: float, call: _Call | None) -> None:
        self.count += 1
        self.durations.append(seconds)
        if call is None:
            return
        self.database_seconds += call.tally.seconds
        for text, took in call.executed:
            if text in self.statements or len(self.statements) < KEPT_STATEMENTS:
                tally = self.statements.setdefault(text, _Tally())
                tally.statements += 1
                tally.seconds += took

    def read(self, method: str, route: str) -> RecentCalls:
        statements = [
            Statement(text, tally.statements, tally.seconds) for text, tally in self.statements.items()
        ]
        statements.sort(key=lambda statement: -statement.seconds)
        return RecentCalls(
            method, route, self.count, sorted(self.durations), self.database_seconds, statements
        )


keeps_recent = settings.DEBUG
"""Whether :func:`recent_calls` has anything. Looking ``DEBUG`` up each time would cost more than counting."""

_current: ContextVar[_Call | None] = ContextVar("call", default=None)
_lock = threading.Lock()
_totals: dict[tuple[str, str], _Tally] = {}
_background = _Tally()
"""Statements outside of calls: of sockets, and of what a worker does by itself."""
_recent: dict[tuple[str, str], _Recent] = {}


def begin() -> None:
    """Count what this context, and the threads that inherit it, ask of the database from now on."""
    _current.set(_Call())


def end(method: str, route: str, seconds: float) -> None:
    """Add the call that began in this context, if any, to the totals of its route."""
    call = _current.get()
    if keeps_recent:
        with _lock:
            _recent.setdefault((method, route), _Recent()).add(seconds, call)
    if call is None:
        return
    _current.set(None)
    spent = call.tally
    with _lock:
        total = _totals.get((method, route))
        if total is None:
            total = _totals[method, route] = _Tally()
        total.statements += spent.statements
        total.round_trips += spent.round_trips
        total.seconds += spent.seconds
        call.tally = total


def recent_calls() -> list[RecentCalls]:
    """Return the calls of each route that was called; nothing unless ``keeps_recent``."""
    with _lock:
        return [recent.read(*key) for key, recent in _recent.items()]


class CountedDatabase(BaseDatabaseWrapper):
    """A database backend whose statements and commits count for the current call."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.execute_wrappers.append(_counted)

    def _commit(self) -> None:
        started = time.perf_counter()
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            call = _current.get()
            if call is not None:
                _add(call, time.perf_counter() - started, statements=0, round_trips=1)


def _counted(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    call = _current.get()
    # The text of a composed statement contains its values.
    text = sql if isinstance(sql, str) else type(sql).__name__
    is_counted = not text.startswith(_TRANSACTION_CONTROL)
    if call is None:
        with _lock:
            _background.statements += is_counted
        return execute(sql, params, many, context)
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - started
        is_sent = not getattr(context["cursor"].cursor, "waits", False)
        _add(call, seconds, statements=is_counted, round_trips=is_sent)
        if keeps_recent and is_counted and len(call.executed) < KEPT_STATEMENTS:
            call.executed.append((text, seconds))


def _add(call: _Call, seconds: float, *, statements: int, round_trips: int) -> None:
    with _lock:
        call.tally.seconds += seconds
        call.tally.statements += statements
        call.tally.round_trips += round_trips


class _Costs(Collector):
    def collect(self) -> Iterator[Metric]:
        labels = ["method", "route"]
        statements = CounterMetricFamily(
            "http_request_statements", "Database statements of HTTP requests", labels=labels
        )
        round_trips = CounterMetricFamily(
            "http_request_round_trips", "Round trips of HTTP requests to the database", labels=labels
        )
        seconds = CounterMetricFamily(
            "http_request_database_seconds", "Time HTTP requests waited for the database", labels=labels
        )
        for key, tally in list(_totals.items()):
            statements.add_metric(key, tally.statements)
            round_trips.add_metric(key, tally.round_trips)
            seconds.add_metric(key, tally.seconds)
        yield statements
        yield round_trips
        yield seconds
        yield CounterMetricFamily(
            "background_statements",
            "Database statements of sockets and of the worker itself",
            _background.statements,
        )


REGISTRY.register(_Costs())
