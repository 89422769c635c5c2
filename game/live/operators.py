"""What operators ask of a running game, from a thread of any worker: to see all of it, and to end it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from core.refusals import Unavailable
from game.live.room import Room
from game.live.rooms import current
from realtime import worker
from realtime.redis import ANSWER_WITHIN_S
from realtime.relay import relayed

LOOK, END = "game.look", "game.end"


def look(game_id: UUID) -> dict[str, Any]:
    """The game as its room holds it, hidden information included.

    Raises ``UnknownMatch``, or ``Unavailable`` where no worker can be asked.
    """
    answer: str = _ask(LOOK, game_id)
    seen: dict[str, Any] = json.loads(answer)
    return seen


def end(game_id: UUID) -> None:
    """End the game without a winner; no rating moves. Raises ``GameIsOver``, and as ``look``."""
    _ask(END, game_id)


def _ask(kind: str, game_id: UUID) -> Any:
    here = worker.running()
    if here is None:
        raise Unavailable("No game runs in this process.")
    answer = asyncio.run_coroutine_threadsafe(_reach(kind, game_id), here.loop)
    try:
        return answer.result(2 * ANSWER_WITHIN_S)
    except TimeoutError:
        answer.cancel()
        raise Unavailable("The server that has this game did not answer. Try again.") from None


async def _reach(kind: str, game_id: UUID) -> Any:
    here = worker.current()
    owner = await current().owner(game_id)
    if owner != here.id:
        return await here.relay.ask(owner, kind, game_id.hex)
    return _answers[kind](await current().own(game_id))


# As text: the relay's packing does not know every number of a game.
_answers: dict[str, Callable[[Room], Any]] = {
    LOOK: lambda room: json.dumps(room.seen_by_operators()),
    END: lambda room: room.end_by_operator(),
}


@relayed(LOOK)
async def _look(sender: str, game_hex: str) -> Any:
    return _answers[LOOK](await current().own(UUID(game_hex)))


@relayed(END)
async def _end(sender: str, game_hex: str) -> Any:
    return _answers[END](await current().own(UUID(game_hex)))
