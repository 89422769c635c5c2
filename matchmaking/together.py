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
    woken: threading.Event = field(default_factory=threading.Event)


class Together(Generic[Argument, Result]):
    """``run(key, arguments)`` answers each argument with a result or an exception, all in one transaction.

    While one thread is at a key, others that call with it wait; then the first of them does the work of all.
    """

    def __init__(self, run: Run[Argument, Result]) -> None:
        self._run = run
        self._guard = threading.Lock()
        self._waiting: dict[str, list[_Call[Argument, Result]]] = {}
        """The calls that came while another runs, by the keys at which one does."""

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
            waiting = self._waiting.get(key)
            if waiting is None:
                self._waiting[key] = []
            else:
                waiting.append(call)
        calls = [call]
        if waiting is not None:
            call.woken.wait()
            if call.result is not None:
                return
            with self._guard:
                calls += self._waiting[key]
                self._waiting[key] = []
        try:
            self._answer(key, calls)
        finally:
            self._hand_over(key, calls)

    def _hand_over(self, key: str, answered: Sequence[_Call[Argument, Result]]) -> None:
        """Let those go who have their answer, and the next who waits, if any, do the work."""
        with self._guard:
            waiting = self._waiting[key]
            if waiting:
                waiting.pop(0).woken.set()
            else:
                del self._waiting[key]
        for call in answered:
            call.woken.set()

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
