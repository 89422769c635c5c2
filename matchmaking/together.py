"""Calls that come while another runs are done together by the next: many joins cost a few statements."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, NamedTuple, TypeVar

from django.db import connection

from core.problems import UNREACHABLE
from realtime import worker

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Run = Callable[[str, Sequence[Argument]], Sequence[Result | Exception]]

MOST_TOGETHER = 100
"""How many calls share a transaction: SQLite takes no longer statements, and nobody waits for long."""


class _Call(NamedTuple, Generic[Argument, Result]):
    argument: Argument
    result: Future[Result]


class Together(Generic[Argument, Result]):
    """``run(key, arguments)`` answers each argument with a result or an exception, all in one transaction.

    It runs on a database thread, once at a time for a key. Who calls meanwhile waits for the next run.
    """

    def __init__(self, run: Run[Argument, Result]) -> None:
        self._run = run
        self._guard = threading.Lock()
        self._waiting: dict[str, deque[_Call[Argument, Result]]] = {}
        """The calls of no run yet, by the keys at which one is under way."""

    def __call__(self, key: str, argument: Argument) -> Result:
        """The answer to this argument, for threads other than the database's own."""
        if not connection.in_atomic_block:
            return self.soon(key, argument).result()
        # What this transaction does may be taken back, so it must not hold the work of others.
        (answer,) = self._run(key, [argument])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def soon(self, key: str, argument: Argument) -> Future[Result]:
        """The answer to come."""
        call = _Call(argument, Future[Result]())
        # Who goes away takes nothing back.
        call.result.set_running_or_notify_cancel()
        with self._guard:
            waiting = self._waiting.get(key)
            if waiting is not None:
                waiting.append(call)
                return call.result
            self._waiting[key] = deque([call])
        worker.submit(self._work, key)
        return call.result

    def _work(self, key: str) -> None:
        with self._guard:
            waiting = self._waiting[key]
            calls = [waiting.popleft() for _ in range(min(len(waiting), MOST_TOGETHER))]
        answers = self._answers(key, [call.argument for call in calls])
        with self._guard:
            if waiting:
                worker.submit(self._work, key)
            else:
                del self._waiting[key]
        for call, answer in zip(calls, answers, strict=True):
            if isinstance(answer, Exception):
                call.result.set_exception(answer)
            else:
                call.result.set_result(answer)

    def _answers(self, key: str, arguments: Sequence[Argument]) -> Sequence[Result | Exception]:
        try:
            return self._run(key, arguments)
        except Exception as problem:
            if len(arguments) == 1 or isinstance(problem, UNREACHABLE):
                return [problem] * len(arguments)
        # One spoils it for all: each by itself then.
        return [self._answers(key, [argument])[0] for argument in arguments]
