"""Background tasks."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar, cast

from core.problems import log_failure

T = TypeVar("T")
First = TypeVar("First")
Second = TypeVar("Second")


async def both(first: Awaitable[First], second: Awaitable[Second]) -> tuple[First, Second]:
    """Wait for two at once; an exception is raised when both have ended, so that neither goes on alone."""
    results = await asyncio.gather(first, second, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return cast(tuple[First, Second], tuple(results))


def begin(work: Coroutine[Any, Any, T], held: set[asyncio.Task[Any]], what: str) -> asyncio.Task[T]:
    """Start a task in the background; ``held`` keeps a reference, since the loop holds only weak ones.

    A failure of ``what`` is logged at once rather than when the task is collected.
    """
    task = asyncio.create_task(work)
    held.add(task)

    def done(task: asyncio.Task[T]) -> None:
        held.discard(task)
        if not task.cancelled() and isinstance(problem := task.exception(), Exception):
            log_failure(problem, what)

    task.add_done_callback(done)
    return task
