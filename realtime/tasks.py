"""Work that is begun and not waited for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from core.problems import note_failure

T = TypeVar("T")


def begin(work: Coroutine[Any, Any, T], held: set[asyncio.Task[Any]], what: str) -> asyncio.Task[T]:
    """Run this beside all else. ``held`` has it until it is done: the loop alone may lose it.

    That ``what`` failed is noted at once, not when the task is collected.
    """
    task = asyncio.create_task(work)
    held.add(task)

    def done(task: asyncio.Task[T]) -> None:
        held.discard(task)
        if not task.cancelled() and isinstance(problem := task.exception(), Exception):
            note_failure(problem, what)

    task.add_done_callback(done)
    return task
