"""The journal's database backends: their writes, and their behaviour when the database fails."""

import asyncio
import os
import socket
import threading
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
import uvloop
from django.db import connection, transaction
from django.db.utils import IntegrityError

from core.database import in_database
from core.ids import UserId
from game import services
from game.live import backends, prepared, rows
from game.live.backends import Backend, Outcome, PostgreSQL
from game.live.rows import Entry
from game.models import Game, JournalEntry, Snapshot
from realtime.testing import WITHIN_S

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[backends.PostgreSQL, backends.SQLite])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Each backend. SQLite's is a thread with Django's connection, whatever the database is."""
    if request.param is backends.PostgreSQL and connection.vendor != "postgresql":
        pytest.skip("there is no PostgreSQL")
    backend = request.param()
    yield backend
    await backend.close()


@pytest.fixture
async def postgresql() -> AsyncIterator[PostgreSQL]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is in the process itself")
    backend = backends.PostgreSQL()
    yield backend
    await backend.close()


async def _write(backend: Backend, entries: list[Entry], snapshots: list[rows.Snapshot] = []) -> Outcome:  # noqa: B006
    outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    backend.write(entries, snapshots, outcome.set_result)
    return await outcome


def _entry(seq: int = 1, *, game: uuid.UUID | None = None, data: str = "{}") -> Entry:
    return Entry((game or uuid.uuid4()).hex, seq, 1_800_000_000.25, UserId(7), "move", data)


async def _written() -> list[tuple[int, str]]:
    return await in_database(lambda: sorted(JournalEntry.objects.values_list("seq", "data")))


async def test_entries_are_written_as_they_are(backend: Any) -> None:
    game = uuid.uuid4()
    text = '{"message":"\\u0001 \u00e9\U0001f3b2 \\" \\\\ %s $1"}'
    assert await _write(backend, [_entry(3, game=game, data=text)]) == set()
    row = await in_database(JournalEntry.objects.get)
    assert (row.game_id, row.seq, row.at.timestamp(), row.user_id, row.kind, row.data) == (
        game,
        3,
        1_800_000_000.25,
        7,
        "move",
        text,
    )


async def test_games_of_which_somebody_else_wrote_a_row_are_told_and_the_others_written(backend: Any) -> None:
    taken, free = uuid.uuid4(), uuid.uuid4()
    assert await _write(backend, [_entry(1, game=taken)]) == set()
    rows = [_entry(1, game=taken), _entry(2, game=taken), _entry(1, game=free), _entry(2, game=free)]
    assert await _write(backend, rows) == {taken.hex}
    written = await in_database(lambda: set(JournalEntry.objects.values_list("game_id", "seq")))
    assert written == {(taken, 1), (free, 1), (free, 2)}


async def test_a_snapshot_replaces_an_older_one_and_is_kept_for_the_owner_only(
    backend: Any, new_game: Callable[..., Awaitable[Game]]
) -> None:
    game = (await new_game()).pk

    async def take_over() -> int:
        return (await in_database(services.take_over, game_id=game)).epoch

    async def keep(epoch: int, data: str) -> Outcome:
        return await _write(backend, [], [rows.Snapshot(game.hex, epoch, 5, data)])

    async def kept() -> tuple[Any, ...]:
        return await in_database(Snapshot.objects.values_list("game_id", "epoch", "seq", "data").get)

    first = await take_over()
    assert await keep(first, "old") == set()
    assert await keep(first, "first") == set()
    second = await take_over()
    assert await keep(first, "late") == {game.hex}
    assert await kept() == (game, first, 5, "first")
    assert await keep(second, "second") == set()
    assert await keep(first, "late") == {game.hex}
    assert await kept() == (game, second, 5, "second")


async def test_the_first_snapshot_of_a_game_is_not_that_of_who_has_lost_it(
    backend: Any, new_game: Callable[..., Awaitable[Game]]
) -> None:
    game = (await new_game()).pk
    lost = (await in_database(services.take_over, game_id=game)).epoch
    await in_database(services.take_over, game_id=game)
    assert await _write(backend, [], [rows.Snapshot(game.hex, lost, 5, "late")]) == {game.hex}
    assert not await Snapshot.objects.aexists()


async def test_a_snapshot_that_comes_while_the_game_is_taken_over_is_not_kept(
    postgresql: PostgreSQL, new_game: Callable[..., Awaitable[Game]]
) -> None:
    game = (await new_game()).pk
    epoch = (await in_database(services.take_over, game_id=game)).epoch
    taken, may_commit = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def take_over_slowly() -> None:
        with transaction.atomic():
            services.take_over(game_id=game)
            loop.call_soon_threadsafe(taken.set)
            assert may_commit.wait(10)

    taking_over = asyncio.create_task(in_database(take_over_slowly))
    await taken.wait()
    keeping = asyncio.create_task(_write(postgresql, [], [rows.Snapshot(game.hex, epoch, 5, "late")]))
    await asyncio.wait([keeping], timeout=0.3)
    may_commit.set()
    await taking_over
    assert await keeping == {game.hex}
    assert not await Snapshot.objects.aexists()


async def test_more_is_written_than_a_socket_takes_at_once(backend: Any) -> None:
    await _write(backend, [_entry()])
    rows = [_entry(data=str(number) * 1_000_000) for number in range(1, 9)]
    assert await _write(backend, rows) == set()
    assert len(await _written()) == 9


async def test_what_cannot_be_written_for_another_reason_says_so(backend: Any) -> None:
    outcome = await _write(backend, [Entry(uuid.uuid4().hex, 2**70, 0.0, None, "move", "{}")])
    assert isinstance(outcome, Exception)
    assert not isinstance(outcome, IntegrityError)
    assert await _write(backend, [_entry()]) == set()


async def test_sqlite_is_locked_once_for_a_batch(new_game: Callable[..., Awaitable[Game]]) -> None:
    """Transactions that wait for the lock poll it less and less often."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such lock")
    game = (await new_game()).pk
    backend = backends.SQLite()
    begun = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("BEGIN"):
            begun.append(sql)
        return execute(sql, *rest)

    backend._thread.submit(lambda: connection.execute_wrappers.append(note)).result()
    assert await _write(backend, [_entry()]) == set()
    assert begun == ["BEGIN IMMEDIATE"]
    assert await _write(backend, [], [rows.Snapshot(game.hex, 0, 1, "{}")]) == set()
    assert begun == ["BEGIN IMMEDIATE"] * 2
    await backend.close()


async def _end_connections_that(are: str) -> None:
    """As an operator, a failover or a shutdown of PostgreSQL does."""

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                f"AND datname = current_database() AND query LIKE '%%json_to_recordset%%' AND {are}"
            )
            assert cursor.fetchone() == (1,)

    await in_database(end)


async def test_a_connection_that_was_closed_while_it_rested_is_opened_anew(postgresql: PostgreSQL) -> None:
    await _write(postgresql, [_entry(1)])
    first = postgresql._connection
    await _end_connections_that("state = 'idle'")
    while first.is_open:  # noqa: ASYNC110 - the loop is to read that it was closed
        await asyncio.sleep(0)
    assert await _write(postgresql, [_entry(2)]) == set()
    assert [seq for seq, _ in await _written()] == [1, 2]


@pytest.fixture
async def locked(postgresql: PostgreSQL) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A table that is locked against writes until the test ends."""
    await _write(postgresql, [_entry(1)])
    held, release = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE game_journalentry IN EXCLUSIVE MODE")
            loop.call_soon_threadsafe(held.set)
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

    holding = asyncio.create_task(in_database(hold))
    await held.wait()

    async def let_go() -> None:
        release.set()
        await holding

    yield let_go
    await let_go()


async def test_a_connection_that_is_closed_while_it_writes_says_so_and_is_opened_anew(
    postgresql: PostgreSQL, locked: Callable[[], Awaitable[None]]
) -> None:
    writing = asyncio.create_task(_write(postgresql, [_entry(2)]))
    while True:
        try:
            await _end_connections_that("wait_event_type = 'Lock'")
            break
        except AssertionError:
            continue
    assert isinstance(await writing, Exception)
    await locked()
    assert await _write(postgresql, [_entry(3)]) == set()
    assert [seq for seq, _ in await _written()] == [1, 3]


async def test_a_database_that_does_not_answer_is_not_waited_for_for_ever(
    postgresql: PostgreSQL, locked: Callable[[], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(prepared, "ANSWER_WITHIN_S", 0.05)
        assert isinstance(await _write(postgresql, [_entry(2)]), TimeoutError)
    await locked()
    assert await _write(postgresql, [_entry(3)]) == set()


async def test_nobody_stays_awake_for_a_database_that_is_slow(
    postgresql: PostgreSQL, locked: Callable[[], Awaitable[None]]
) -> None:
    rows = [_entry() for _ in range(backends.MANY_ENTRIES)]
    writing = asyncio.create_task(_write(postgresql, rows))
    before = time.process_time()
    await asyncio.wait([writing], timeout=0.5)
    assert time.process_time() - before < 0.25
    await locked()
    assert await writing == set()


async def test_a_database_that_cannot_be_reached_says_so_and_is_tried_again(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", "/nowhere")
        assert isinstance(await _write(postgresql, [_entry(1)]), psycopg.OperationalError)
    assert await _write(postgresql, [_entry(2)]) == set()
    assert [seq for seq, _ in await _written()] == [2]


async def test_a_database_that_may_only_be_read_is_not_written_to_for_ever(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failover, the old primary accepts connections but no writes."""
    options = {**connection.settings_dict["OPTIONS"], "options": "-c default_transaction_read_only=on"}
    with monkeypatch.context() as taken_over:
        taken_over.setitem(connection.settings_dict, "OPTIONS", options)
        assert isinstance(await _write(postgresql, [_entry(1)]), psycopg.errors.ReadOnlySqlTransaction)
    assert await _write(postgresql, [_entry(2)]) == set()
    assert [seq for seq, _ in await _written()] == [2]


_READY = b"Z\0\0\0\x05I"


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``async with pretended(serve)`` replaces the database by a server of the test.

    It accepts every connection and then runs ``serve(reader, writer)``.
    """
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is in the process itself")

    @asynccontextmanager
    async def pretended(serve: Any, *, welcomes: bool = True) -> AsyncIterator[None]:
        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if welcomes:
                await reader.read(1024)
                writer.write(b"R\0\0\0\x08\0\0\0\0" + _READY)
            await serve(reader, writer)
            await reader.read()
            writer.close()

        async with await asyncio.start_server(welcome, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            options = {**connection.settings_dict["OPTIONS"], "sslmode": "disable", "gssencmode": "disable"}
            with monkeypatch.context() as away:
                for name, value in (("HOST", host), ("PORT", port), ("OPTIONS", options)):
                    away.setitem(connection.settings_dict, name, value)
                yield

    return pretended


async def _prepare(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(2):
        await reader.read(1024)
        writer.write(b"1\0\0\0\x04" + _READY)


async def test_a_database_that_falls_silent_once_it_is_reached_is_given_up_as_soon_as_any(
    postgresql: PostgreSQL, pretended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def say_nothing(reader: Any, writer: Any) -> None: ...

    async with pretended(say_nothing), asyncio.timeout(WITHIN_S):
        monkeypatch.setattr(prepared, "ANSWER_WITHIN_S", 0.1)
        assert isinstance(await _write(postgresql, [_entry(1)]), TimeoutError)
    monkeypatch.undo()
    assert await _write(postgresql, [_entry(2)]) == set()


@pytest.mark.parametrize("silent_from", ["the start", "preparing", "writing"])
async def test_a_backend_that_is_closed_while_it_waits_is_done_with_it(
    postgresql: PostgreSQL, pretended: Any, monkeypatch: pytest.MonkeyPatch, silent_from: str
) -> None:
    bound = "CONNECT_WITHIN_S" if silent_from == "the start" else "ANSWER_WITHIN_S"
    monkeypatch.setattr(prepared, bound, 1.0)
    asked, left = asyncio.Event(), asyncio.Event()
    said: list[Outcome] = []

    async def say_nothing_more(reader: Any, writer: Any) -> None:
        if silent_from == "writing":
            await _prepare(reader, writer)
        await reader.read(1)
        asked.set()
        await reader.read()
        left.set()

    async with pretended(say_nothing_more, welcomes=silent_from != "the start"), asyncio.timeout(WITHIN_S):
        postgresql.write([_entry(1)], [], said.append)
        await asked.wait()
        await postgresql.close()
        await left.wait()
        # Nor does anybody get an answer when the lease runs out.
        await asyncio.sleep(1.1)
    assert said == []


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timeouts are longer than any test waits."""
    monkeypatch.setattr(prepared, "ANSWER_WITHIN_S", 2 * WITHIN_S)


async def test_a_connection_that_is_closed_while_it_is_sent_to_says_so_at_once(
    patient: None, postgresql: PostgreSQL, pretended: Any
) -> None:
    async def end_on_what_is_written(reader: Any, writer: Any) -> None:
        await _prepare(reader, writer)
        await reader.readexactly(1)
        writer.write_eof()

    more_than_sockets_take = [_entry(data="x" * 32_000_000)]
    async with pretended(end_on_what_is_written), asyncio.timeout(WITHIN_S):
        assert isinstance(await _write(postgresql, more_than_sockets_take), psycopg.OperationalError)
    assert await _write(postgresql, [_entry(2)]) == set()


def test_a_connection_that_ends_with_a_last_word_and_an_error_says_so_at_once(
    patient: None, pretended: Any
) -> None:
    """uvloop reports both in one call, and calls no more."""
    last_word = b"SFATAL\0C57P01\0Mterminating connection\0\0"

    async def write() -> Outcome:
        loop = asyncio.get_running_loop()
        backend = backends.PostgreSQL()
        taken: asyncio.Future[socket.socket] = loop.create_future()
        outcome: asyncio.Future[Outcome] = loop.create_future()

        async def write_once(reader: Any, writer: Any) -> None:
            await _prepare(reader, writer)
            await reader.read(1024)
            writer.write(b"2\0\0\0\x04" + b"n\0\0\0\x04" + b"C\0\0\0\x0fINSERT 0 1\0" + _READY)
            taken.set_result(socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())))
            writer.transport.abort()

        async with pretended(write_once), asyncio.timeout(WITHIN_S):
            assert await _write(backend, [_entry(1)]) == set()
            with await taken as server:
                backend.write([_entry(2)], [], outcome.set_result)
                server.sendall(b"E" + (4 + len(last_word)).to_bytes(4) + last_word)
            return await outcome

    assert isinstance(uvloop.run(write()), psycopg.OperationalError)


async def test_what_cannot_be_sent_is_not_taken_for_what_was_written_before(postgresql: PostgreSQL) -> None:
    await _write(postgresql, [_entry(1)])
    more_than_a_socket_takes = [_entry(data="x" * 8_000_000)]
    outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def closed_from_the_other_side(_: Outcome) -> None:
        with socket.socket(fileno=os.dup(postgresql._connection._socket)) as ours:
            ours.shutdown(socket.SHUT_RD)
        postgresql.write(more_than_a_socket_takes, [], outcome.set_result)

    postgresql.write([_entry(2)], [], closed_from_the_other_side)
    assert isinstance(await outcome, psycopg.OperationalError)
    assert await _write(postgresql, [_entry(3)]) == set()
    assert [seq for seq, _ in await _written()] == [1, 2, 3]


async def test_it_is_reached_as_django_reaches_it(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {**options, "application_name": "ours"})
    await _write(postgresql, [_entry()])

    pid = postgresql._connection._libpq.backend_pid

    def name() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT application_name FROM pg_stat_activity WHERE pid = %s", [pid])
            return cursor.fetchone()[0]

    assert await in_database(name) == "ours"
