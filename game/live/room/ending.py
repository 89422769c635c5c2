"""The end of a game: who has won, how it is stored, and the rematch."""

import asyncio
import logging
from collections.abc import Collection, Iterator
from random import uniform
from typing import NamedTuple
from uuid import UUID

from django.db import DataError
from msgspec import Raw, json

from core.background import STORE_ERRORS
from core.database import in_database
from core.problems import UNREACHABLE, log_failure, unavailable
from core.refusals import Refusal
from game import events, selectors, services
from game.author.leaving import Why
from game.author.match import Match
from game.author.results import Places, Score, behind
from game.live.room.entries import Acted, read
from game.live.room.phase import Phase
from game.live.room.table import Table
from game.live.seats import Seated
from game.records import Ending, EntryRecord
from realtime.socket.consumer import InternalError

logger = logging.getLogger(__name__)

RETRY_S = 0.5
LONGEST_RETRY_S = 8.0


class Verdict(NamedTuple):
    """The seats that have won, the ``reason`` of ``events.GameOver``, and the places if the rules rank."""

    winners: tuple[int, ...]
    reason: str
    places: Places = ()


DRAW_AGREED = Verdict((), "draw_agreed")
BY_OPERATOR = Verdict((), "operator")
BY_ERROR = Verdict((), "error")

REASONS: dict[Why, str] = {"resigned": "resign", "time": "timeout", "away": "forfeit"}


def by_rules(match: Match) -> Verdict:
    """Return the verdict of a match that has a result."""
    outcome = match.result
    assert outcome is not None
    return Verdict(outcome.winners, "draw" if outcome.draw else "win", outcome.places)


def by_resignation(table: Table, seat: Seated) -> Verdict:
    """Return the verdict after a player resigned: everybody else wins."""
    return Verdict(_all_but(table, (seat.number,)), "resign")


def by_timeout(table: Table, seats: Collection[int]) -> Verdict:
    """Return the verdict after these clocks ran out: everybody else wins."""
    return Verdict(_all_but(table, seats), "timeout")


def by_forfeit(table: Table, stayed_away: Collection[int]) -> Verdict:
    """Return the verdict after these players stayed away: everybody else wins, if anybody is here."""
    if any(seat.connected for seat in table.seats):
        return Verdict(_all_but(table, stayed_away), "forfeit")
    return Verdict((), "abandoned")


def by_absence_at_start(table: Table, phase: Phase) -> Verdict:
    """Return the verdict on a game that never started; its winners are those who were not to blame."""
    must_be_ready = phase is Phase.WAITING_FOR_READY
    came = (seat.number for seat in table.seats if seat.connected and (seat.ready or not must_be_ready))
    return Verdict(tuple(came), "aborted")


def by_departures(table: Table) -> Verdict | None:
    """Return the verdict on a game that players have left, if it cannot go on without them."""
    people = [seat for seat in table.seats if seat.user_id and seat.gone is None and seat.bot_level is None]
    if not people:
        return Verdict((), "abandoned")
    if table.match.game.open:
        return None
    played = set(table.match.game.seats) - table.match.game.empty
    teams = table.match.teams
    sides = [team for team in teams if played.intersection(team)] if teams else played
    if len(sides) > 1:
        return None
    why = table.seats[table.departed[-1]].gone
    assert why is not None
    return Verdict(_all_but(table, table.departed), REASONS[why])


def restored(table: Table, last: EntryRecord) -> Verdict | None:
    """Return the verdict on a replayed game that was decided, but whose end was not stored any more."""
    if table.match.result is not None:
        return by_rules(table.match)
    entry = read(last.kind, last.data)
    if isinstance(entry, Acted) and entry.action == "accept_draw" and table.all_want(table.draw_offers):
        return DRAW_AGREED
    return by_departures(table) if table.departed else None


def _all_but(table: Table, seats: Collection[int]) -> tuple[int, ...]:
    return tuple(seat.number for seat in table.seats if seat.number not in seats)


def ending_of(table: Table, verdict: Verdict) -> Ending:
    """Return what is to be stored. Raises ``RulesError``."""
    match, left = table.match, tuple(table.departed)
    losers = _all_but(table, verdict.winners)
    places = behind(verdict.places or (verdict.winners, losers), left)
    winners = places[0] if verdict.winners and left else verdict.winners
    return Ending(
        winners=winners,
        reason=verdict.reason,
        scores=_scores(match, winners),
        final_view=json.decode(match.view_json(None)),
        tick=match.tick,
        places=places,
        teams=match.teams,
        left=left,
        idle=tuple(number for number in left if not table.seats[number].has_moved),
    )


async def store(ending: Ending, *, game_id: UUID, epoch: int, seq: int) -> events.GameOver:
    """Store the end of a game, however long the database is away.

    Raises ``services.OwnedElsewhere``, and any error for which the database would never take this ending.
    """
    pauses = _backoff()
    while True:
        try:
            return await in_database(services.finish, game_id=game_id, epoch=epoch, seq=seq, ending=ending)
        except DataError:
            raise
        except STORE_ERRORS as problem:
            log_failure(problem, "Ending a game")
            await asyncio.sleep(next(pauses))


def _backoff() -> Iterator[float]:
    # With jitter, so that thousands of rooms do not return to the database at the same moment.
    pause = RETRY_S
    while True:
        yield uniform(pause / 2, pause)
        pause = min(2 * pause, LONGEST_RETRY_S)


async def make_rematch(game_id: UUID) -> Raw:
    """Create the next game of the same players; return its address as JSON. Raises a ``Refusal``."""
    try:
        made = await in_database(services.rematch, game_id=game_id)
    except Refusal:
        raise
    except UNREACHABLE:
        raise unavailable() from None
    except Exception as problem:
        logger.error("No rematch of game %s could be made", game_id, exc_info=problem)
        raise InternalError from problem
    return Raw(json.encode({"game_id": str(made.pk), "ws_url": selectors.ws_url(made.pk)}))


def _scores(match: Match, winners: tuple[int, ...]) -> tuple[Score, ...]:
    """Return the scores at the end; if the rules gave none, each winner has 1."""
    if match.result is not None or any(match.scores):
        return match.scores
    return tuple(float(number in winners) for number in range(len(match.users)))
