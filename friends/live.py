"""Tells friends how users stand, as it changes: who comes online, goes, plays, or says they are away.

What changed is only noted; the truth is read when it is told, for all who changed meanwhile at once, and told
where somebody listens. What was told is looked at again once it is on its way: so what is told last is true,
even where two workers tell of one user.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError

from friends import selectors, services
from friends.events import FriendAccepted, Presence, PresenceHint, Standing, StatusSet, standing_of_friends
from realtime import presence, topics, worker
from realtime.publishing import publish_now
from realtime.reactions import reacts_to
from realtime.redis import Down
from realtime.topics import Topic

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""How many users are looked at in one go."""
RETRY_S = 0.5
_AWAY: tuple[type[Exception], ...] = (*Down, OperationalError, InterfaceError)


class Herald:
    """What this worker has still to tell of."""

    def __init__(self) -> None:
        self._stirred: dict[int, Standing | None] = {}  # what was told of them last; None: tell anyway
        self._gone: set[int] = set()
        self._news = asyncio.Event()

    def changed(self, user_id: int) -> None:
        """This user stands differently."""
        self._stirred[user_id] = None
        self._news.set()

    def told(self, standing: Standing) -> None:
        """This was told of a user: look whether it holds."""
        if self._stirred.setdefault(standing.user_id, standing) != standing:
            # Told in two ways, and who knows which was heard last.
            self._stirred[standing.user_id] = None
        self._news.set()

    def gone(self, user_id: int) -> None:
        """This user has gone offline."""
        self._gone.add(user_id)
        self.changed(user_id)

    async def tell(self) -> None:
        """Tell of changes, for this worker's life."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._stirred:
                batch = {user_id: self._stirred.pop(user_id) for user_id in list(self._stirred)[:AT_ONCE]}
                gone = self._gone & batch.keys()
                self._gone -= gone
                try:
                    await self._tell(batch, gone)
                except _AWAY as problem:
                    logger.warning("Friends are told later: %s", problem)
                    self._stirred = batch | self._stirred
                    self._gone |= gone
                    await asyncio.sleep(RETRY_S)

    async def _tell(self, batch: dict[int, Standing | None], gone: set[int]) -> None:
        standings, friends = await worker.in_database(_look, list(batch), gone)
        news = [standing for standing in standings.values() if standing != batch[standing.user_id]]
        streams = worker.current().streams
        listened = await streams.listened(
            topic for standing in news for friend in friends[standing.user_id] for topic in _topics(friend)
        )
        for standing in news:
            facts = msgspec.structs.asdict(standing)
            is_told = False
            for friend in friends[standing.user_id]:
                for kind, topic in zip((Presence, PresenceHint), _topics(friend), strict=True):
                    if topic in listened:
                        publish_now(kind(to_user_id=friend, **facts))
                        is_told = True
            if is_told:
                self.told(standing)
        await streams.sent()


def _topics(user_id: int) -> tuple[Topic, Topic]:
    return standing_of_friends(user_id), topics.user(user_id)


def _look(user_ids: Sequence[int], gone: set[int]) -> tuple[dict[int, Standing], dict[int, list[int]]]:
    if gone:
        services.note_gone(gone)
    friends = selectors.friend_ids_of(user_ids)
    return selectors.standings(list(friends)), friends


_herald: Herald | None = None


@worker.background
async def tell_friends() -> None:
    """Tell friends of changes."""
    global _herald
    _herald = Herald()
    await _herald.tell()


@presence.on_change
async def come_or_gone(user_id: int, is_online: bool) -> None:
    """Somebody came online, or is gone."""
    assert _herald is not None
    if is_online:
        _herald.changed(user_id)
    else:
        _herald.gone(user_id)


def changed(user_id: int) -> None:
    """Have the user's friends told, once the transaction commits, how the user stands then. On any thread."""
    _note(lambda herald: herald.changed(user_id))


@reacts_to(StatusSet)
def status_set(event: StatusSet) -> None:
    """Friends are to know."""
    changed(event.user_id)


@reacts_to(FriendAccepted)
def friend_accepted(event: FriendAccepted) -> None:
    """How the new friend stands was read before others could know of the friendship, and may be old."""
    standing = Standing(**{name: getattr(event.friend, name) for name in Standing.__struct_fields__})
    _note(lambda herald: herald.told(standing))


def _note(what: Callable[[Herald], Any]) -> None:
    def note() -> None:
        if _herald is not None:
            what(_herald)

    worker.once_committed(note)
