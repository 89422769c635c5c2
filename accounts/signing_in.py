"""Sign-in by password, for all doors.

Failures are counted in three ways. Five for one name from one address lock that address out of that name for
a while (django-axes, visible to support). ``core.limits`` slows down an address over all names, and strangers
to an account over all addresses; an address with an earlier sign-in is no stranger.
"""

from functools import partial
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from accounts import selectors, services
from accounts.models import User
from accounts.refusals import InvalidCredentials, LockedOut
from core import client_address, limits


def sign_in(request: HttpRequest, *, login: str, password: str) -> services.SignedIn:
    """Open a session for this username or e-mail and password.

    Raises ``InvalidCredentials`` and ``LockedOut``.
    """
    if "password" not in settings.SIGN_IN_WAYS:
        raise InvalidCredentials("Nobody signs in by a password here.")
    # Always count failures under the username, also when the e-mail was given.
    known = selectors.by_login(login)
    user = verify(request, known.username if known else login.lower(), password)
    refusal = InvalidCredentials("There is no account with this name and password.")
    if user is None:
        raise refusal
    with transaction.atomic():
        # Hashing takes long: the account may have been banned or its password changed meanwhile. Any later
        # change ends the new session too.
        (now,) = services.lock(user.pk)
        if not now.is_active or (now.password != user.password and not now.check_password(password)):
            raise refusal
        return services.open_session(now, device=device(request))


def verify(request: HttpRequest, username: str, password: str) -> User | None:
    """Return the account if the password is right, counting failures.

    Raises ``LockedOut`` or ``RateLimited``.
    """
    begin(request, username)
    user = authenticate(request, username=username, password=password)
    if user is not None:
        user_logged_in.send(sender=User, request=request, user=user)
    elif getattr(request, "axes_locked_out", False):
        raise LockedOut(
            "Too many wrong passwords; wait before the next try.",
            retry_after=_lockout_left(request, username),
        )
    else:
        note_failure(request, username)
    return user


def begin(request: HttpRequest, username: str) -> None:
    """Count an attempt before the password is verified. Raises ``RateLimited``."""
    is_stranger = partial(selectors.is_stranger, username, client_address.of_request(request))
    limits.knock(limits.LOGIN, request, account=username, is_stranger=is_stranger)


def note_failure(request: HttpRequest, username: str) -> None:
    """Count a wrong password."""
    is_stranger = selectors.is_stranger(username, client_address.of_request(request))
    limits.fail(limits.LOGIN, request, account=username, is_stranger=is_stranger)


def device(request: HttpRequest) -> services.Device:
    """Return the device of a request."""
    ip = client_address.of_request(request)
    return services.Device(user_agent=request.META.get("HTTP_USER_AGENT", ""), ip=ip)


def counted_address(request: HttpRequest) -> str | None:
    """Return the address under which failures are counted: one for a whole IPv6 network."""
    address = client_address.of_request(request)
    return address and client_address.network(address)


def name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the lower-cased name under which failures are counted, also for the admin's sign-in."""
    return str((credentials or request.POST).get("username") or "").lower()


def _lockout_left(request: HttpRequest, username: str) -> float:
    attempts = AccessAttempt.objects.filter(username=username.lower(), ip_address=counted_address(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return (last + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()
