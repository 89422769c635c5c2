"""Events of accounts."""

from realtime.wire.messages import Internal


class SignedOut(Internal):
    """Published when the last open sessions of these users have ended."""

    user_ids: list[int]
