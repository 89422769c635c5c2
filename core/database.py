"""The ORM for code on an event loop: a bounded pool of threads, with fresh connections for every call."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from core.lanes import Lane

THREADS = 8

P = ParamSpec("P")
T = TypeVar("T")

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="database")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run synchronous code that uses the ORM on a database thread."""
    return await asyncio.wrap_future(submit(function, *args, **kwargs))


async def in_lane(lane: Lane, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run synchronous ORM code on a lane's threads; it is dropped if the caller stops waiting in time."""
    return await asyncio.wrap_future(lane.submit(_call(function, *args, **kwargs)))


def submit(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Start a call as :func:`in_database` does, from any thread. Database threads must not wait for it."""
    return _pool.submit(_call(function, *args, **kwargs))


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    context = contextvars.copy_context()
    return partial(context.run, _with_clean_connections, partial(function, *args, **kwargs))


def _with_clean_connections(call: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
