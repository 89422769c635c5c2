"""Rate limits of expensive and sensitive routes: one table, shared by all workers.

Uses are counted by address (an IPv6 address by its /64) and, for some doors, by account.
"""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core import client_address
from core.limit_counts import Bucket, Limit, counts
from core.namespace import key
from core.refusals import RateLimited


@dataclass(frozen=True)
class Door:
    """Routes that share a limit.

    A failed use costs ``failure`` more; with ``delays`` the failures of strangers slow down all strangers to
    that account (see :func:`fail`).
    """

    name: str
    by_address: Limit | None
    by_account: Limit | None = None
    failure: int = 0
    delays: bool = False


# A school or mobile network shares one address: a whole class may sign in at once, with mistakes.
# After twenty failures an address has two attempts a minute.
LOGIN = Door("login", Limit(120, 5), failure=5, delays=True)
"""Every door that takes a password: login, token, ``auth_request`` on the world's socket, the admin."""
REGISTER = Door("register", Limit(40, 5))
GUEST = Door("guest", Limit(60, 2))
UPGRADE = Door("upgrade", Limit(40, 5), by_account=Limit(10, 30))
# After a restart all devices behind one address request tickets at once, several per page.
TICKET = Door("ticket", Limit(600, 0.1), by_account=Limit(60, 1))
SEARCH = Door("search", Limit(300, 0.2), by_account=Limit(30, 1))
AUTH_REQUEST = Door("auth_request", Limit(120, 1))
"""``auth_request`` with a token; one with a password knocks at ``LOGIN``."""
DOCUMENTS = Door("documents", Limit(60, 1))
"""The OpenAPI and AsyncAPI documents."""
INVITATION = Door("invitation", Limit(120, 1))
"""The limit on asking who invites to a game, for whoever has its link."""
NEW_GAME = Door("new_game", Limit(600, 0.2), by_account=Limit(60, 1))
"""Creating games, which are kept when they are over."""
REPLAY = Door("replay", Limit(300, 0.2), by_account=Limit(30, 1))
"""Replays, whose cost grows with the game."""
GAME_CODE = Door("game_code", Limit(120, 0.5), by_account=Limit(20, 0.1))
"""Joining a private game by its code, right or wrong: codes cannot be tried out."""

PASSWORD_RESET = Door("password_reset", Limit(20, 20))
"""Asking for a link to set a new password, and using it."""
EMAIL_CODE = Door("email_code", Limit(60, 10), by_account=Limit(10, 50))
"""Asking for a code that verifies the own address, and entering it."""
SIGN_IN_CODE = Door("sign_in_code", Limit(60, 10), by_account=Limit(10, 60))
"""Asking for a code that signs in, and entering it, by the address to which it is sent."""
PROVIDER = Door("provider", Limit(60, 5), by_account=Limit(20, 10))
"""Signing in by a provider, and linking one."""
PASSKEY = Door("passkey", Limit(120, 2), by_account=Limit(30, 5))
"""Beginning and finishing a sign-in by a passkey, and adding one."""
MFA = Door("mfa", Limit(60, 10), by_account=Limit(20, 20))
"""Codes of a second factor: at a sign-in, and as a fresh proof."""

DOORS = (
    LOGIN,
    REGISTER,
    GUEST,
    UPGRADE,
    TICKET,
    SEARCH,
    AUTH_REQUEST,
    DOCUMENTS,
    INVITATION,
    NEW_GAME,
    REPLAY,
    GAME_CODE,
    PASSWORD_RESET,
    EMAIL_CODE,
    SIGN_IN_CODE,
    PROVIDER,
    PASSKEY,
    MFA,
)


@dataclass(frozen=True)
class Knock:
    """The facts of a request at a door, passed to ``DOOR_CHECK``."""

    door: str
    address: str | None
    account: str
    """The name or e-mail that was typed, or the caller's id; empty where there is none."""
    headers: Mapping[str, str]
    used: float
    """The share of what the address may do at once that is used up, from 0 to 1."""


def knock(
    door: Door, request: HttpRequest, *, account: str = "", is_stranger: Callable[[], bool] = lambda: True
) -> None:
    """Count a use of the door and call ``DOOR_CHECK``. Raises ``RateLimited``, or what ``DOOR_CHECK`` raises.

    Refused uses are not counted. If the account is delayed, only callers for whom ``is_stranger`` is true are
    stopped. Must be called from a thread: it may wait for Redis and the database.
    """
    address = client_address.of_request(request)
    buckets, delay = _buckets(door, address, account), _delay(door, account)
    taken = counts.take(buckets, delay)
    if taken.is_delay and not is_stranger():
        taken = counts.take(buckets, None)
    if taken.wait_s:
        raise RateLimited("Too many attempts. Wait a moment.", retry_after=round(taken.wait_s, 3))
    if settings.DOOR_CHECK:
        check = import_string(settings.DOOR_CHECK)
        check(Knock(door.name, address, account, request.headers, taken.used))


def fail(door: Door, request: HttpRequest, *, account: str, is_stranger: bool) -> None:
    """Charge the extra cost of a failed use.

    A stranger, who never signed in to the account from this address, also increases the account's delay (see
    ``limit_counts``).
    """
    buckets = _buckets(door, client_address.of_request(request), "")
    counts.fail(buckets, door.failure, _delay(door, account) if is_stranger else None)


def _buckets(door: Door, address: str | None, account: str) -> list[Bucket]:
    buckets: list[Bucket] = []
    if door.by_address and not is_unlimited(address):
        # Requests without an address come through a proxy that hides it, and share one count.
        where = client_address.network(address) if address else "nowhere"
        buckets.append((key(f"{{door:{door.name}}}:{where}"), door.by_address))
    if account and door.by_account:
        buckets.append((key(f"{{door:{door.name}}}:account:{_digest(account)}"), door.by_account))
    return buckets


def _delay(door: Door, account: str) -> str | None:
    return key(f"{{door:{door.name}}}:delay:{_digest(account)}") if account and door.delays else None


def is_unlimited(address: str | None) -> bool:
    """Return whether this address is exempt."""
    return _is_one_of(address, tuple(settings.UNLIMITED_ADDRESSES))


@functools.lru_cache(4096)
def _is_one_of(address: str | None, networks: tuple[str, ...]) -> bool:
    return address is not None and any(ip_address(address) in ip_network(network) for network in networks)


def _digest(account: str) -> str:
    # The input may be anything, so only its digest is stored in Redis.
    return hashlib.blake2b(account.lower().encode(errors="replace"), digest_size=12).hexdigest()
