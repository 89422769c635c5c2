"""The seats of a room, and who sits in them."""

from collections import deque
from dataclasses import dataclass, field

from core.refusals import RateLimited
from game.live.listeners import Listener
from game.records import RoomRecord

CHAT_ALLOWED, CHAT_WINDOW_S = 3, 2.0


@dataclass(slots=True, eq=False)
class Seated:
    """A player of the room, or the computer (``bot_level``), or nobody yet (the user 0)."""

    number: int
    user_id: int
    username: str
    rating: int | None
    bot_level: int | None
    joined: bool = False
    ready: bool = False
    left_told: bool = False
    away_since: float | None = None
    listener: Listener | None = None
    said: deque[float] = field(default_factory=lambda: deque(maxlen=CHAT_ALLOWED))

    @property
    def connected(self) -> bool:
        return self.bot_level is not None or self.listener is not None

    def count_saying(self, now: float) -> None:
        """Its player says or shows something. Raises ``RateLimited`` where that is too much."""
        if len(self.said) == CHAT_ALLOWED and (wait := CHAT_WINDOW_S - (now - self.said[0])) > 0:
            raise RateLimited("Too quick. Wait a moment.", retry_after=round(wait, 3))
        self.said.append(now)


def seated(record: RoomRecord) -> list[Seated]:
    """All seats of the game in order, the free ones last."""
    taken = [
        Seated(seat.number, seat.user_id, seat.username, seat.rating, seat.bot_level) for seat in record.seats
    ]
    return taken + [Seated(number, 0, "", None, None) for number in range(len(taken), record.seats_wanted)]
