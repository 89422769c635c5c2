"""The second factor: codes of an authenticator app (RFC 6238), recovery codes, and fresh proofs."""

import secrets
from base64 import b32encode
from datetime import timedelta
from typing import NoReturn
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import sealing, services
from accounts.events import AccountChanged
from accounts.models import Challenge, RecoveryCode, Session, Totp, User
from accounts.refusals import AlreadyLinked, CodeInvalid, MfaRequired, MfaSetupRequired, ProofRequired
from core.ids import UserId
from core.refusals import NotFound
from realtime.publishing import publish
from realtime.wire.identity import Identity

STEP_S = 30
DRIFT_STEPS = 1
"""A code is accepted this many steps early or late, as clocks differ."""
RECOVERY_CODES = 10
RECOVERY_WORDS = 6
"""Of four letters out of 31 each: 118 bits, so that a keyed digest is enough to store them (ASVS 6.5.2)."""
CHALLENGE_VALID_FOR = timedelta(minutes=10)
CHALLENGE_TRIES = 5
PROOF_VALID_FOR = timedelta(minutes=10)

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def is_on(user: User) -> bool:
    """Return whether the user has an authenticator app."""
    return user.has_mfa


@transaction.atomic
def begin_totp(user: User) -> tuple[str, str]:
    """Return a new secret and its ``otpauth`` URL. Raises ``AlreadyLinked`` or ``SessionEnded``."""
    (now,) = services.lock_open(user)
    if is_on(now):
        raise AlreadyLinked("The account has an authenticator app; take it away first.")
    secret = secrets.token_bytes(20)
    Totp.objects.update_or_create(user=user, defaults={"secret": sealing.seal(secret), "last_step": 0})
    shown = b32encode(secret).decode()
    label = quote(f"{settings.PRODUCT}:{user.username}")
    return shown, f"otpauth://totp/{label}?{urlencode({'secret': shown, 'issuer': settings.PRODUCT})}"


@transaction.atomic
def confirm_totp(user: User, *, code: str, session_id: int) -> list[str]:
    """Turn the second factor on by a first code; return the recovery codes. Raises ``CodeInvalid``."""
    (now,) = services.lock_open(user)
    if is_on(now) or not _is_right_totp(user, code):
        raise CodeInvalid("This code is wrong; enter the one that the app shows now.")
    _mark(user.pk, has_mfa=True)
    mark_proven(session_id)
    return _new_recovery_codes(user)


@transaction.atomic
def remove_totp(user: User) -> None:
    """Turn the second factor off. Raises ``NotFound``."""
    (now,) = services.lock_open(user)
    if not is_on(now):
        raise NotFound("The account has no authenticator app.")
    forget(user.pk)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Replace the recovery codes. Raises ``NotFound`` without an authenticator app."""
    (now,) = services.lock_open(user)
    if not is_on(now):
        raise NotFound("The account has no authenticator app.")
    return _new_recovery_codes(user)


def forget(user_id: UserId) -> None:
    """Delete the authenticator app and the recovery codes."""
    Totp.objects.filter(user=user_id).delete()
    RecoveryCode.objects.filter(user=user_id).delete()
    _mark(user_id, has_mfa=False)


def _mark(user_id: UserId, *, has_mfa: bool) -> None:
    User.objects.filter(pk=user_id).update(has_mfa=has_mfa)
    publish(AccountChanged(user_id=user_id))


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["-".join(_word() for _ in range(RECOVERY_WORDS)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=sealing.digest("recovery_code", f"{user.pk}:{code}")) for code in codes
    )
    return codes


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


def is_right(user: User, code: str) -> bool:
    """Return whether this is a code of the app, or a recovery code, that was not used; it is used then."""
    code = code.strip().lower().replace(" ", "")
    if len(code) == 6:
        return is_on(user) and _is_right_totp(user, code)
    digests = sealing.digests("recovery_code", f"{user.pk}:{code}")
    deleted, _ = RecoveryCode.objects.filter(user=user, digest__in=digests).delete()
    return bool(deleted)


def _is_right_totp(user: User, code: str) -> bool:
    totp = Totp.objects.filter(user=user).first()
    secret = totp and sealing.unseal(bytes(totp.secret))
    if not secret:
        return False
    now = int(timezone.now().timestamp()) // STEP_S
    generate = TOTP(secret, 6, SHA1(), STEP_S, enforce_key_length=False).generate
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if constant_time_compare(generate(step * STEP_S).decode(), code):
            # Of two uses at once one finds the older step. Sealed anew, the secret outlives an old key.
            unused = Totp.objects.filter(user=user, last_step__lt=step)
            return bool(unused.update(last_step=step, secret=sealing.seal(secret)))
    return False


def challenge(user: User, *, method: str) -> NoReturn:
    """Begin the second step of a sign-in. Raises ``MfaRequired`` with the challenge."""
    secret = secrets.token_urlsafe(24)
    Challenge.objects.create(
        purpose=Challenge.Purpose.MFA,
        digest=sealing.digest("challenge", secret),
        user=user,
        method=method,
        expires_at=timezone.now() + CHALLENGE_VALID_FOR,
    )
    methods = ["totp", "recovery_code"]
    if user.passkeys.exists():
        methods.append("passkey")
    raise MfaRequired(challenge=secret, methods=methods)


def redeem(secret: str, *, code: str) -> tuple[User, str]:
    """Return the user of a challenge that this code answers, and how the sign-in began.

    Raises ``CodeInvalid``, also after ``CHALLENGE_TRIES`` wrong codes.
    """
    refusal = CodeInvalid("This code is wrong, or the sign-in took too long; sign in again.")
    digests = sealing.digests("challenge", secret)
    open_ones = Challenge.objects.filter(
        purpose=Challenge.Purpose.MFA, digest__in=digests, expires_at__gt=timezone.now()
    )
    # Counted before the comparison, so that guesses sent at once are not free.
    if not open_ones.filter(tries__lt=CHALLENGE_TRIES).update(tries=F("tries") + 1):
        raise refusal
    found = open_ones.select_related("user").first()
    if found is None or found.user is None or not is_right(found.user, code):
        raise refusal
    deleted, _ = Challenge.objects.filter(pk=found.pk).delete()
    if not deleted:
        raise refusal
    return found.user, found.method


def prove(user: User, *, code: str, session_id: int) -> None:
    """Take a code as a fresh proof of the session. Raises ``CodeInvalid``."""
    if not is_right(user, code):
        raise CodeInvalid("This code is wrong or was used.")
    mark_proven(session_id)


def mark_proven(session_id: int) -> None:
    """Record that the session has just proven who the user is."""
    Session.objects.filter(pk=session_id).update(proven_at=timezone.now())


def check_set_up(who: Identity) -> None:
    """Raise ``MfaSetupRequired`` for an account without an authenticator app, if players need one."""
    if settings.PLAYER_MFA and not (who.is_guest or who.has_mfa):
        raise MfaSetupRequired


def check_proof(user: User, *, session_id: int) -> None:
    """Raise ``ProofRequired`` unless what the password does not prove was proven lately.

    That is a second factor where there is one; without a password, the sign-in.
    """
    if is_on(user) or not user.has_usable_password():
        check_fresh(user, session_id=session_id)


def check_fresh(user: User, *, session_id: int) -> None:
    """Raise ``ProofRequired`` unless the session has lately proven who the user is; guests have no proof."""
    if user.is_guest:
        return
    since = timezone.now() - PROOF_VALID_FOR
    if Session.objects.filter(pk=session_id, ended_at=None, proven_at__gte=since).exists():
        return
    if is_on(user):
        raise ProofRequired(methods=["totp", "recovery_code"])
    raise ProofRequired(methods=["password" if user.has_usable_password() else "sign_in"])
