"""A connection whose server may fall silent."""

import time
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")


class Connection(psycopg.Connection[Any]):
    """Given up when no answer comes within ``answers_within_s``, though TCP says that the server is there: it
    is stopped, or stands behind a proxy that lost it. Without a bound for commands, as for a migration.
    """

    answers_within_s: ClassVar[float | None] = None

    def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        if self.answers_within_s is None:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(_within(self.answers_within_s, gen), *args, **options)
        except NoAnswer:
            self.pgconn.finish()
            raise


class NoAnswer(psycopg.OperationalError):
    """The server has taken a request, and answers nothing."""


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
