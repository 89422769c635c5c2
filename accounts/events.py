"""What the app announces to the floors above."""

from realtime.messages import Internal


class SignedOut(Internal):
    """The last open sessions of these users have ended: none of their devices is signed in any more."""

    user_ids: list[int]
