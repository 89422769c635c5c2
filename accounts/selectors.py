"""Queries about accounts."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Session, User
from accounts.shapes import BriefUser, DeviceSession, OwnProfile
from core import client_address
from core.ids import UserId
from core.refusals import NotFound
from core.statements import statement

# The number of recent sessions searched for a known address.
_LATEST = 200


def user(request: Request) -> User:
    """Return the caller's row, read once per request. Raises ``SessionEnded`` if it is gone."""
    caller: Any = request.user
    row: User = caller.row
    return row


@statement
def active_user(user_id: UserId) -> QuerySet[User]:
    """Return an account, unless it is deactivated."""
    return User.objects.filter(pk=user_id, is_active=True)


def by_id(user_id: UserId) -> User:
    """Return an active account. Raises ``NotFound``."""
    found = active_user.first(user_id)
    if found is None:
        raise NotFound("There is no such user.")
    return found


def by_ids(user_ids: Iterable[UserId]) -> dict[UserId, User]:
    """Return the existing accounts among these by id, including erased and banned ones."""
    return User.objects.in_bulk(list(user_ids))


def active_ids(user_ids: Iterable[UserId]) -> list[int]:
    """Return the ids of the active accounts among these, in ascending order."""
    active = User.objects.filter(pk__in=user_ids, is_active=True)
    return list(active.order_by("pk").values_list("pk", flat=True))


def by_username(name: str) -> User:
    """Return the active account with this name, case-insensitively. Raises ``NotFound``."""
    found = named(name).first()
    if found is None:
        raise NotFound("There is no such user.")
    return found


def by_login(name: str) -> User | None:
    """Return the account with this name or e-mail, case-insensitively."""
    if "@" in name:
        return User.objects.filter(email__lower=name.lower()).first()
    return User.objects.filter(username__lower=name.lower()).first()


def named(name: str) -> QuerySet[User]:
    """Return the active account with this name, case-insensitively, if there is one."""
    return User.objects.filter(username__lower=name.lower(), is_active=True)


def search(text: str) -> QuerySet[User]:
    """Return active accounts whose name contains ``text``, case-insensitively; none if it is empty."""
    if not text:
        return User.objects.none()
    return User.objects.filter(is_active=True, username__icontains=text)


def signed_in(user_ids: Iterable[UserId]) -> set[UserId]:
    """Return the users among these who have an open session."""
    return set(open_sessions().filter(user_id__in=user_ids).values_list("user_id", flat=True))


def is_stranger(username: str, address: str | None) -> bool:
    """Return whether no recorded sign-in to this account came from this address."""
    if address is None:
        return True
    sessions = Session.objects.filter(user__username__lower=username.lower()).exclude(ip=None)
    known = sessions.order_by("-last_seen").values_list("ip", flat=True)[:_LATEST]
    return client_address.network(address) not in map(client_address.network, known)


def open_sessions() -> QuerySet[Session]:
    """Return all open sessions."""
    limit = timezone.now() - timedelta(seconds=settings.SESSION_TIMEOUT)
    return Session.objects.filter(ended_at=None, last_seen__gte=limit)


def brief(user: User) -> BriefUser:
    """Return the ``user`` object that accompanies tokens."""
    return BriefUser(
        id=user.pk,
        username=user.username,
        email=user.email,
        is_premium=user.is_premium,
        is_guest=user.is_guest,
    )


def own_profile(user: User) -> OwnProfile:
    """Return the account as shown to its owner."""
    return OwnProfile(
        **msgspec.structs.asdict(brief(user)),
        email_verified=user.email_verified_at is not None,
        date_joined=user.date_joined,
        last_login=user.last_login,
    )


def shown_sessions(sessions: Iterable[Session], current: int) -> list[DeviceSession]:
    """Return sessions as shown to their owner; ``current`` is the caller's session id."""
    return [
        DeviceSession(
            id=session.pk,
            created_at=session.created_at,
            last_seen=session.last_seen,
            user_agent=session.user_agent,
            ip=session.ip,
            current=session.pk == current,
        )
        for session in sessions
    ]
