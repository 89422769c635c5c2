"""Bans from the platform and mutes on all of it: of an account, a device or an address range, with an end."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import services
from accounts.models import Ban, Link, Session, User
from accounts.refusals import Banned, InvalidCredentials, MutedEverywhere
from core.database import in_database
from core.ids import UserId
from core.statements import statement
from realtime import worker

MUTES_CACHED_S = 1.0


def in_force() -> QuerySet[Ban]:
    """Return the bans and mutes that count now."""
    return _in_force_at(timezone.now())


def _in_force_at(now: datetime) -> QuerySet[Ban]:
    return Ban.objects.filter(Q(until=None) | Q(until__gt=now), lifted_at=None)


@transaction.atomic
def impose(ban: Ban) -> None:
    """Store a ban or mute, for an account's devices as well; a ban ends the sessions that it concerns."""
    ban.save()
    if ban.user is not None:
        Ban.objects.bulk_create(
            Ban(kind=ban.kind, device=device, reason=ban.reason, until=ban.until)
            for device in ban.user.links.filter(provider=Link.DEVICE).values_list("subject", flat=True)
        )
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
    impose(Ban(user=user, reason=reason, until=until))


@transaction.atomic
def lift(user: User) -> None:
    """Lift an account's bans, and those of its devices. Raises ``NotFound`` if it is erased."""
    services.open_again(user)
    _lift_all(user, Ban.Kind.BAN)


def _lift_all(user: User, kind: str) -> None:
    devices = user.links.filter(provider=Link.DEVICE).values("subject")
    concerned = Ban.objects.filter(Q(user=user) | Q(device__in=devices), kind=kind, lifted_at=None)
    concerned.update(lifted_at=timezone.now())


@transaction.atomic
def lift_one(ban: Ban) -> None:
    """Lift one ban or mute; with the last one of an account, those of its devices."""
    Ban.objects.filter(pk=ban.pk, lifted_at=None).update(lifted_at=timezone.now())
    if ban.user is None or in_force().filter(user=ban.user, kind=ban.kind).exists():
        return
    _lift_all(ban.user, ban.kind)
    if ban.kind == Ban.Kind.BAN:
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
    for one in _bans_of_clients(devices or [], timezone.now()):
        if one.device or (ip and ip_address(ip) in ip_network(one.network)):
            raise _banned(one)


@statement
def _bans_of_clients(devices: Collection[str], now: datetime) -> QuerySet[Ban]:
    bans = _in_force_at(now).filter(kind=Ban.Kind.BAN, user=None)
    return bans.filter(Q(device="") | Q(device__in=devices))


def _banned(ban: Ban) -> Banned:
    return Banned(until=ban.until, reason=ban.reason, appeals=settings.APPEALS)


def lift_lapsed() -> None:
    """Open the accounts whose bans have run out."""
    banned = Ban.objects.filter(kind=Ban.Kind.BAN, lifted_at=None, user__is_active=False)
    for user in User.objects.filter(pk__in=banned.filter(until__lte=timezone.now()).values("user")):
        if not in_force().filter(user=user, kind=Ban.Kind.BAN).exists():
            lift(user)


@dataclass(frozen=True)
class _Mute:
    """A mute in force: the time until which it holds, and its reason."""

    until: datetime | None
    reason: str


@dataclass(frozen=True)
class _Mutes:
    """The mutes in force."""

    users: Mapping[UserId, _Mute]
    networks: Sequence[tuple[str, _Mute]]
    read_at: float


class _Cache:
    """The mutes as last read."""

    mutes = _Mutes({}, (), float("-inf"))


def is_mute_known() -> bool:
    """Return whether :func:`check_speech` needs no query now."""
    mutes = worker.held(_Cache).mutes
    return not mutes.networks and time.monotonic() - mutes.read_at < MUTES_CACHED_S


def check_speech(user_id: UserId) -> None:
    """Raise ``MutedEverywhere`` if the user may not speak.

    Mutes are read from the database once a second. One of an address range holds for users who have an open
    session from there.
    """
    found = _mutes_of([user_id]).get(user_id)
    if found is not None:
        raise MutedEverywhere(until=found.until, reason=found.reason)


def muted_among(user_ids: Collection[UserId]) -> set[UserId]:
    """Return those of these users who may not speak: see :func:`check_speech`."""
    return set(_mutes_of(user_ids))


async def acheck_speech(user_id: UserId) -> None:
    """:func:`check_speech` for the event loop."""
    if is_mute_known():
        check_speech(user_id)
    else:
        await in_database(check_speech, user_id)


def _mutes_of(user_ids: Collection[UserId]) -> dict[UserId, _Mute]:
    cache = worker.held(_Cache)
    if time.monotonic() - cache.mutes.read_at >= MUTES_CACHED_S:
        cache.mutes = _read_mutes()
    mutes = cache.mutes
    return {
        **_of_networks(user_ids, mutes),
        **{user_id: mutes.users[user_id] for user_id in user_ids if user_id in mutes.users},
    }


def _read_mutes() -> _Mutes:
    mutes = list(in_force().filter(kind=Ban.Kind.MUTE))
    devices = {one.device: one for one in mutes if one.device}
    muted = [(one.user_id, one) for one in mutes if one.user_id is not None]
    if devices:
        links = Link.objects.filter(provider=Link.DEVICE, subject__in=devices)
        muted += [(user_id, devices[subject]) for user_id, subject in links.values_list("user", "subject")]
    return _Mutes(
        users={user_id: _Mute(one.until, one.reason) for user_id, one in muted},
        networks=[(one.network, _Mute(one.until, one.reason)) for one in mutes if one.network],
        read_at=time.monotonic(),
    )


def _of_networks(user_ids: Collection[UserId], mutes: _Mutes) -> dict[UserId, _Mute]:
    if not mutes.networks:
        return {}
    sessions = Session.objects.filter(user__in=user_ids, ended_at=None).exclude(ip=None)
    return {
        user_id: mute
        for user_id, ip in sessions.values_list("user", "ip")
        for network, mute in mutes.networks
        if ip and ip_address(ip) in ip_network(network)
    }
