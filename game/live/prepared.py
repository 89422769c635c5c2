"""A PostgreSQL connection on the event loop for prepared statements on the hot path."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from functools import partial

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

CONNECT_WITHIN_S = 5
ANSWER_WITHIN_S = 10.0
AWAKE_S = 0.002

Then = Callable[[PGresult | Exception], None]


class Prepared:
    """Runs prepared statements, one at a time, and calls back as soon as the answer is read.

    psycopg's own connection would wake a task instead, which runs after everything else that is ready by then
    (docs/performance.md has the figures).
    """

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection  # it warns when it is garbage-collected while open
        self._libpq = connection.pgconn
        self._libpq.nonblocking = 1
        # libpq closes its own as soon as it fails; the loop must forget a descriptor before it is closed.
        self._socket = os.dup(self._libpq.socket)
        self._result: PGresult | None = None
        self._then: Then | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._sent_at = 0.0
        self._took = 0.0  # from the last statement to its answer
        self._is_awake = False
        self._awake_till = 0.0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    @classmethod
    async def open(cls, statements: Mapping[bytes, bytes], alias: str = DEFAULT_DB_ALIAS) -> "Prepared":
        """Connect to one of Django's databases, and prepare these statements, of one parameter each, by name.

        Raises ``psycopg.Error`` and ``TimeoutError``.
        """
        given = connections[alias].get_connection_params()
        # These two are for Django's own, blocking connections.
        parameters = {name: given[name] for name in given.keys() - {"context", "cursor_factory"}}
        async with asyncio.timeout(CONNECT_WITHIN_S):
            connection = await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
        prepared = cls(connection)
        try:
            for name, statement in statements.items():
                # By the protocol: a pooler such as PgBouncer does not see a PREPARE statement.
                await prepared._answer_to(partial(prepared._libpq.send_prepare, name, statement))
        except BaseException:
            prepared.close()
            raise
        return prepared

    @property
    def is_open(self) -> bool:
        """Whether statements can be run."""
        return self._libpq.status == ConnStatus.OK

    def execute(self, statement: bytes, parameter: bytes, then: Then) -> None:
        """Run a statement, given its name and its parameter. ``then``, which must not raise, is called later
        with the result, or with the ``psycopg.Error`` or ``TimeoutError`` that prevented it.

        After any error but an ``IntegrityError`` the connection is closed: it may lead to a server where
        nothing can be written any more.
        """
        self._send(partial(self._libpq.send_query_prepared, statement, [parameter]), then)

    def stay_awake(self) -> None:
        """Keep the event loop from sleeping until the answer is there, if the last one came within 2 ms.

        A processor that slept, above all a virtual one, wakes late and with cold caches. Meanwhile it is
        yielded to whatever else can run.
        """
        if self._took < AWAKE_S:
            self._awake_till = self._sent_at + AWAKE_S
            if not self._is_awake:
                self._look_again()

    async def ask(self, statement: bytes, parameter: bytes) -> PGresult:
        """Run a statement, and wait for its result. Raises ``psycopg.Error`` and ``TimeoutError``."""
        return await self._answer_to(partial(self._libpq.send_query_prepared, statement, [parameter]))

    def close(self) -> None:
        """Close the connection; a statement on its way may take effect or not, and is not reported."""
        self._take_then()
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._libpq.finish()
            os.close(self._socket)
            self._socket = -1

    async def _answer_to(self, send: Callable[[], None]) -> PGresult:
        answer: asyncio.Future[PGresult] = self._loop.create_future()

        def then(outcome: PGresult | Exception) -> None:
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

        self._send(send, then)
        return await answer

    def _send(self, send: Callable[[], None], then: Then) -> None:
        try:
            send()
            if self._libpq.flush():
                self._loop.add_writer(self._socket, self._send_the_rest)
        except psycopg.Error as problem:
            # ``_read`` may be about to look for more answers, and must find nobody waiting.
            self.close()
            self._loop.call_soon(then, problem)
            return
        self._then = then
        self._sent_at = time.perf_counter()
        self._overdue = self._loop.call_later(ANSWER_WITHIN_S, self._fail, TimeoutError("no answer"))

    def _look_again(self) -> None:
        self._is_awake = self._then is not None and time.perf_counter() < self._awake_till
        if self._is_awake:
            os.sched_yield()
            self._loop.call_soon(self._look_again)

    def _send_the_rest(self) -> None:
        try:
            if not self._libpq.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error as problem:
            self._fail(problem)

    def _read(self) -> None:
        libpq = self._libpq
        try:
            # Twice: if an error of the socket follows what there is to read, uvloop does not call again.
            for _ in range(2):
                libpq.consume_input()
                while self._then is not None and not libpq.is_busy():
                    result = libpq.get_result()
                    if result is None:
                        self._answer()
                    else:
                        self._result = result
        except psycopg.Error as problem:
            self._fail(problem)

    def _answer(self) -> None:
        result, self._result = self._result, None
        assert result is not None
        if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            self._end(result)
            return
        problem = psycopg.errors.error_from_result(result)
        if isinstance(problem, psycopg.IntegrityError):
            self._end(problem)
        else:
            self._fail(problem)

    def _fail(self, problem: Exception) -> None:
        then = self._take_then()
        self.close()
        if then is not None:
            then(problem)

    def _end(self, outcome: PGresult | Exception) -> None:
        self._took = time.perf_counter() - self._sent_at
        then = self._take_then()
        if then is not None:
            then(outcome)

    def _take_then(self) -> Then | None:
        if self._overdue is not None:
            self._overdue.cancel()
        then, self._then = self._then, None
        return then
