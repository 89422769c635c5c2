"""Questions about accounts."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Session, User
from accounts.shapes import BriefUser, DeviceSession, OwnProfile
from core import client_address
from core.refusals import NotFound

# Sessions that are looked at to know whether somebody came from an address before.
_LATEST = 200


def user(request: Request) -> User:
    """The caller's row, read once for a request. Raises ``SessionEnded`` if the account is gone."""
    return request.user.row  # type: ignore[union-attr]


def by_id(user_id: int) -> User:
    """An account that is not erased or shut. Raises ``NotFound``."""
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None:
        raise NotFound("There is no such user.")
    return found


def by_ids(user_ids: Iterable[int]) -> dict[int, User]:
    """These accounts as far as they are there, erased and shut ones too."""
    return User.objects.in_bulk(list(user_ids))


def active_ids(user_ids: Iterable[int]) -> list[int]:
    """Those of these accounts that are not erased or shut, by rising id."""
    active = User.objects.filter(pk__in=user_ids, is_active=True)
    return list(active.order_by("pk").values_list("pk", flat=True))


def by_username(name: str) -> User:
    """Whose name this is, in any case; never an erased or shut account. Raises ``NotFound``."""
    found = User.objects.filter(username__lower=name.lower(), is_active=True).first()
    if found is None:
        raise NotFound("There is no such user.")
    return found


def by_login(name: str) -> User | None:
    """Whose name or e-mail this is, in any case."""
    if "@" in name:
        return User.objects.filter(email__lower=name.lower()).first()
    return User.objects.filter(username__lower=name.lower()).first()


def search(text: str) -> QuerySet[User]:
    """Accounts whose name holds this text, in any case; none for an empty text."""
    if not text:
        return User.objects.none()
    return User.objects.filter(is_active=True, username__icontains=text)


def signed_in(user_ids: Iterable[int]) -> set[int]:
    """Those of these users who are signed in on some device."""
    return set(open_sessions().filter(user_id__in=user_ids).values_list("user_id", flat=True))


def is_stranger(username: str, address: str | None) -> bool:
    """Whether nobody has signed in to the account of this name from this address, as far as is on record."""
    if address is None:
        return True
    sessions = Session.objects.filter(user__username__lower=username.lower()).exclude(ip=None)
    known = sessions.order_by("-last_seen").values_list("ip", flat=True)[:_LATEST]
    return client_address.network(address) not in map(client_address.network, known)


def open_sessions() -> QuerySet[Session]:
    """All devices that are signed in."""
    limit = timezone.now() - timedelta(seconds=settings.SESSION_TIMEOUT)
    return Session.objects.filter(ended_at=None, last_seen__gte=limit)


def brief(user: User) -> BriefUser:
    """The ``user`` that comes with tokens."""
    return BriefUser(
        id=user.pk,
        username=user.username,
        email=user.email,
        is_premium=user.is_premium,
        is_guest=user.is_guest,
    )


def own_profile(user: User) -> OwnProfile:
    """All that a user is shown of the own account."""
    return OwnProfile(
        **msgspec.structs.asdict(brief(user)), date_joined=user.date_joined, last_login=user.last_login
    )


def shown_sessions(sessions: Iterable[Session], current: int) -> list[DeviceSession]:
    """Sessions as their owner sees them; ``current`` is the one that asks."""
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
