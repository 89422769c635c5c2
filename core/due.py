"""Work that becomes due: done at once by the worker that was told of it, or else by the elected worker.

A :func:`look` is a function that does what is due. It sleeps until a service calls :func:`wake` in the
transaction that makes something due, and then runs for a few seconds in that worker. Besides, the elected
worker asks for all looks in one query which of them have something due soon, and runs those. So nothing is
missed if a worker dies, or if something is due later; and if nothing is due, that query is all it costs.
"""

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from core.background import STORE_ERRORS, background, role
from core.database import in_database
from core.sections import runs
from core.statements import Statement, having_rows

logger = logging.getLogger(__name__)

ASK_EVERY_S = 2.5
AWAKE_S = 4.0
"""Longer than the time between two questions, so that what goes on being due is done without a pause."""

Function = Callable[[], Any] | Callable[[], Awaitable[Any]]
AnyFunction = TypeVar("AnyFunction", bound=Function)
Waiting = Statement[[datetime], Any]


class Look:
    """A function that does what is due, called every ``every_s`` while it is awake."""

    def __init__(self, name: str, function: Function, every_s: float, waiting: Waiting | None) -> None:
        self.name = name
        self.waiting = waiting
        self._function = function
        self._every_s = every_s
        self._until = float("-inf")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Run for a while; from any thread. Does nothing in a process without a worker."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._until = time.monotonic() + AWAKE_S
        self._woken.set()

    async def keep(self) -> None:
        """Sleep and run; runs as long as the worker."""
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        fails = False
        while True:
            if time.monotonic() >= self._until:
                await self._woken.wait()
            self._woken.clear()
            try:
                if inspect.iscoroutinefunction(self._function):
                    await self._function()
                else:
                    await in_database(self._function)
                fails = False
            except STORE_ERRORS as problem:
                if not fails:
                    logger.warning("%s waits: %s", self.name, problem)
                fails = True
                self._wake()
            await asyncio.sleep(self._every_s)


looks: dict[str, Look] = {}


def look(
    name: str, *, every_s: float, waiting: Waiting | None = None
) -> Callable[[AnyFunction], AnyFunction]:
    """Call this function every ``every_s`` while something is due; it may use the ORM, or be a coroutine's.

    ``waiting(until)`` has rows if something is due before that time. Without it, the function is only called
    in workers that are told.
    """

    def register(function: AnyFunction) -> AnyFunction:
        if name in looks:
            raise ValueError(f"Two looks are called {name!r}")
        if not runs(function.__module__):
            return function
        looks[name] = Look(name, function, every_s, waiting)

        async def keep() -> None:
            await looks[name].keep()

        keep.__module__ = function.__module__
        keep.__qualname__ = f"{function.__module__}.{function.__qualname__}"
        background(keep)
        return function

    return register


def wake(name: str) -> None:
    """Wake a look of this worker once the transaction commits; for services that make something due soon."""
    # Management commands do not know the looks; the elected worker finds what they made due.
    if (one := looks.get(name)) is not None:
        transaction.on_commit(one.wake, robust=True)


@background
async def ask_for_all() -> None:
    """Wake the looks with something due soon, if this worker is the elected one."""
    fails = False
    while True:
        await asyncio.sleep(ASK_EVERY_S)
        if role.is_elected:
            try:
                await in_database(wake_waiting)
                fails = False
            except STORE_ERRORS as problem:
                if not fails:
                    logger.warning("Nobody knows what is due: %s", problem)
                fails = True


def wake_waiting() -> None:
    """Wake the looks that have something due before they are asked again."""
    asked = {name: one.waiting for name, one in looks.items() if one.waiting is not None}
    for name in having_rows(asked, timezone.now() + timedelta(seconds=ASK_EVERY_S)):
        looks[name].wake()
