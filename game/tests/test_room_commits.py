"""A room and its journal: nothing is sent or shown before it is committed."""

import pytest

from game.live.room.commits import Commits
from game.live.rows import Entry


class Journal:
    """A journal that commits on demand."""

    def __init__(self):
        self.rows = []

    def append(self, entry, owner):
        self.rows.append((entry, owner))

    def save_snapshot(self, snapshot, owner, *, at_once):
        self.rows.append((snapshot, owner))

    def flush_snapshots(self):
        pass

    def commit(self):
        row, owner = self.rows.pop(0)
        if isinstance(row, Entry):
            owner.written(row)
        else:
            owner.snapshot_saved()


class Audience:
    """Records everything that is sent."""

    def __init__(self, log):
        self.log = log

    def tell(self, frames, seq, answer=None):
        self.log.append((seq, frames[0]))


@pytest.fixture
def log():
    return []


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def commits(journal, log):
    return Commits(
        "ab",
        1,
        journal,
        Audience(log),
        on_lost=lambda taken: log.append("lost"),
        on_scores_saved=lambda: log.append("score"),
    )


def test_each_entry_is_told_with_its_own_frames_once_it_is_committed(commits, journal, log):
    for number in (b"one", b"two"):
        commits.write("move", 7, "{}", (number, None))
    assert (commits.seq, commits.committed, log) == (2, 0, [])
    journal.commit()
    assert (commits.committed, log) == (1, [(1, b"one")])
    journal.commit()
    assert (commits.committed, log) == (2, [(1, b"one"), (2, b"two")])


def test_what_waits_for_a_commit_follows_all_that_was_written_before_it(commits, journal, log):
    commits.when_committed(lambda: log.append("at once"))
    commits.write("move", 7, "{}", (b"one", None))
    commits.when_committed(lambda: log.append("after one"))
    commits.write("move", 7, "{}", (b"two", None))
    journal.commit()
    journal.commit()
    assert log == ["at once", (1, b"one"), "after one", (2, b"two")]


def test_a_score_waits_for_its_own_snapshot_and_not_for_that_of_an_older_one(commits, journal, log):
    commits.save_snapshot("1:0", has_new_score=True)
    commits.save_snapshot("2:0", has_new_score=True)
    commits.save_snapshot("2:0, later", has_new_score=False)
    journal.commit()
    assert log == []
    journal.commit()
    assert log == ["score"]
    journal.commit()
    assert log == ["score"]


def test_the_end_waits_for_all_snapshots_on_their_way(commits, journal, log):
    commits.save_snapshot("a", has_new_score=False)
    commits.save_snapshot("b", has_new_score=False)
    commits.when_saved(lambda: log.append("end"))
    journal.commit()
    assert log == []
    journal.commit()
    assert log == ["end"]
    commits.when_saved(lambda: log.append("at once"))
    assert log == ["end", "at once"]
