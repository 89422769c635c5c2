"""The own profile, ready as JSON: the read that every client makes most often, kept for a second."""

import time
from collections.abc import Callable

from django.db import transaction

from accounts import live, selectors, tokens
from accounts.events import AccountChanged
from accounts.models import Session, User
from core.refusals import Unauthenticated
from core.renderers import encode
from realtime import elsewhere
from realtime.reactions import reacts_to
from realtime.relay import relayed

KEPT_FOR_S = 1.0
_MOST = 10_000

_kept: dict[int, tuple[float, bytes]] = {}
_changes = 0


def keep(user_id: int, read: Callable[[], User]) -> bytes:
    """The profile of the user that ``read`` gets, as JSON; kept for a while if nothing changes meanwhile."""
    changes = _changes
    body = encode(selectors.own_profile(read()))
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[user_id] = (time.monotonic() + KEPT_FOR_S, body)
    if changes != _changes:
        _kept.pop(user_id, None)
    return body


def kept(user_id: int) -> bytes | None:
    """The profile, if it was read less than a second ago."""
    entry = _kept.get(user_id)
    return entry[1] if entry is not None and entry[0] > time.monotonic() else None


def forget(user_id: int) -> None:
    """The account has changed: no worker shows the old profile from now on, nor believes what tokens say."""
    sessions = Session.objects.filter(user=user_id, ended_at=None)
    change = (user_id, list(sessions.values_list("pk", flat=True)))
    # At once for this transaction's own eyes, and everywhere when others can see it.
    _forget("", change)
    transaction.on_commit(lambda: _forget_everywhere(change), robust=True)


@reacts_to(AccountChanged)
def forget_changed(event: AccountChanged) -> None:
    """Forget the profile of an account that was changed without a save."""
    forget(event.user_id)


def _forget_everywhere(change: tuple[int, list[int]]) -> None:
    _forget("", change)
    elsewhere.tell("profile.forget", change)


@relayed("profile.forget")
def _forget(sender: str, change: tuple[int, list[int]]) -> None:
    global _changes
    _changes += 1
    user_id, session_ids = change
    live.doubt(session_ids)
    _kept.pop(user_id, None)


def hot_read(token: str) -> bytes | None:
    """The profile of a token's holder if no database and no thread is needed for it, else None."""
    try:
        identity = tokens.identify(token)
        body = kept(identity.user_id)
        return body if body is not None and live.is_live_here(identity.session_id) else None
    except Unauthenticated:
        return None
