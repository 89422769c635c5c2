"""The badge: the number of things waiting for a user, sent whenever it changes."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone

from chat import selectors as chat
from core.batching import Announcer, BatchLoader
from core.database import in_database
from core.ids import UserId
from core.problems import UNREACHABLE
from core.statements import together
from matchmaking.invites import selectors as invites
from notifications.events import Badge
from realtime import worker
from realtime.publishing import publish, publish_now

BATCH_SIZE = 200


def badges(user_ids: Collection[UserId]) -> dict[UserId, Badge]:
    """Return the badges of these users."""
    unanswered, unread = together(
        invites.unanswered.bound(user_ids, timezone.now()), chat.unread_by_friend.bound(user_ids)
    )
    invited = dict(unanswered)
    messages: defaultdict[UserId, dict[UserId, int]] = defaultdict(dict)
    for user_id, friend_id, count in unread:
        messages[user_id][friend_id] = count
    return {user_id: _badge(user_id, invited.get(user_id, 0), messages[user_id]) for user_id in user_ids}


def _badge(user_id: UserId, unanswered: int, unread: dict[UserId, int]) -> Badge:
    dm = {str(friend_id): count for friend_id, count in unread.items()}
    return Badge(user_id=user_id, dm=dm, invites=unanswered, total=unanswered + sum(unread.values()))


async def _badges(user_ids: list[UserId]) -> dict[UserId, Badge]:
    return await in_database(badges, user_ids)


badge_of: BatchLoader[UserId, Badge] = BatchLoader(_badges)
"""``await badge_of(user_id)``: the user's badge."""


class BadgeNotifier:
    """Sends changed badges to the users of this worker."""

    def __init__(self) -> None:
        self._announcer: Announcer[UserId, Badge] = Announcer(
            self._send, size=BATCH_SIZE, what="Counting badges", retry_on=UNREACHABLE
        )
        self.changed = self._announcer.changed
        self.idle = self._announcer.idle

    async def _send(self, batch: dict[UserId, Badge | None]) -> dict[UserId, Badge]:
        # The message itself goes first: counting would compete with it for the processor.
        await worker.current().streams.sent()
        counted = await _badges(list(batch))
        sent = {user_id: badge for user_id, badge in counted.items() if badge != batch[user_id]}
        for badge in sent.values():
            publish_now(badge)
        await worker.current().streams.sent()
        return sent


def notifier() -> BadgeNotifier:
    """Return this worker's notifier."""
    return worker.current().part(BadgeNotifier)


def changed(user_id: UserId) -> None:
    """Send the user's badge once the transaction commits. Safe to call from any thread."""
    worker.once_committed(
        lambda: notifier().changed(user_id), outside=lambda: publish(badges([user_id])[user_id])
    )
