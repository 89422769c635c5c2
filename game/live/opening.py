"""The making of a room from the database's rows, and its news of free seats taken since."""

import logging
from uuid import UUID

from core.database import in_database
from core.ids import UserId
from game import selectors, services
from game.author import catalogue
from game.author.match import Match
from game.live.room.actor import Room
from game.live.seats import seated
from game.records import RoomRecord

logger = logging.getLogger(__name__)


async def take_over(game_id: UUID) -> tuple[RoomRecord, Match]:
    """Return a game's record, as its new owner, and its match, to which the journal is not applied yet.

    Raises ``UnknownMatch``, and whatever the rules raise.
    """
    record = await in_database(services.take_over, game_id=game_id)
    if record.snapshot is not None:
        users = [seat.user_id for seat in record.snapshot.seats]
        try:
            return record, Match.load(catalogue.get(record.name), record.snapshot.match, users=users)
        except Exception as problem:
            logger.warning("Game %s is read from its journal, not its snapshot: %r", game_id, problem)
            record = await in_database(services.take_over, game_id=game_id, uses_snapshot=False)
    return record, match_of(record)


async def admit(room: Room, user_id: UserId) -> None:
    """Have a room with free seats find out whether this user has taken one."""
    if not room.seats_user(user_id):
        await look_at_seats(room)


async def look_at_seats(room: Room) -> None:
    """Seat those who have taken a seat in the database since the room was opened."""
    if room.has_free_seats:
        record = await in_database(selectors.room_record, room.id)
        if record.epoch != room.record.epoch:
            room.lost(True)
        elif room.is_open:
            room.seat_newcomers(record.seats)
        elif room.has_free_seats and (
            len(record.seats) > len(room.record.seats) or record.seats_wanted < room.record.seats_wanted
        ):
            room.fill(record, match_of(record))


def match_of(record: RoomRecord) -> Match:
    """Return the match of a room as it began; its journal is not applied yet."""
    game = catalogue.get(record.name)
    users = [seat.user_id for seat in seated(record)]
    try:
        return Match.new(game, seats=len(users), seed=record.seed, options=record.options, users=users)
    except Exception as problem:
        if record.entries and record.result is None:
            # Its rules worked when it began: it waits until they do again, or until an operator ends it.
            raise
        return Match.broken(game, problem, seed=record.seed, users=users)
