"""Operations on a running game, from a thread of any worker: inspect it, and end it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from core.background import STORE_ERRORS
from core.database import in_database
from core.redis import ANSWER_TIMEOUT_S
from core.refusals import Unavailable
from game import services
from game.live.room.actor import Room
from game.live.rooms import current
from game.refusals import CannotBeOpened, UnknownMatch
from realtime import worker
from realtime.delivery.relay import relayed

LOOK, END = "game.look", "game.end"
LOOK_AGAIN_S = 0.05
_NOT_ITS_FAULT: tuple[type[Exception], ...] = (UnknownMatch, Unavailable, *STORE_ERRORS)


def look(game_id: UUID) -> dict[str, Any]:
    """Return the game as its room holds it, hidden information included.

    Raises ``UnknownMatch``, ``CannotBeOpened``, or ``Unavailable`` where no worker can be asked.
    """
    answer: str = _ask(LOOK, game_id)
    seen: dict[str, Any] = json.loads(answer)
    return seen


def end(game_id: UUID) -> None:
    """End the game without a winner, even if it cannot be opened; no rating moves.

    Raises ``GameIsOver``, ``UnknownMatch``, or ``Unavailable`` where no worker can be asked.
    """
    _ask(END, game_id)


def _ask(kind: str, game_id: UUID) -> Any:
    here = worker.running()
    if here is None:
        raise Unavailable("No game runs in this process.")
    answer = asyncio.run_coroutine_threadsafe(_reach(kind, game_id), here.loop)
    try:
        return answer.result(2 * ANSWER_TIMEOUT_S)
    except TimeoutError:
        answer.cancel()
        raise Unavailable("The server that has this game did not answer. Try again.") from None


async def _reach(kind: str, game_id: UUID) -> Any:
    here = worker.current()
    owner = await current().owner(game_id)
    if owner != here.id:
        return await here.relay.ask(owner, kind, game_id.hex)
    return await _answers[kind](game_id)


async def _open(game_id: UUID) -> Room:
    try:
        return await current().own(game_id)
    except _NOT_ITS_FAULT:
        raise
    except Exception as problem:
        raise CannotBeOpened(f"The game cannot be opened: {problem}") from problem


# As text: the relay's encoding does not take every number that a game may hold.
async def _look_here(game_id: UUID) -> str:
    return json.dumps((await _open(game_id)).seen_by_operators())


async def _end_here(game_id: UUID) -> None:
    try:
        room = await _open(game_id)
    except CannotBeOpened:
        await _end_unopened(game_id)
    else:
        room.end_by_operator()
        # It is over once the database knows. A room that turns out to be lost has ended nothing.
        while not room.is_over:
            if room.is_lost:
                raise Unavailable("Another server has this game. Try again.")
            await asyncio.sleep(LOOK_AGAIN_S)


async def _end_unopened(game_id: UUID) -> None:
    try:
        await in_database(services.end_unopened, game_id=game_id)
    except services.OwnedElsewhere:
        raise Unavailable("Another server has this game. Try again.") from None


_answers: dict[str, Callable[[UUID], Awaitable[Any]]] = {LOOK: _look_here, END: _end_here}


@relayed(LOOK)
async def _look(sender: str, game_hex: str) -> Any:
    return await _look_here(UUID(game_hex))


@relayed(END)
async def _end(sender: str, game_hex: str) -> Any:
    await _end_here(UUID(game_hex))
