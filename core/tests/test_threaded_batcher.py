"""Concurrent calls from threads: each gets its own result, and later ones share a batch."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from core.batching import ThreadedBatcher

# Batches run on database threads, which manage their connections themselves.
pytestmark = pytest.mark.django_db


class Work:
    """Doubles numbers and records the batches; the first batch blocks until released."""

    def __init__(self, spoiled_by: Any = None) -> None:
        self.batches: list[Any] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.spoiled_by = spoiled_by

    def __call__(self, key: str, numbers: Any) -> Any:
        self.batches.append(list(numbers))
        self.begun.set()
        assert self.go_on.wait(30)
        if self.spoiled_by in numbers:
            raise ValueError("planted")
        return [KeyError(number) if number < 0 else 2 * number for number in numbers]


def call_behind_a_slow_one(work: Any, numbers: Any) -> list[Future[Any]]:
    """Return the futures of calls made while the call for 0 is running."""
    batcher = ThreadedBatcher(work)
    with ThreadPoolExecutor(len(numbers) + 1) as pool:
        first = pool.submit(batcher, "key", 0)
        assert work.begun.wait(30)
        futures = [pool.submit(batcher, "key", number) for number in numbers]
        while len(batcher._waiting["key"]) < len(numbers):
            threading.Event().wait(0.001)
        work.go_on.set()
    assert first.result() == 0
    assert batcher._waiting == {}
    return futures


def test_those_who_wait_are_done_together_and_each_gets_its_own_answer() -> None:
    work = Work()

    futures = call_behind_a_slow_one(work, [1, 2, -3])

    assert [future.result() for future in futures[:2]] == [2, 4]
    with pytest.raises(KeyError):
        futures[2].result()
    assert [sorted(batch) for batch in work.batches] == [[0], [-3, 1, 2]]


def test_one_that_fails_does_not_spoil_the_others() -> None:
    work = Work(spoiled_by=2)

    futures = call_behind_a_slow_one(work, [1, 2, 3])

    assert [futures[0].result(), futures[2].result()] == [2, 6]
    with pytest.raises(ValueError):
        futures[1].result()


def test_other_keys_do_not_wait() -> None:
    work = Work()
    batcher = ThreadedBatcher(lambda key, numbers: work(key, numbers) if key == "slow" else list(numbers))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(batcher, "slow", 1)
        assert work.begun.wait(30)
        assert batcher("quick", 5) == 5
        work.go_on.set()
        assert slow.result() == 2


def test_who_goes_away_leaves_the_others_their_answers() -> None:
    work = Work()
    batcher = ThreadedBatcher(work)
    impatient, patient = batcher.soon("key", 1), batcher.soon("key", 2)

    impatient.cancel()
    work.go_on.set()

    assert patient.result(30) == 4
    assert [number for batch in work.batches for number in batch] == [1, 2]
