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
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import bans, second_factor, selectors, services
from accounts.models import LANGUAGES, SignIn, User
from accounts.refusals import Banned, InvalidCredentials, LockedOut
from core import client_address, limits


def sign_in(request: HttpRequest, *, login: str, password: str) -> services.SignedIn:
    """Open a session for this username or e-mail and password.

    Raises ``InvalidCredentials`` and ``LockedOut``.
    """
    if "password" not in settings.SIGN_IN_WAYS:
        raise InvalidCredentials("Nobody signs in by a password here.")
    refusal = InvalidCredentials("There is no account with this name and password.")
    bans.check_client(ip=client_address.of_request(request))
    user = _of_password(request, login, password)
    if user is None:
        if (known := _shut_account(login, password)) is not None:
            return enter(request, known, method="password")
        services.log_sign_in(
            selectors.by_login(login), device=device(request), method="password", outcome=SignIn.Outcome.WRONG
        )
        raise refusal
    with transaction.atomic():
        # Hashing takes long: the account may have been banned or its password changed meanwhile. Any later
        # change ends the new session too.
        (now,) = services.lock(user.pk)
        if now.password != user.password and not now.check_password(password):
            raise refusal
    return enter(request, now, method="password")


def enter(request: HttpRequest, user: User, *, method: str, is_enough: bool = False) -> services.SignedIn:
    """Open a session for a user who has just proven who they are; every sign-in ends here.

    ``is_enough``: the proof needs no second factor. Raises ``InvalidCredentials``, ``Banned`` or
    ``MfaRequired``.
    """
    subjects = list(user.links.filter(provider="device").values_list("subject", flat=True))
    try:
        bans.check_account(user)
        bans.check_client(ip=client_address.of_request(request), devices=subjects)
    except Banned:
        outcome = SignIn.Outcome.BANNED
        services.log_sign_in(user, device=device(request), method=method, outcome=outcome)
        raise
    if not is_enough and second_factor.is_on(user):
        outcome = SignIn.Outcome.MFA_REQUIRED
        services.log_sign_in(user, device=device(request), method=method, outcome=outcome)
        second_factor.challenge(user, method=method)
    with transaction.atomic():
        (now,) = services.lock(user.pk)
        # A password that has changed since it was checked has ended what it opened.
        if now.password != user.password or now.erased_at is not None:
            raise InvalidCredentials("There is no account with this proof any more.")
        bans.check_account(now)
        return services.open_session(now, device=device(request), method=method)


def _shut_account(login: str, password: str) -> User | None:
    """Return the account if it is shut and the password is right: :func:`enter` tells of its ban."""
    known = selectors.by_login(login)
    is_right = known is not None and not known.is_active and known.check_password(password)
    return known if is_right else None


def answer_challenge(request: HttpRequest, *, challenge: str, code: str) -> services.SignedIn:
    """Finish a sign-in by a second factor. Raises ``CodeInvalid``."""
    user, method = second_factor.redeem(challenge, code=code)
    return enter(request, user, method=f"{method}+code", is_enough=True)


def _of_password(request: HttpRequest, login: str, password: str) -> User | None:
    # Failures are always counted under the username, also when the e-mail was given.
    known = selectors.by_login(login)
    name = known.username if known else login.lower()
    claimant = selectors.by_claimed_email(login)
    if claimant is None:
        return verify(request, name, password)
    # A claimed address may be another account's as well. Two checks follow a wrong password in any case, so
    # that neither the answer nor its time tells the claimant so.
    user = verify(request, claimant.username, password)
    if user is None:
        user = verify(request, login.lower() if known == claimant else name, password)
        if user is not None:
            # The owner of the address did not mean the claimant's account.
            _attempts(request, claimant.username).delete()
    return user


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
    return services.Device(
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        ip=ip,
        language=_language(request.META.get("HTTP_ACCEPT_LANGUAGE", "")),
    )


def _language(accepted: str) -> str:
    """Return the first of our languages in an ``Accept-Language`` header."""
    ours = dict(LANGUAGES)
    wanted = (tag.partition("-")[0] for tag, _ in parse_accept_lang_header(accepted[:200].lower()))
    return next((tag for tag in wanted if tag in ours), LANGUAGES[0][0])


def counted_address(request: HttpRequest) -> str | None:
    """Return the address under which failures are counted: one for a whole IPv6 network."""
    address = client_address.of_request(request)
    return address and client_address.network(address)


def name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the lower-cased name under which failures are counted, also for the admin's sign-in."""
    return str((credentials or request.POST).get("username") or "").lower()


def _attempts(request: HttpRequest, username: str) -> QuerySet[AccessAttempt]:
    attempts: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        username=username.lower(), ip_address=counted_address(request)
    )
    return attempts


def _lockout_left(request: HttpRequest, username: str) -> float:
    attempts = _attempts(request, username)
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return (last + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()
