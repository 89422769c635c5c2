"""The journal's writer: batches, order, and completeness."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from game.live import journal as journals
from game.live.backends import Outcome, Then
from game.live.journal import Journal
from game.live.rows import Entry, Snapshot


class Store:
    """A backend that records writes and completes them on demand."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.then: Then | None = None
        self.given = asyncio.Event()
        self.is_closed = False

    def write(self, entries: Sequence[Entry], snapshots: Sequence[Snapshot], then: Then) -> None:
        rows: list[Any] = [*entries, *snapshots]
        self.log.append("write " + " ".join(row.data for row in rows))
        self.then = then
        self.given.set()

    async def finish(self, outcome: Outcome | None = None) -> None:
        """Complete (or refuse, or fail) the current write, or else the next one."""
        await self.given.wait()
        self.given.clear()
        assert self.then is not None
        self.then(set() if outcome is None else outcome)

    async def close(self) -> None:
        self.is_closed = True


class Room:
    """A room that records what it is told, and what was lost."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def written(self, entry: Entry) -> None:
        self.log.append(f"told {entry.data}")

    def snapshot_saved(self) -> None:
        self.log.append("saved")

    def lost(self, taken: bool) -> None:
        self.log.append("taken" if taken else "lost")


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def room(log: list[str]) -> Room:
    return Room(log)


@pytest.fixture
def store(log: list[str]) -> Store:
    return Store(log)


@pytest.fixture
async def journal(store: Store) -> Journal:
    journal = Journal()
    journal._backend = store
    return journal


def _snapshot(game: str, data: str) -> Snapshot:
    return Snapshot(game, 1, 1, data)


def _entry(seq: int, game: str = "a") -> Entry:
    return Entry(game, seq, 0.0, None, "move", f"{game}{seq}")


async def test_a_snapshot_that_shows_a_score_takes_those_that_wait_along_and_replaces_its_games_own(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    journal.save_snapshot(_snapshot("a", "older"), room, at_once=False)
    journal.save_snapshot(_snapshot("b", "other"), room, at_once=False)
    journal.save_snapshot(_snapshot("a", "score"), room, at_once=True)
    await store.finish()
    await journal.close()
    assert log == ["write score other", "saved", "saved", "saved"]


async def test_an_entry_does_not_take_waiting_snapshots_along_but_the_last_moment_does(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    journal.save_snapshot(_snapshot("a", "kept"), room, at_once=False)
    journal.append(_entry(1), room)
    await store.finish()
    assert log == ["write a1", "told a1"]
    closing = asyncio.create_task(journal.close())
    await store.finish()
    await closing
    assert log[2:] == ["write kept", "saved"]


async def test_what_comes_in_one_turn_of_the_loop_goes_together(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    for seq in (1, 2, 3):
        journal.append(_entry(seq), room)
    await store.finish()
    assert log[0] == "write a1 a2 a3"


async def test_the_database_gets_what_waits_before_the_rooms_hear_of_what_is_written(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    journal.append(_entry(1), room)
    await store.given.wait()
    journal.append(_entry(2), room)
    journal.append(_entry(3), room)
    await store.finish()
    await store.finish()
    assert log == ["write a1", "write a2 a3", "told a1", "told a2", "told a3"]


async def test_of_all_that_is_under_way_the_database_has_one_half_and_the_rooms_the_other(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    seqs = itertools.count(1)

    def move(times: int) -> None:
        for _ in range(times):
            journal.append(_entry(next(seqs)), room)

    move(2)
    await store.given.wait()
    move(38)
    sizes = []
    for _ in range(5):
        await store.given.wait()
        sizes.append(len(journal._batch))
        await store.finish()
        move(sizes[-1])
    assert sizes == [2, 20, 20, 20, 20]
    assert [line for line in log if line.startswith("told")] == [f"told a{one}" for one in range(1, 83)]


@pytest.mark.parametrize("waiting", [1, 8])
async def test_few_rows_go_in_one_commit(
    journal: Journal, store: Store, room: Room, log: list[str], waiting: int
) -> None:
    for seq in range(waiting):
        journal.append(_entry(seq), room)
    await store.finish()
    assert [line for line in log if line.startswith("write")] == log[:1]
    assert len(log) == 1 + waiting


async def test_a_room_hears_of_what_is_written_before_it_hears_that_the_rest_is_lost(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    journal.append(_entry(1), room)
    await store.given.wait()
    journal.append(_entry(2), room)
    await store.finish()
    await store.given.wait()
    journal.append(_entry(3), room)
    journal.append(_entry(1, "b"), room)
    await store.finish(ConnectionError())
    await store.finish()
    assert log == ["write a1", "write a2", "told a1", "lost", "write b1", "told b1"]


async def test_what_another_owner_wrote_first_is_not_told_nor_what_came_after_it(
    journal: Journal, store: Store, log: list[str]
) -> None:
    room, other = Room(log), Room(log)
    journal.append(_entry(1), room)
    journal.append(_entry(1, "b"), other)
    await store.given.wait()
    journal.append(_entry(2), room)
    journal.save_snapshot(_snapshot("a", "snapshot"), room, at_once=False)
    await store.finish({"a"})
    await journal.close()
    assert log == ["write a1 b1", "taken", "told b1"]


async def test_rows_that_cannot_even_be_sent_are_lost_and_the_next_are_written(
    journal: Journal, store: Store, room: Room, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*rows: Any) -> None:
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    with monkeypatch.context() as broken:
        broken.setattr(store, "write", write)
        journal.append(_entry(1), room)
        await journal.close()
    assert log == ["lost"]
    journal.append(_entry(1, "b"), room)
    await store.finish()
    assert log == ["lost", "write b1", "told b1"]


async def test_a_database_that_writes_nothing_any_more_is_not_waited_for_batch_by_batch(
    journal: Journal, store: Store, room: Room, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "CLOSE_WITHIN_S", 0.1)
    for number in range(100):
        journal.append(_entry(1, f"game {number} "), room)
    async with asyncio.timeout(1):
        await journal.close()
    assert store.is_closed
    await store.finish()
    assert [line.split()[0] for line in log] == ["write"] + ["told"] * log[0].count("game")


async def test_a_room_that_fails_at_what_it_hears_keeps_nobody_else_from_hearing(
    journal: Journal, store: Store, room: Room, log: list[str]
) -> None:
    class Broken(Room):
        def written(self, entry: Any) -> None:
            raise ValueError

        def lost(self, taken: Any) -> None:
            raise ValueError

    outcomes: list[Any] = [set(), ConnectionError()]
    for outcome in outcomes:
        journal.append(_entry(1), Broken(log))
        journal.append(_entry(1, "b"), room)
        await store.finish(outcome)
    await journal.close()
    assert log == ["write a1 b1", "told b1", "write a1 b1", "lost"]
