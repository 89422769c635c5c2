"""Passkeys (WebAuthn). One is a whole sign-in, because the authenticator verifies its user."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts import sealing, selectors, services
from accounts.events import AccountChanged
from accounts.models import Challenge, Passkey, User
from accounts.refusals import InvalidCredentials, LastWayIn, PasskeyRefused
from core.refusals import NotFound
from realtime.publishing import publish

VALID_FOR = timedelta(minutes=5)
MAX_PASSKEYS = 20

# The library raises these for malformed JSON of a client.
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Site:
    """The site for which passkeys count: its domain, and the origins of its pages and apps."""

    domain: str
    origins: Sequence[str]


def begin_adding(user: User, site: Site) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.create``."""
    options = generate_registration_options(
        rp_id=site.domain,
        rp_name=settings.PRODUCT,
        user_id=str(user.pk).encode(),
        user_name=user.email or user.username,
        user_display_name=user.username,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one))
            for one in user.passkeys.values_list("credential_id", flat=True)
        ],
    )
    _remember(options.challenge, Challenge.Purpose.PASSKEY_ADD, user)
    return dict(json.loads(options_to_json(options)))


def finish_adding(user: User, site: Site, *, credential: Mapping[str, Any], name: str) -> Passkey:
    """Store a passkey; a guest becomes a full account. Raises ``PasskeyRefused`` or ``SessionEnded``."""
    challenge = _challenge_of(credential)
    _use(challenge, Challenge.Purpose.PASSKEY_ADD, user)
    try:
        verified = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except _MALFORMED:
        raise PasskeyRefused("This passkey could not be verified.") from None
    try:
        with transaction.atomic():
            services.lock_open(user)
            if user.passkeys.count() >= MAX_PASSKEYS:
                raise PasskeyRefused(f"An account has at most {MAX_PASSKEYS} passkeys.")
            services.become_full(user)
            return Passkey.objects.create(
                user=user,
                credential_id=bytes_to_base64url(verified.credential_id),
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
                name=name,
            )
    except IntegrityError:
        raise PasskeyRefused("This passkey is stored already.") from None


def begin_sign_in(site: Site) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.get``; they name no account, so they reveal none."""
    options = generate_authentication_options(
        rp_id=site.domain, user_verification=UserVerificationRequirement.REQUIRED
    )
    _remember(options.challenge, Challenge.Purpose.PASSKEY_SIGN_IN, None)
    return dict(json.loads(options_to_json(options)))


def finish_sign_in(site: Site, *, credential: Mapping[str, Any]) -> User:
    """Return the user of the passkey. Raises ``PasskeyRefused`` or ``InvalidCredentials``."""
    challenge = _challenge_of(credential)
    _use(challenge, Challenge.Purpose.PASSKEY_SIGN_IN, None)
    refusal = InvalidCredentials("There is no account with this passkey.")
    passkey = Passkey.objects.filter(credential_id=str(credential.get("id"))).select_related("user").first()
    if passkey is None:
        raise refusal
    try:
        verified = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=list(site.origins),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED:
        raise refusal from None
    Passkey.objects.filter(pk=passkey.pk).update(
        sign_count=verified.new_sign_count, last_used_at=timezone.now()
    )
    return passkey.user


@transaction.atomic
def remove(user: User, passkey_id: int) -> None:
    """Take a passkey away. Raises ``NotFound``, ``LastWayIn`` or ``SessionEnded``."""
    (now,) = services.lock_open(user)
    if not user.passkeys.filter(pk=passkey_id).exists():
        raise NotFound("There is no such passkey.")
    if len(selectors.ways_in(now)) == 1:
        raise LastWayIn("This is the last way into the account.")
    user.passkeys.filter(pk=passkey_id).delete()
    publish(AccountChanged(user_id=user.pk))


def _remember(challenge: bytes, purpose: str, user: User | None) -> None:
    Challenge.objects.create(
        purpose=purpose,
        digest=_digests(challenge)[0],
        user=user,
        expires_at=timezone.now() + VALID_FOR,
    )


def _use(challenge: bytes, purpose: str, user: User | None) -> None:
    # Of two uses at once one deletes it.
    deleted, _ = Challenge.objects.filter(
        purpose=purpose, digest__in=_digests(challenge), user=user, expires_at__gt=timezone.now()
    ).delete()
    if not deleted:
        raise PasskeyRefused("This took too long, or was answered already; begin again.")


def _digests(challenge: bytes) -> list[str]:
    return sealing.digests("challenge", bytes_to_base64url(challenge))


def _challenge_of(credential: Mapping[str, Any]) -> bytes:
    try:
        data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        return base64url_to_bytes(data["challenge"])
    except _MALFORMED:
        raise PasskeyRefused("This is no credential.") from None
