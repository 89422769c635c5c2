"""The badge: how much waits for a user, told again whenever it has changed."""

import asyncio
import logging
from collections.abc import Collection

from django.db import DatabaseError

from chat import selectors as chat
from core.problems import UNREACHABLE, note_failure
from matchmaking.invites import selectors as invites
from notifications.events import Badge
from realtime import worker
from realtime.gathering import Gathered
from realtime.publishing import publish, publish_now

logger = logging.getLogger(__name__)

RETRY_S = 1.0

_telling: dict[int, asyncio.Task[None]] = {}
_changed_meanwhile: set[int] = set()


def badges(user_ids: Collection[int]) -> dict[int, Badge]:
    """What waits for these users."""
    unanswered = invites.unanswered_by_each(user_ids)
    unread = chat.unread_counts_of(user_ids)
    return {
        user_id: _badge(user_id, unanswered.get(user_id, 0), unread.get(user_id, {})) for user_id in user_ids
    }


def _badge(user_id: int, unanswered: int, unread: dict[int, int]) -> Badge:
    dm = {str(friend_id): count for friend_id, count in unread.items()}
    return Badge(user_id=user_id, dm=dm, invites=unanswered, total=unanswered + sum(unread.values()))


async def _badges(user_ids: list[int]) -> dict[int, Badge]:
    return await worker.in_database(badges, user_ids)


badge_of: Gathered[int, Badge] = Gathered(_badges)
"""``await badge_of(user_id)``: what waits for this user."""


def changed(user_id: int) -> None:
    """Tell the user's badge anew once the transaction has committed. From any thread."""
    worker.once_committed(_tell_soon, user_id, outside=lambda: publish(badges([user_id])[user_id]))


def _tell_soon(user_id: int) -> None:
    if user_id in _telling:
        _changed_meanwhile.add(user_id)
    else:
        _telling[user_id] = asyncio.create_task(_keep_telling(user_id))


async def _keep_telling(user_id: int) -> None:
    """Tell the badge until what was told is still true after it got its place in the stream.

    Without that second look, of two processes that count at the same moment the one with the older count
    could be the last to tell it.
    """
    told = None
    try:
        while True:
            _changed_meanwhile.discard(user_id)
            try:
                now = await badge_of(user_id)
            except UNREACHABLE as problem:
                # What changed it is stored, and nothing else may ever change it.
                note_failure(problem, "Counting a badge")
                await asyncio.sleep(RETRY_S)
                continue
            if now != told:
                publish_now(now)
                await worker.current().streams.sent()
                told = now
            elif user_id not in _changed_meanwhile:
                return
    except DatabaseError as problem:
        logger.warning("The badge of user %s could not be counted: %s", user_id, problem)
    finally:
        del _telling[user_id]
