"""What the app announces: to its own memory of sessions and profiles, and to the floors above."""

from realtime.messages import Internal


class SignedOut(Internal):
    """The last open sessions of these users have ended: none of their devices is signed in any more."""

    user_ids: list[int]


class SessionOpened(Internal):
    """A user has signed in on a device."""

    session_id: int


class SessionsEnded(Internal):
    """These sessions have ended: their tokens are no longer good."""

    session_ids: list[int]


class AccountChanged(Internal):
    """The account has changed by a statement of its own, which sends no signal of a save."""

    user_id: int
