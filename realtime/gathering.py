"""Questions asked one by one and answered together: those that come meanwhile share the next answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

PAUSE_FOR_EACH_S = 0.005
LONGEST_PAUSE_S = 0.05

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Ask = Callable[[list[Key]], Awaitable[Mapping[Key, Answer | BaseException]]]


class Gathered(Generic[Key, Answer]):
    """``await gathered(key)``: what ``ask`` answers of the key, asked at some moment after this call.

    ``ask`` is asked of all keys of a moment together, each once, and not again until it has answered. After
    an answer it rests the longer, up to a twentieth of a second, the more keys there were: when they come in
    crowds, so do they leave. An exception that it answers of a key is raised to those who wait for that key;
    what it raises, to all who wait. Two thousand sockets that open at once cost a few calls so, where each
    would cost one.
    """

    def __init__(self, ask: Ask[Key, Answer]) -> None:
        self._ask = ask
        self._waiting: dict[Key, list[asyncio.Future[Answer]]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, key: Key) -> Answer:
        loop = asyncio.get_running_loop()
        if self._asking is None or self._asking.get_loop() is not loop:
            self._waiting = {}
            self._asking = loop.create_task(self._answer_all())
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.setdefault(key, []).append(answer)
        return await answer

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                try:
                    answers = await self._ask(list(waiting))
                except Exception as problem:
                    answers = dict.fromkeys(waiting, problem)
                for key, futures in waiting.items():
                    answer = answers[key]
                    for future in futures:
                        if future.done():
                            continue  # who waited was cancelled
                        if isinstance(answer, BaseException):
                            future.set_exception(answer)
                            future.exception()  # who waited may be cancelled before looking at it
                        else:
                            future.set_result(answer)
                await asyncio.sleep(min(PAUSE_FOR_EACH_S * len(waiting), LONGEST_PAUSE_S))
        finally:
            self._asking = None


def one_by_one(read: Callable[[Key], Awaitable[Answer]]) -> Ask[Key, Answer]:
    """For ``Gathered``: make one read for each key, all of them at the same time."""

    async def ask(keys: list[Key]) -> Mapping[Key, Answer | BaseException]:
        answers = await asyncio.gather(*map(read, keys), return_exceptions=True)
        return dict(zip(keys, answers, strict=True))

    return ask
