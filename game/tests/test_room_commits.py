"""A room and its journal: nothing is sent or shown before it is committed."""

from typing import Any, cast

import pytest

from core.ids import UserId
from game.live.room.commits import Commits
from game.live.rows import Entry


class Journal:
    """A journal that commits on demand."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def append(self, entry: Any, owner: Any) -> None:
        self.rows.append((entry, owner))

    def save_snapshot(self, snapshot: Any, owner: Any, *, at_once: bool) -> None:
        self.rows.append((snapshot, owner))

    def flush_snapshots(self) -> None:
        pass

    def commit(self) -> None:
        row, owner = self.rows.pop(0)
        if isinstance(row, Entry):
            owner.written(row)
        else:
            owner.snapshot_saved()


class Audience:
    """Records everything that is sent."""

    def __init__(self, log: Any) -> None:
        self.log = log

    def tell(self, frames: Any, seq: Any, answer: Any, deltas: Any) -> None:
        self.log.append((seq, frames[0]))


@pytest.fixture
def log() -> Any:
    return []


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def commits(journal: Journal, log: Any) -> Commits:
    return Commits(
        "ab",
        1,
        cast(Any, journal),
        cast(Any, Audience(log)),
        on_lost=lambda taken: log.append("lost"),
        on_scores_saved=lambda: log.append("score"),
    )


def test_each_entry_is_told_with_its_own_frames_once_it_is_committed(
    commits: Commits, journal: Journal, log: Any
) -> None:
    for number in (b"one", b"two"):
        commits.write("move", UserId(7), "{}", (number, None))
    assert (commits.seq, commits.committed, log) == (2, 0, [])
    journal.commit()
    assert (commits.committed, log) == (1, [(1, b"one")])
    journal.commit()
    assert (commits.committed, log) == (2, [(1, b"one"), (2, b"two")])


def test_an_entry_that_nobody_is_told_of_has_a_row_and_no_number(
    commits: Commits, journal: Journal, log: Any
) -> None:
    commits.write("move", UserId(7), "{}", None)
    commits.write("move", UserId(7), "{}", (b"two", None))
    commits.when_committed(lambda: log.append("after two"))
    assert [row.seq for row, _ in journal.rows] == [1, 2]
    journal.commit()
    assert (commits.row, commits.committed, log) == (2, 0, [])
    journal.commit()
    assert (commits.seq, commits.committed, log) == (1, 1, [(1, b"two"), "after two"])


def test_what_waits_for_a_commit_follows_all_that_was_written_before_it(
    commits: Commits, journal: Journal, log: Any
) -> None:
    commits.when_committed(lambda: log.append("at once"))
    commits.write("move", UserId(7), "{}", (b"one", None))
    commits.when_committed(lambda: log.append("after one"))
    commits.write("move", UserId(7), "{}", (b"two", None))
    journal.commit()
    journal.commit()
    assert log == ["at once", (1, b"one"), "after one", (2, b"two")]


def test_a_score_waits_for_its_own_snapshot_and_not_for_that_of_an_older_one(
    commits: Commits, journal: Journal, log: Any
) -> None:
    commits.save_snapshot("1:0", has_new_score=True)
    commits.save_snapshot("2:0", has_new_score=True)
    commits.save_snapshot("2:0, later", has_new_score=False)
    journal.commit()
    assert log == []
    journal.commit()
    assert log == ["score"]
    journal.commit()
    assert log == ["score"]


def test_the_end_waits_for_all_snapshots_on_their_way(commits: Commits, journal: Journal, log: Any) -> None:
    commits.save_snapshot("a", has_new_score=False)
    commits.save_snapshot("b", has_new_score=False)
    commits.when_saved(lambda: log.append("end"))
    journal.commit()
    assert log == []
    journal.commit()
    assert log == ["end"]
    commits.when_saved(lambda: log.append("at once"))
    assert log == ["end", "at once"]
