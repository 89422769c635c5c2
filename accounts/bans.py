"""Bans from the platform and mutes on all of it: of an account, a device or an address range, with an end."""

import time
from datetime import datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import services
from accounts.models import Ban, Session, User
from accounts.refusals import Banned, InvalidCredentials, MutedEverywhere
from core.ids import UserId

MUTES_CACHED_S = 1.0


def in_force() -> QuerySet[Ban]:
    """Return the bans and mutes that count now."""
    return Ban.objects.filter(Q(until=None) | Q(until__gt=timezone.now()), lifted_at=None)


@transaction.atomic
def impose(ban: Ban) -> None:
    """Store a ban or mute; a ban ends the sessions that it concerns."""
    ban.save()
    if ban.kind == Ban.Kind.MUTE:
        return
    if ban.user is not None:
        services.shut(ban.user)
    elif ban.network:
        network = ip_network(ban.network)
        sessions = Session.objects.filter(ended_at=None).exclude(ip=None)
        concerned = [pk for pk, ip in sessions.values_list("pk", "ip") if ip and ip_address(ip) in network]
        services.end_sessions(Session.objects.filter(pk__in=concerned))


def ban(user: User, *, reason: str = "", until: datetime | None = None) -> None:
    """Ban an account and its devices: it cannot sign in, and its sessions end."""
    with transaction.atomic():
        impose(Ban(user=user, reason=reason, until=until))
        for link in user.links.filter(provider="device"):
            impose(Ban(device=link.subject, reason=reason, until=until))


@transaction.atomic
def lift(user: User) -> None:
    """Lift an account's bans, and those of its devices. Raises ``NotFound`` if it is erased."""
    services.open_again(user)
    devices = user.links.filter(provider="device").values("subject")
    concerned = Ban.objects.filter(Q(user=user) | Q(device__in=devices), kind=Ban.Kind.BAN, lifted_at=None)
    concerned.update(lifted_at=timezone.now())


@transaction.atomic
def lift_one(ban: Ban) -> None:
    """Lift one ban or mute; an account opens again once nothing else bans it."""
    Ban.objects.filter(pk=ban.pk, lifted_at=None).update(lifted_at=timezone.now())
    if ban.user is not None and not in_force().filter(user=ban.user, kind=Ban.Kind.BAN).exists():
        services.open_again(ban.user)


def check_account(user: User) -> None:
    """Raise ``Banned`` if the account is banned, or ``InvalidCredentials`` if it is shut for another reason.

    A ban that has run out is lifted.
    """
    if user.is_active or user.erased_at is not None:
        return
    if not Ban.objects.filter(user=user, kind=Ban.Kind.BAN, lifted_at=None).exists():
        raise InvalidCredentials("This account is shut.")
    current = in_force().filter(user=user, kind=Ban.Kind.BAN).order_by("-created_at").first()
    if current is not None:
        raise _banned(current)
    lift(user)
    user.is_active = True


def check_client(*, ip: str | None, devices: list[str] | None = None) -> None:
    """Raise ``Banned`` if the address, or one of these devices, is banned."""
    bans = in_force().filter(kind=Ban.Kind.BAN, user=None)
    for one in bans.filter(Q(device="") | Q(device__in=devices or [])):
        if one.device or (ip and ip_address(ip) in ip_network(one.network)):
            raise _banned(one)


def _banned(ban: Ban) -> Banned:
    return Banned(until=ban.until, reason=ban.reason, appeals=settings.APPEALS)


def lift_lapsed() -> None:
    """Open the accounts whose bans have run out."""
    banned = Ban.objects.filter(kind=Ban.Kind.BAN, lifted_at=None, user__is_active=False)
    for user in User.objects.filter(pk__in=banned.filter(until__lte=timezone.now()).values("user")):
        if not in_force().filter(user=user, kind=Ban.Kind.BAN).exists():
            lift(user)


_mutes: dict[int, tuple[datetime | None, str]] = {}
_mutes_read_at = float("-inf")


def is_mute_known() -> bool:
    """Return whether :func:`check_speech` needs no query now."""
    return time.monotonic() - _mutes_read_at < MUTES_CACHED_S


def check_speech(user_id: UserId) -> None:
    """Raise ``MutedEverywhere`` if the user may not speak; read from the database once a second."""
    global _mutes, _mutes_read_at
    if not is_mute_known():
        rows = in_force().filter(kind=Ban.Kind.MUTE).exclude(user=None)
        _mutes = {
            user: (until, reason) for user, until, reason in rows.values_list("user", "until", "reason")
        }
        _mutes_read_at = time.monotonic()
    if user_id in _mutes:
        until, reason = _mutes[user_id]
        raise MutedEverywhere(until=until, reason=reason)
