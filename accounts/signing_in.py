"""Signing in by password, over whatever door: failures are counted, and too many lock out."""

from ipaddress import ip_address
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


def sign_in(request: HttpRequest, *, login: str, password: str) -> services.SignedIn:
    """A session for who has this name or e-mail and password. Raises ``InvalidCredentials`` and
    ``LockedOut``.
    """
    # One account has one name here, however it was typed: failures with the e-mail count for the name too.
    known = selectors.by_login(login)
    user = verify(request, known.username if known else login.lower(), password)
    refusal = InvalidCredentials("There is no account with this name and password.")
    if user is None:
        raise refusal
    with transaction.atomic():
        # It may have been shut, or got another password, while this one was checked, which takes long. What
        # comes from here on ends the session, too.
        (now,) = services.lock(user.pk)
        if not now.is_active or (now.password != user.password and not now.check_password(password)):
            raise refusal
        return services.open_session(now, device(request))


def sign_in_over_socket(*, login: str, password: str, ip: str, user_agent: str) -> services.SignedIn:
    """:func:`sign_in` for who asks on a socket."""
    request = HttpRequest()
    request.method = "POST"
    request.META = {"REMOTE_ADDR": ip, "HTTP_USER_AGENT": user_agent, "PATH_INFO": "/ws"}
    return sign_in(request, login=login, password=password)


def verify(request: HttpRequest, username: str, password: str) -> User | None:
    """The account if the password is right, counting failures. Raises ``LockedOut``."""
    user = authenticate(request, username=username, password=password)
    if user is None and getattr(request, "axes_locked_out", False):
        raise LockedOut(
            "Too many wrong passwords; wait before the next try.",
            retry_after=_lockout_left(request, username),
        )
    if user is not None:
        user_logged_in.send(sender=User, request=request, user=user)
    return user


def device(request: HttpRequest) -> services.Device:
    """From where it is asked."""
    return services.Device(user_agent=request.META.get("HTTP_USER_AGENT", ""), ip=address(request))


def address(request: HttpRequest) -> str | None:
    """The IP address of who asks; None over a unix socket, or if a proxy tells something else."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0]))
    except ValueError:
        return None


def name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under which name a failure is counted, at the admin's door too: a name is the same in any case."""
    return str((credentials or request.POST).get("username") or "").lower()


def _lockout_left(request: HttpRequest, username: str) -> float:
    attempts = AccessAttempt.objects.filter(username=username.lower(), ip_address=address(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return (last + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()
