"""A psycopg connection with a timeout for unresponsive servers."""

import time
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")


class Connection(psycopg.Connection[Any]):
    """Closes itself when no answer comes within ``response_timeout_s``, although TCP is still up.

    That is so when the server is suspended, or behind a proxy that lost it. None (for management commands
    such as ``migrate``) means no limit.
    """

    response_timeout_s: ClassVar[float | None] = None

    def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        if self.response_timeout_s is None:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(_within(self.response_timeout_s, gen), *args, **options)
        except NoAnswer:
            self.pgconn.finish()
            raise


class NoAnswer(psycopg.OperationalError):
    """The server accepted a request and does not answer."""


def _within(seconds: float, gen: PQGen[T]) -> PQGen[T]:
    until = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > until:
                raise NoAnswer(f"the database has not answered for {seconds:g} seconds")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result
