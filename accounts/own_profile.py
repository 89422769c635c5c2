"""The caller's own profile as JSON, the most frequent read, cached for a second."""

import time
from collections.abc import Callable

from django.db import transaction

from accounts import live, selectors
from accounts.events import AccountChanged
from accounts.models import Session, User
from core.ids import UserId
from core.renderers import encode
from realtime import broadcast, worker
from realtime.delivery.relay import relayed
from realtime.reactions import reacts_to
from realtime.wire.identity import Identity

CACHE_TTL_S = 1.0
MAX_CACHED = 10_000


class _Cache:
    """Profiles with the time until which each may be shown; ``changes`` counts the dropped ones."""

    def __init__(self) -> None:
        self.profiles: dict[UserId, tuple[float, bytes]] = {}
        self.changes = 0


def cache(user_id: UserId, read: Callable[[], User]) -> bytes:
    """Return the profile of the user returned by ``read`` as JSON; cache it unless it changes meanwhile."""
    held = worker.held(_Cache)
    changes = held.changes
    body = encode(selectors.own_profile(read()))
    if len(held.profiles) >= MAX_CACHED:
        held.profiles.clear()
    held.profiles[user_id] = (time.monotonic() + CACHE_TTL_S, body)
    if changes != held.changes:
        held.profiles.pop(user_id, None)
    return body


def cached(user_id: UserId) -> bytes | None:
    """Return the profile if it was cached less than a second ago."""
    entry = worker.held(_Cache).profiles.get(user_id)
    return entry[1] if entry is not None and entry[0] > time.monotonic() else None


def invalidate(user_id: UserId) -> None:
    """Drop the cached profile of a changed account on all workers, and re-read its sessions."""
    sessions = Session.objects.filter(user=user_id, ended_at=None)
    change = (user_id, list(sessions.values_list("pk", flat=True)))
    # Now, for reads in this transaction, and on all workers once it commits.
    _invalidate("", change)
    transaction.on_commit(lambda: _invalidate_everywhere(change), robust=True)


@reacts_to(AccountChanged)
def forget_changed(event: AccountChanged) -> None:
    """Forget the profile of an account that was changed without a save."""
    invalidate(event.user_id)


def _invalidate_everywhere(change: tuple[UserId, list[int]]) -> None:
    _invalidate("", change)
    broadcast.broadcast("profile.invalidate", change)


@relayed("profile.invalidate")
def _invalidate(sender: str, change: tuple[UserId, list[int]]) -> None:
    held = worker.held(_Cache)
    held.changes += 1
    user_id, session_ids = change
    live.invalidate(session_ids)
    held.profiles.pop(user_id, None)


def at_once(who: Identity, _: bytes) -> bytes | None:
    """Return the caller's profile if memory suffices."""
    return cached(who.user_id)
