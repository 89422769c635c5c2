"""The facts that cross between cells."""

from msgspec import Struct

from core.ids import UserId


class Person(Struct, frozen=True):
    """An account, as other cells know it."""

    user_id: UserId
    username: str
    is_premium: bool
    is_guest: bool
    has_mfa: bool


class Befriended(Struct, frozen=True, tag=True):
    """Two became friends."""

    one: Person
    other: Person


class Parted(Struct, frozen=True, tag=True):
    """A friendship has ended."""

    one_id: UserId
    other_id: UserId


class Blocked(Struct, frozen=True, tag=True):
    """One blocks the other."""

    by: Person
    blocked: Person


class Unblocked(Struct, frozen=True, tag=True):
    """A block was lifted."""

    by_id: UserId
    blocked_id: UserId


class Said(Struct, frozen=True, tag=True):
    """A direct message."""

    sender_id: UserId
    to_user_id: UserId
    content: str


class Present(Struct, frozen=True, tag=True):
    """An account came online in a cell, or went offline there."""

    user_id: UserId
    cell: str
    is_online: bool


class SessionUsed(Struct, frozen=True, tag=True):
    """A session of the receiving cell is used in another one."""

    session_id: int
    cell: str


class SessionsEnded(Struct, frozen=True, tag=True):
    """Sessions have ended at home."""

    session_ids: list[int]


class Erased(Struct, frozen=True, tag=True):
    """An account was erased at home."""

    user_id: UserId


Fact = Befriended | Parted | Blocked | Unblocked | Said | Present | SessionUsed | SessionsEnded | Erased
