"""The events of the app, for its own memory of sessions and profiles and for the floors above."""

from core.ids import UserId
from realtime.wire.messages import Internal


class SignedOut(Internal):
    """Published when the last open sessions of these users have ended."""

    user_ids: list[UserId]


class SessionOpened(Internal):
    """A user has signed in on a device."""

    session_id: int


class SessionsEnded(Internal):
    """These sessions have ended: their tokens are no longer good."""

    session_ids: list[int]


class VisitorCame(Internal):
    """A session of another cell is used here for the first time."""

    user_id: UserId
    session_id: int


class AccountChanged(Internal):
    """The account has changed by a statement of its own, which sends no signal of a save."""

    user_id: UserId
