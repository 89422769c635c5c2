"""The badge: how much waits for a user."""

from realtime.messages import Reply


class Badge(Reply):
    """Unread direct messages by sender, pending invites, and all together."""

    dm: dict[str, int]
    invites: int
    total: int


def badge(user_id: int) -> Badge:
    """What waits for this user."""
    return Badge(dm={}, invites=0, total=0)
