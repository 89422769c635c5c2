"""Questions that come together are asked together, and each who asks gets an answer of their own time."""

import asyncio

import pytest

from realtime.gathering import Gathered, one_by_one


class Desk:
    """Answers when it is told to, with how often it was asked."""

    def __init__(self):
        self.asked = []
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.gathered = Gathered(self.ask)

    async def ask(self, keys):
        self.asked.append(keys)
        count = len(self.asked)
        self.is_asked.set()
        await self.may_answer.wait()
        if "nonsense" in keys:
            raise LookupError("There is no such thing.")
        return dict.fromkeys(keys, count)

    async def asking(self, *keys):
        """Those who ask for these keys, once all of them wait."""
        tasks = [asyncio.create_task(self.gathered(key)) for key in keys]
        await self.is_asked.wait()
        return tasks


async def test_what_is_asked_at_one_moment_is_asked_once_and_together():
    desk = Desk()
    waiting = await desk.asking("ada", "bob", "ada")
    desk.may_answer.set()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert desk.asked == [["ada", "bob"]]


async def test_who_asks_while_it_is_asked_shares_the_next_answer():
    desk = Desk()
    (early,) = await desk.asking("ada")
    late = await desk.asking("ada", "ada", "bob")
    await asyncio.sleep(0)
    assert desk.asked == [["ada"]]
    desk.may_answer.set()
    assert await early == 1
    assert await asyncio.gather(*late) == [2, 2, 2]
    assert desk.asked == [["ada"], ["ada", "bob"]]


async def test_who_does_not_wait_any_more_takes_nothing_from_the_others():
    desk = Desk()
    gone, stays = await desk.asking("ada", "ada")
    gone.cancel()
    await asyncio.wait({gone})
    desk.may_answer.set()
    assert await stays == 1
    assert gone.cancelled()


async def test_a_failure_is_told_to_all_who_wait_and_to_nobody_after_them():
    desk = Desk()
    desk.may_answer.set()
    failed = await desk.asking("ada", "nonsense")
    answers = await asyncio.gather(*failed, return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 2
    assert await desk.gathered("ada") == 2


async def test_of_reads_made_one_by_one_each_fails_alone():
    async def read(number):
        return 1 // number

    gathered = Gathered(one_by_one(read))
    good, bad = asyncio.create_task(gathered(1)), asyncio.create_task(gathered(0))
    assert await good == 1
    with pytest.raises(ZeroDivisionError):
        await bad
