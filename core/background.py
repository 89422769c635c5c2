"""Work that server processes do as long as they live; the worker of ``realtime`` runs it.

What is to be done once, however many workers there are, is done by the elected one of them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.db import Error

from core.database import in_database
from core.redis import REDIS_ERRORS
from core.sections import runs

logger = logging.getLogger(__name__)

T = TypeVar("T")
Background = Callable[[], Awaitable[None]]

STORE_ERRORS: tuple[type[Exception], ...] = (Error, *REDIS_ERRORS)
"""Errors after which periodic work is retried."""

tasks: list[Background] = []
stops: list[Background] = []
drains: list[Background] = []
sweeps: list[Background] = []


class Role:
    """Whether this worker is the elected one. While Redis cannot tell, every worker is: locks keep order."""

    def __init__(self) -> None:
        self.is_elected = True


role = Role()


def background(function: Background) -> Background:
    """Run this coroutine function in every server process as long as it lives; restart it if it fails.

    Like all background work, it does not run if it is of a section that is left out.
    """
    if runs(function.__module__):
        tasks.append(function)
    return function


def every(seconds: float) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Call this function, which may use the ORM, every ``seconds`` in the elected worker."""

    def register(function: Callable[[], T]) -> Callable[[], T]:
        async def repeat() -> None:
            waits = False
            while True:
                await asyncio.sleep(seconds)
                if not role.is_elected:
                    continue
                try:
                    await in_database(function)
                    waits = False
                except STORE_ERRORS as problem:
                    # Logged once, however often it runs.
                    if not waits:
                        logger.warning("%s waits: %s", function.__module__, problem)
                    waits = True

        repeat.__module__ = function.__module__
        repeat.__qualname__ = f"{function.__module__}.{function.__qualname__}"
        background(repeat)
        return function

    return register


def sweep(function: Background) -> Background:
    """Call this coroutine function in the elected worker, to look for what a dead worker has left.

    It is called when a worker was elected or has died, when Redis has lost its data, and once a minute. An
    error of a store makes it be called again soon.
    """
    if runs(function.__module__):
        sweeps.append(function)
    return function


def at_stop(function: Background) -> Background:
    """Run this coroutine function when a server process stops gracefully, before its parts are stopped."""
    stops.append(function)
    return function


def at_drain(function: Background) -> Background:
    """Run this coroutine function while the worker drains, after each heartbeat: hand over what it has."""
    drains.append(function)
    return function


async def run_for_life(task: Background) -> None:
    """Run a background task, and start it again whenever it fails."""
    while True:
        try:
            await task()
            return
        except Exception:
            logger.exception("A background task failed and is started again")
            await asyncio.sleep(1)
