"""The computer's players in a room, and the share of the worker that all of them may take."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import thread_time
from typing import Any

from msgspec import json

from core.refusals import Refusal
from core.tasks import begin
from game import bots
from game.author.match import Match
from game.author.refusals import GameIsOver, RulesError
from game.live.seats import Seated
from game.refusals import Recovering
from realtime import worker

STEERING_SHARE = 0.2
"""The share of the loop's time in which the bots of real-time games may choose their inputs."""


class Allowance:
    """The processor time of the bots of all rooms of this worker.

    Those of turn-based games think one at a time, and the less the more of them wait. Those of real-time
    games choose new inputs less often, each room's in turn, if together they would take more than their
    share.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bots")
        self._thinking = 0
        self._steer_at = 0.0

    async def think(self, match: Match, seat: int, random: Random, level: int) -> dict[str, Any] | None:
        """Return the movement of a bot, once its turn to think has come."""

        def choose() -> dict[str, Any] | None:
            return bots.choose(match, seat, random, level, share=1 / self._thinking)

        self._thinking += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, choose)
        finally:
            self._thinking -= 1

    def steered(self, now: float, seconds: float) -> float:
        """Count this time, which the bots of a room have taken; return when they may choose again."""
        self._steer_at = max(self._steer_at, now) + seconds / STEERING_SHARE
        return self._steer_at


class Bots:
    """Chooses the moves of a room's bots, those that play for absent players included.

    ``play`` makes a move as a player would, and raises its refusal; ``fail`` is called if the rules, or a bot
    of the game's own, fail. Tasks are held in ``tasks``.
    """

    def __init__(
        self,
        seats: Sequence[Seated],
        tasks: set[asyncio.Task[Any]],
        *,
        play: Callable[[Seated, bytes], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self._seats = seats
        self._tasks = tasks
        self._play = play
        self._fail = fail
        self._allowance = worker.current().part(Allowance)
        self._random = Random()
        self._steering: dict[Seated, dict[str, Any]] = {}
        self._steer_at = 0.0
        self._thinking: set[Seated] = set()

    def steer(self, match: Match, inputs: dict[int, list[bytes]]) -> None:
        """Add the bots' inputs to a real-time game, where they have changed. Raises ``RulesError``."""
        now = asyncio.get_running_loop().time()
        if now < self._steer_at:
            if match.game.idle == "zero":
                self._steer_on(match, inputs)
            return
        began = thread_time()
        for seat, level in self._playing():
            wanted = bots.choose(match, seat.number, self._random, level)
            if wanted is not None and (match.game.idle == "zero" or wanted != self._steering.get(seat)):
                self._steering[seat] = wanted
                inputs[seat.number] = [match.check(wanted)]
        self._steer_at = self._allowance.steered(now, thread_time() - began)

    def _steer_on(self, match: Match, inputs: dict[int, list[bytes]]) -> None:
        """Add the inputs of last time."""
        for seat, _ in self._playing():
            if seat in self._steering:
                inputs[seat.number] = [match.check(self._steering[seat])]

    def wake(self, match: Match) -> None:
        """Start the thinking of the bots whose turn it is in a turn-based game."""
        for seat, level in self._playing():
            if seat.number in match.turn and seat not in self._thinking:
                self._thinking.add(seat)
                begin(self._move(match, seat, level), self._tasks, "A bot's move")

    def _playing(self) -> Iterator[tuple[Seated, int]]:
        for seat in self._seats:
            if seat.bot_level is not None:
                yield seat, seat.bot_level

    async def _move(self, match: Match, seat: Seated, level: int) -> None:
        changes = match.changes
        try:
            copy = match.copy(self._random.getrandbits(64))
            movement = await self._allowance.think(copy, seat.number, self._random, level)
        except Exception as problem:
            self._fail(problem)
            return
        finally:
            self._thinking.discard(seat)
        if seat.bot_level is None:
            return  # Its player has come back.
        try:
            self._play(seat, json.encode(movement))
        except (GameIsOver, Recovering):
            pass  # Its time was up, or the game ended or left this worker meanwhile.
        except Refusal as refusal:
            if match.changes == changes:
                self._fail(RulesError(f"{match.game.name}: the bot's {movement} is refused: {refusal}"))
            else:
                # Others have moved meanwhile, or had a move back.
                self.wake(match)
