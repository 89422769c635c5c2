"""The seats of a room, and the players in them."""

from collections import deque
from dataclasses import dataclass, field
from operator import attrgetter

from core.ids import UserId
from core.refusals import RateLimited
from game.author.leaving import Why
from game.live.listeners import Listener
from game.records import RoomRecord, SeatState

CHAT_ALLOWED, CHAT_WINDOW_S = 3, 2.0

_state = attrgetter(*SeatState.__struct_fields__)


@dataclass(slots=True, eq=False)
class Seated:
    """A seat taken by a player, by a bot (``bot_level``), or by nobody yet (user 0).

    A player who has left a game that goes on is ``gone``, for that reason; a bot may play the seat meanwhile,
    or others may take it if it ``is_offered``.
    """

    number: int
    user_id: UserId
    username: str
    rating: int | None
    bot_level: int | None
    joined: bool = False
    ready: bool = False
    left_told: bool = False
    has_moved: bool = False
    gone: Why | None = None
    is_offered: bool = False
    away_since: float | None = None
    listener: Listener | None = None
    said: deque[float] = field(default_factory=lambda: deque(maxlen=CHAT_ALLOWED))

    @property
    def connected(self) -> bool:
        return self.bot_level is not None or self.listener is not None

    @property
    def may_come_back(self) -> bool:
        """Whether a player who has left can play on by connecting again."""
        return self.gone == "away"

    @property
    def is_free(self) -> bool:
        """Whether somebody can take the seat."""
        return not self.user_id or self.is_offered

    def as_state(self) -> SeatState:
        """Return what a snapshot keeps of the seat: all but who is connected."""
        return SeatState(*_state(self))

    def count_saying(self, now: float) -> None:
        """Count a chat message or an emote. Raises ``RateLimited`` if there are too many."""
        if len(self.said) == CHAT_ALLOWED and (wait := CHAT_WINDOW_S - (now - self.said[0])) > 0:
            raise RateLimited("Too quick. Wait a moment.", retry_after=round(wait, 3))
        self.said.append(now)


def seated(record: RoomRecord) -> list[Seated]:
    """Return all seats of the game in order, as they were when its journal began."""
    seats = [Seated(number, UserId(0), "", None, None) for number in range(record.seats_wanted)]
    for seat in record.first_seats:
        seats[seat.number] = Seated(seat.number, seat.user_id, seat.username, seat.rating, seat.bot_level)
    return seats
