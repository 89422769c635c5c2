"""Notifies friends of changes of a user's status: online, offline, in a game, away.

A change only marks the user. The status is read when friends are notified, for all marked users together, and
sent only to topics that somebody follows. It is read once more afterwards, so that the last status sent is
true even if two workers notify about the same user.
"""

from collections.abc import Sequence
from itertools import chain

import msgspec
from django.db import InterfaceError, OperationalError

from core.batching import Announcer
from core.database import in_database
from core.ids import UserId
from core.redis import REDIS_ERRORS
from friends import selectors, services
from friends.events import (
    FriendAccepted,
    FriendStatus,
    OnlineElsewhere,
    Presence,
    PresenceHint,
    StatusSet,
    friends_status_topic,
)
from realtime import worker
from realtime.delivery import history
from realtime.membership import presence
from realtime.publishing import publish_now
from realtime.reactions import reacts_to
from realtime.wire import topics
from realtime.wire.topics import Topic

BATCH_SIZE = 200
"""Maximum number of users whose status is read by one query."""
STORE_ERRORS: tuple[type[Exception], ...] = (*REDIS_ERRORS, OperationalError, InterfaceError)


class PresenceNotifier:
    """The users about whom this worker still has to notify friends."""

    def __init__(self) -> None:
        self._gone: set[UserId] = set()
        self._announcer: Announcer[UserId, FriendStatus] = Announcer(
            self._notify, size=BATCH_SIZE, what="Notifying friends", retry_on=STORE_ERRORS
        )

    def changed(self, user_id: UserId) -> None:
        """Notify friends: the user's status changed."""
        self._announcer.changed(user_id)

    def notified(self, standing: FriendStatus) -> None:
        """Check that this status, which friends have just been sent, still holds."""
        self._announcer.announced(standing.user_id, standing)

    def gone(self, user_id: UserId) -> None:
        """Notify friends: the user went offline."""
        self._gone.add(user_id)
        self.changed(user_id)

    async def _notify(self, batch: dict[UserId, FriendStatus | None]) -> dict[UserId, FriendStatus]:
        if gone := self._gone & batch.keys():
            await in_database(services.note_gone, gone)
            self._gone -= gone
        standings, listening = await in_database(_read, list(batch))
        changed = {user_id: standing for user_id, standing in standings.items() if standing != batch[user_id]}
        for user_id, standing in changed.items():
            facts = msgspec.structs.asdict(standing)
            for kind, friend in listening[user_id]:
                publish_now(kind(to_user_id=friend, **facts))
        await worker.current().streams.sent()
        return changed


Kind = type[Presence | PresenceHint]
Listening = tuple[Kind, UserId]
"""An event that a friend listens to, and the friend's id."""
KINDS: tuple[Kind, Kind] = (Presence, PresenceHint)
"""The events of a change, in the order of :func:`_topics`."""


def _read(user_ids: Sequence[UserId]) -> tuple[dict[UserId, FriendStatus], dict[UserId, list[Listening]]]:
    """Return the status of those of these users to whom friends listen, and these friends."""
    friends = selectors.friend_ids_of(user_ids)
    everyone = set(chain.from_iterable(friends.values()))
    listened = history.with_listeners(topic for friend in everyone for topic in _topics(friend))
    listening: dict[UserId, list[Listening]] = {}
    for user_id, friend_ids in friends.items():
        found = [
            (kind, friend)
            for friend in friend_ids
            for kind, topic in zip(KINDS, _topics(friend), strict=True)
            if topic in listened
        ]
        if found:
            listening[user_id] = found
    return selectors.statuses(list(listening)) if listening else {}, listening


def _topics(user_id: UserId) -> tuple[Topic, Topic]:
    return friends_status_topic(user_id), topics.user(user_id)


def notifier() -> PresenceNotifier:
    """Return this worker's notifier."""
    return worker.current().part(PresenceNotifier)


@presence.on_change
async def online_changed(user_id: UserId, is_online: bool) -> None:
    """Notify friends of a user who came online or went offline."""
    if is_online:
        notifier().changed(user_id)
    else:
        notifier().gone(user_id)


def changed(user_id: UserId) -> None:
    """Notify the user's friends once the transaction commits. Safe to call from any thread."""
    worker.once_committed(lambda: notifier().changed(user_id))


@reacts_to(OnlineElsewhere)
def online_elsewhere(event: OnlineElsewhere) -> None:
    """Notify friends of a user whose sockets in another cell opened or closed."""
    changed(event.user_id)


@reacts_to(StatusSet)
def status_set(event: StatusSet) -> None:
    """Notify friends of the status that the user set."""
    changed(event.user_id)


@reacts_to(FriendAccepted)
def friend_accepted(event: FriendAccepted) -> None:
    """Check the status sent to the new friend again: changes before the commit did not reach them."""
    standing = FriendStatus(**{name: getattr(event.friend, name) for name in FriendStatus.__struct_fields__})
    worker.once_committed(lambda: notifier().notified(standing))
