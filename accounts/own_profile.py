"""The own profile, ready as JSON: the read that every client makes most often, kept for a second."""

import time
from collections.abc import Sequence

from accounts import live, selectors, tokens
from accounts.models import User
from core.refusals import Unauthenticated
from core.renderers import encode
from realtime import elsewhere
from realtime.relay import relayed

KEPT_FOR_S = 1.0
_MOST = 10_000

_kept: dict[int, tuple[float, bytes]] = {}


def keep(user: User) -> bytes:
    """The user's profile as JSON, kept for the next calls."""
    body = encode(selectors.own_profile(user))
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[user.pk] = (time.monotonic() + KEPT_FOR_S, body)
    return body


def kept(user_id: int) -> bytes | None:
    """The profile, if it was read less than a second ago."""
    entry = _kept.get(user_id)
    return entry[1] if entry is not None and entry[0] > time.monotonic() else None


def forget(user_id: int, renamed: Sequence[int] = ()) -> None:
    """The profile has changed: no worker shows the old one from now on, nor believes the name in the tokens
    of the sessions ``renamed``.
    """
    change = (user_id, renamed)
    _forget("", change)
    elsewhere.tell("profile.forget", change)


@relayed("profile.forget")
def _forget(sender: str, change: tuple[int, Sequence[int]]) -> None:
    user_id, renamed = change
    live.doubt(renamed)
    _kept.pop(user_id, None)


def hot_read(token: str) -> bytes | None:
    """The profile of a token's holder if no database and no thread is needed for it, else None."""
    try:
        identity = tokens.identify(token)
        body = kept(identity.user_id)
        return body if body is not None and live.is_live_here(identity.session_id) else None
    except Unauthenticated:
        return None
