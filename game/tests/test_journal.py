"""The journal's writer: what goes together, and that nothing overtakes or is left behind."""

import asyncio
from collections.abc import Sequence

from game.live.journal import Entry, Journal, Kept


class Store:
    """A backend that remembers."""

    def __init__(self) -> None:
        self.kept: list[list[str]] = []

    async def write(self, entries: Sequence[Entry]) -> set[str]:
        return set()

    async def keep(self, snapshots: Sequence[Kept]) -> set[str]:
        self.kept.append([snapshot.data for snapshot in snapshots])
        return set()

    async def close(self) -> None: ...


class Owner:
    """A room that notes what it is told of."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def written(self, row: Entry | Kept, told: object) -> None:
        self.told.append(row.data)

    def lost(self, taken: bool) -> None:
        raise AssertionError("nothing is lost here")


def _snapshot(game: str, data: str) -> Kept:
    return Kept(game, 1, 1, data)


async def test_a_snapshot_that_shows_a_score_takes_those_that_wait_along_and_replaces_its_games_own():
    journal, room = Journal(), Owner()
    journal._backend = store = Store()
    journal.keep(_snapshot("a", "older"), room, False)
    journal.keep(_snapshot("b", "other"), room, False)
    journal.keep(_snapshot("a", "score"), room, True)
    await journal.close()
    assert store.kept == [["score", "other"]]
    assert room.told == ["older", "other", "score"]


async def test_an_entry_does_not_take_waiting_snapshots_along_but_the_last_moment_does():
    journal, room = Journal(), Owner()
    journal._backend = store = Store()
    journal.keep(_snapshot("a", "kept"), room, False)
    journal.append(Entry("b", 1, 0.0, None, "move", "entry"), room, None)
    assert journal._writing is not None
    await journal._writing
    assert (store.kept, room.told) == ([], ["entry"])
    await journal.close()
    assert (store.kept, room.told) == ([["kept"]], ["entry", "kept"])


class Busy(Store):
    """A backend that writes when it is let, or fails if it is to; it notes what came in ``log``."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log
        self.may_write = asyncio.Semaphore(0)
        self.broken = False

    async def write(self, entries: Sequence[Entry]) -> set[str]:
        self.log.append("write " + " ".join(entry.data for entry in entries))
        if self.broken:
            raise ConnectionError
        await self.may_write.acquire()
        return set()


class Listening(Owner):
    """A room that notes what it is told of, and lost, in ``log``."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log

    def written(self, row: Entry | Kept, told: object) -> None:
        self.log.append(f"told {row.data}")

    def lost(self, taken: bool) -> None:
        self.log.append("lost")


def _entry(seq: int) -> Entry:
    return Entry("a", seq, 0.0, None, "move", str(seq))


async def _writing_the_first(log: list[str]) -> tuple[Journal, Busy, Listening]:
    """A journal whose backend was just given entry 1, while entry 2 waits."""
    journal, room, store = Journal(), Listening(log), Busy(log)
    journal._backend = store
    journal.append(_entry(1), room, None)
    await asyncio.sleep(0)
    journal.append(_entry(2), room, None)
    return journal, store, room


async def test_the_database_gets_what_waits_before_the_rooms_hear_of_what_is_written():
    log = list[str]()
    journal, store, room = await _writing_the_first(log)
    journal.append(_entry(3), room, None)
    store.may_write.release()
    store.may_write.release()
    await journal.close()
    assert log == ["write 1", "write 2 3", "told 1", "told 2", "told 3"]


async def test_a_room_hears_of_what_is_written_before_it_hears_that_the_rest_is_lost():
    log = list[str]()
    journal, store, _ = await _writing_the_first(log)
    store.broken = True
    store.may_write.release()
    await journal.close()
    assert log == ["write 1", "write 2", "told 1", "lost"]


class Taken(Busy):
    """A backend that finds the rows of game ``a`` written by another owner."""

    async def write(self, entries: Sequence[Entry]) -> set[str]:
        await super().write(entries)
        return {"a"}


async def test_what_another_owner_wrote_first_is_not_told_nor_what_came_after_it():
    journal, log = Journal(), list[str]()
    journal._backend = store = Taken(log)
    room, other = Listening(log), Listening(log)
    journal.append(_entry(1), room, None)
    journal.append(Entry("b", 1, 0.0, None, "move", "of b"), other, None)
    await asyncio.sleep(0)
    journal.append(_entry(2), room, None)
    journal.keep(_snapshot("a", "snapshot"), room, False)
    store.may_write.release()
    assert journal._writing is not None
    await journal._writing
    await journal.close()
    assert (log, store.kept) == (["write 1 of b", "told of b", "lost"], [])
