"""Questions asked one by one and answered together: those that come meanwhile share the next answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class Gathered(Generic[Key, Answer]):
    """``await gathered(key)`` is ``(await ask([key, ...]))[key]``; what ``ask`` raises, all who wait get.

    Two thousand sockets that open at once cost a few calls so, where each would cost one.
    """

    def __init__(self, ask: Callable[[list[Key]], Awaitable[Mapping[Key, Answer]]]) -> None:
        self._ask = ask
        self._waiting: dict[Key, asyncio.Future[Answer]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, key: Key) -> Answer:
        loop = asyncio.get_running_loop()
        if self._asking is None or self._asking.get_loop() is not loop:
            self._waiting = {}
            self._asking = loop.create_task(self._answer_all())
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = loop.create_future()
        # One of several who wait for it may be cancelled.
        return await asyncio.shield(answer)

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                try:
                    answers = await self._ask(list(waiting))
                except Exception as problem:
                    for answer in waiting.values():
                        answer.set_exception(problem)
                        answer.exception()  # nobody may be left to look at it
                else:
                    for key, answer in waiting.items():
                        answer.set_result(answers[key])
        finally:
            self._asking = None
