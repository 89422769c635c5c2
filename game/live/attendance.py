"""The attendance of games: the users who have one open on any worker, players and spectators."""

import asyncio
from uuid import UUID

from core.background import background
from core.ids import UserId
from game.selectors.activity import ATTENDANCE
from realtime import worker
from realtime.membership.leased_set import LeasedSet

SETTLE_EVERY_S = 0.2


async def _ignore(room: str, user_id: UserId, is_here: bool) -> None:
    """Tell nobody: pages ask who watches."""


class Attendance:
    """The games that this worker's sockets have open."""

    def __init__(self) -> None:
        here = worker.current()
        members = LeasedSet(ATTENDANCE, here.redis, here.relay, _ignore, settle_every_s=SETTLE_EVERY_S)
        self.keep = members.keep
        self.announce = members.announce
        self._members = members

    def arrived(self, game_id: UUID, user_id: UserId) -> None:
        self._members.arrived(game_id.hex, user_id)

    def left(self, game_id: UUID, user_id: UserId) -> None:
        self._members.left(game_id.hex, user_id)


def current() -> Attendance:
    """Return this worker's attendance."""
    return worker.current().part(Attendance)


@background
async def keep() -> None:
    """Keep this worker's attendance in Redis up to date."""
    await asyncio.gather(current().keep(), current().announce())
