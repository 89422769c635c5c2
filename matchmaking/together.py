"""Calls that come while another runs are done together by the next: many joins cost a few statements."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db import connection

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Run = Callable[[str, Sequence[Argument]], Sequence[Result | Exception]]


@dataclass(eq=False)
class _Call(Generic[Argument, Result]):
    argument: Argument
    result: Result | Exception | None = None


@dataclass(eq=False)
class _Door(Generic[Argument, Result]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[_Call[Argument, Result]] = field(default_factory=list)
    callers: int = 0


class Together(Generic[Argument, Result]):
    """``run(key, arguments)`` answers each argument with a result or an exception, all in one transaction.

    Threads that call with the same key form a queue; whoever's turn it is does the work of all who wait.
    """

    def __init__(self, run: Run[Argument, Result]) -> None:
        self._run = run
        self._guard = threading.Lock()
        self._doors: dict[str, _Door[Argument, Result]] = {}

    def __call__(self, key: str, argument: Argument) -> Result:
        call: _Call[Argument, Result] = _Call(argument)
        if connection.in_atomic_block:
            # What this transaction does may be taken back, so it must not hold the work of others.
            self._answer(key, [call])
        else:
            self._queue(key, call)
        if isinstance(call.result, Exception):
            raise call.result
        assert call.result is not None
        return call.result

    def _queue(self, key: str, call: _Call[Argument, Result]) -> None:
        with self._guard:
            door = self._doors.setdefault(key, _Door())
            door.callers += 1
            door.waiting.append(call)
        try:
            with door.lock:
                if call.result is None:
                    with self._guard:
                        calls, door.waiting = door.waiting, []
                    self._answer(key, calls)
        finally:
            with self._guard:
                door.callers -= 1
                if not door.callers:
                    del self._doors[key]

    def _answer(self, key: str, calls: Sequence[_Call[Argument, Result]]) -> None:
        try:
            results = self._run(key, [call.argument for call in calls])
        except Exception as problem:
            if len(calls) == 1:
                calls[0].result = problem
                return
            # One spoils it for all: each by itself then.
            for call in calls:
                self._answer(key, [call])
            return
        for call, result in zip(calls, results, strict=True):
            call.result = result
