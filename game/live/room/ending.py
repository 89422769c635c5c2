"""The end of a game: what is stored of it, until the database has it, and the rematch."""

import asyncio
import logging
from collections.abc import Iterator
from random import uniform
from uuid import UUID

from django.db import DataError
from msgspec import Raw, json

from core.problems import UNREACHABLE, note_failure, out_of_reach
from core.refusals import Refusal
from game import events, services
from game.author.game import Score
from game.author.match import Match
from game.records import Ending
from realtime import worker
from realtime.consumer import InternalError

logger = logging.getLogger(__name__)

RETRY_S = 0.5
LONGEST_RETRY_S = 8.0


def ending_of(match: Match, winners: tuple[int, ...], reason: str) -> Ending:
    """Return what is to be stored. Raises ``RulesError``."""
    return Ending(
        winners=winners,
        reason=reason,
        scores=_scores(match, winners),
        final_view=json.decode(match.view_json(None)),
        tick=match.tick,
    )


async def store(ending: Ending, *, game_id: UUID, epoch: int, seq: int) -> events.GameOver:
    """Store the end of a game, however long the database is away.

    Raises ``services.OwnedElsewhere``, and any error for which the database would never take this ending.
    """
    pauses = _backoff()
    while True:
        try:
            return await worker.in_database(
                services.finish, game_id=game_id, epoch=epoch, seq=seq, ending=ending
            )
        except DataError:
            raise
        except worker.AWAY as problem:
            note_failure(problem, "Ending a game")
            await asyncio.sleep(next(pauses))


def _backoff() -> Iterator[float]:
    # With jitter, so that thousands of rooms do not return to the database at the same moment.
    pause = RETRY_S
    while True:
        yield uniform(pause / 2, pause)
        pause = min(2 * pause, LONGEST_RETRY_S)


async def make_rematch(game_id: UUID) -> Raw:
    """Create the next game of the same players; return what they are told of it. Raises a ``Refusal``."""
    try:
        made = await worker.in_database(services.rematch, game_id=game_id)
    except Refusal:
        raise
    except UNREACHABLE:
        raise out_of_reach() from None
    except Exception as problem:
        logger.error("No rematch of game %s could be made", game_id, exc_info=problem)
        raise InternalError from problem
    return Raw(json.encode({"game_id": str(made.pk), "ws_url": services.ws_url(made.pk)}))


def _scores(match: Match, winners: tuple[int, ...]) -> tuple[Score, ...]:
    """Return the scores at the end; if the rules gave none, each winner has 1."""
    if match.result is not None or any(match.scores):
        return match.scores
    return tuple(float(number in winners) for number in range(len(match.users)))
