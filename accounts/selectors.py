"""Queries about accounts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Link, Session, SignIn, User
from accounts.shapes import (
    Avatar,
    BriefUser,
    DeviceSession,
    NamedAvatar,
    OwnProfile,
    SignInEntry,
    WayIn,
)
from core import client_address
from core.ids import UserId
from core.refusals import NotAllowed, NotFound
from core.statements import statement

TRIGRAM = 3
"""Indexes by parts of words need that many letters."""

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


@statement
def locked(first_id: UserId, second_id: UserId) -> QuerySet[User]:
    """Return the existing ones of two accounts, or of one that is named twice, as ``services.lock`` does."""
    two = User.objects.filter(Q(pk=first_id) | Q(pk=second_id))
    return two.select_for_update(no_key=True).order_by("pk")


def by_id(user_id: UserId) -> User:
    """Return an active account. Raises ``NotFound``."""
    found = active_user.first(user_id)
    if found is None:
        raise NotFound("There is no such user.")
    return found


def check_may_act_on(user: User, *, operator: User) -> None:
    """Raise ``NotAllowed`` if an operator may not act on this account."""
    if user.pk == operator.pk:
        raise NotAllowed("This is your own account.")
    if (user.is_staff or user.is_superuser) and not operator.is_superuser:
        raise NotAllowed("The accounts of operators are for superusers alone.")


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
    """Return the account with this name or e-mail, case-insensitively; a verified e-mail goes first."""
    if "@" in name:
        return by_verified_email(name) or by_claimed_email(name)
    return User.objects.filter(username__lower=name.lower()).first()


def named(name: str) -> QuerySet[User]:
    """Return the active account with this name, case-insensitively, if there is one."""
    return User.objects.filter(username__lower=name.lower(), is_active=True)


def by_verified_email(email: str) -> User | None:
    """Return the account that has proven this address."""
    return User.objects.exclude(email_verified_at=None).filter(email__lower=email.lower()).first()


def by_claimed_email(email: str) -> User | None:
    """Return the account that claims this address without having proven it."""
    if "@" not in email:
        return None
    return User.objects.filter(email__lower=email.lower(), email_verified_at=None).first()


def search(text: str) -> QuerySet[User]:
    """Return active accounts whose name contains ``text``, case-insensitively; none if it is empty."""
    if not text:
        return User.objects.none()
    return User.objects.filter(is_active=True, username__icontains=text)


def matching(term: str, *, operator: User) -> Q:
    """Return the condition for accounts that an operator looks for, each by an index.

    A term is an id, an IP address, the beginning of a name, or from three letters on a part of a name or
    e-mail address. Addresses are for operators who may see them: nobody is to guess them by searching.
    """
    try:
        ip_address(term)
    except ValueError:
        pass
    else:
        if not operator.has_perms(["accounts.view_session", "accounts.view_signin"]):
            return Q(pk__in=())
        # One subquery: two with an OR between them would make the database read all accounts.
        signed_in = SignIn.objects.filter(ip=term, user__isnull=False).values("user")
        return Q(pk__in=Session.objects.filter(ip=term).values("user").union(signed_in))
    local, at, _ = term.partition("@")
    if len(term) < TRIGRAM:
        found = Q(username__startswith=term)
    elif not operator.has_perm("accounts.view_user"):
        found = Q(username__icontains=term)
    elif at and len(local) >= TRIGRAM:
        # The index is asked for what is before the provider's name, whose letters are in most addresses.
        found = Q(email__icontains=local + at) & Q(
            GreaterThan(StrIndex(Upper("email"), Value(term.upper())), 0)
        )
    else:
        found = Q(username__icontains=term) | Q(email__icontains=term)
    if term.isascii() and term.isdigit() and int(term) < 2**63:
        found |= Q(pk=int(term))
    return found


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


def alike_sessions(user_ids: Iterable[UserId], *, since: datetime) -> list[Session]:
    """Return the users' sessions since then from addresses that more than one of them has used."""
    seen = Session.objects.filter(user__in=user_ids, last_seen__gte=since, ip__isnull=False)
    users_at: defaultdict[str | None, set[UserId]] = defaultdict(set)
    sessions = list(seen.order_by("pk"))
    for session in sessions:
        users_at[session.ip].add(session.user_id)
    return [session for session in sessions if len(users_at[session.ip]) > 1]


def ways_in(user: User) -> list[WayIn]:
    """Return the ways in which the user can sign in, oldest first."""
    ways = [
        WayIn(
            kind="device" if link.provider == Link.DEVICE else "provider",
            provider=link.provider,
            created_at=link.created_at,
        )
        for link in user.links.all()
    ]
    ways += [WayIn(kind="passkey", provider=None, created_at=one.created_at) for one in user.passkeys.all()]
    if user.has_usable_password():
        ways.append(WayIn(kind="password", provider=None, created_at=user.date_joined))
    if user.email_verified_at:
        ways.append(WayIn(kind="email", provider=None, created_at=user.email_verified_at))
    return sorted(ways, key=lambda way: way.created_at)


_DEVICES_COMPARED = 50


def is_new_device(user_id: UserId, user_agent: str) -> bool:
    """Return whether somebody signed in before, but not lately from such a device."""
    lately = SignIn.objects.filter(user=user_id, outcome=SignIn.Outcome.OK).order_by("-at")
    known = set(lately.values_list("user_agent", flat=True)[:_DEVICES_COMPARED])
    return bool(known) and user_agent not in known


def open_sessions() -> QuerySet[Session]:
    """Return all open sessions."""
    limit = timezone.now() - timedelta(seconds=settings.SESSION_TIMEOUT)
    return Session.objects.filter(ended_at=None, last_seen__gte=limit)


def check_own_session(*, user_id: UserId, session_id: int) -> None:
    """Raise ``NotFound`` unless this is an open session of the user."""
    if not open_sessions().filter(pk=session_id, user_id=user_id).exists():
        raise NotFound("There is no such session.")


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
        pending_email=user.pending_email or None,
        mfa=user.has_mfa,
        date_joined=user.date_joined,
        last_login=user.last_login,
        avatar=_avatar(user),
        language=user.language if user.language_chosen else None,
    )


def _avatar(user: User) -> Avatar | None:
    if user.avatar_hue is None or user.avatar_shape is None:
        return None
    return Avatar(hue=user.avatar_hue, shape=user.avatar_shape)


def avatars(names: Collection[str]) -> list[NamedAvatar]:
    """Return the avatars that the users of these names have chosen."""
    rows = _avatars(list(names))
    return [
        NamedAvatar(username=name, hue=hue, shape=shape)
        for name, hue, shape in rows
        if hue is not None and shape is not None
    ]


@statement
def _avatars(names: list[str]) -> QuerySet[User, tuple[str, int | None, int | None]]:
    chosen = User.objects.filter(username__in=names, avatar_hue__isnull=False)
    return chosen.values_list("username", "avatar_hue", "avatar_shape")


def shown_sessions(sessions: Iterable[Session], current: int) -> list[DeviceSession]:
    """Return sessions as shown to their owner; ``current`` is the caller's session id."""
    return [
        DeviceSession(
            id=session.pk,
            created_at=session.created_at,
            last_seen=session.last_seen,
            name=session.name,
            user_agent=session.user_agent,
            ip=session.ip,
            current=session.pk == current,
        )
        for session in sessions
    ]


def sign_ins(user_id: UserId) -> QuerySet[SignIn]:
    """Return the sign-in log of an account."""
    return SignIn.objects.filter(user=user_id)


def shown_sign_ins(entries: Iterable[SignIn]) -> list[SignInEntry]:
    """Return entries of the log as shown to the account's owner."""
    return [
        SignInEntry(
            at=entry.at,
            method=entry.method,
            device=entry.user_agent,
            address=entry.ip,
            outcome=entry.outcome,
        )
        for entry in entries
    ]
