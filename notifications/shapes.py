"""The shape of the badge in REST responses."""

from msgspec import Struct


class Badge(Struct, kw_only=True, frozen=True):
    """The number of things waiting for the user: unread messages by sender, open invites, and the total."""

    dm: dict[str, int]
    invites: int
    total: int
