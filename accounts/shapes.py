"""The answers of the account routes."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from core.ids import UserId
from core.shapes import about, one_of


class BriefUser(Struct, kw_only=True, frozen=True):
    """The user that comes with tokens."""

    id: UserId
    username: str
    email: str
    is_premium: bool
    is_guest: bool


class Avatar(Struct, kw_only=True, frozen=True):
    """The sign beside a user's name."""

    hue: Annotated[int, Meta(ge=0, lt=12), about("Colours by number")]
    shape: Annotated[int, Meta(ge=0, lt=6), about("Patterns by number")]


class NamedAvatar(Avatar, kw_only=True, frozen=True):
    """The sign of a user."""

    username: str


class OwnProfile(BriefUser, kw_only=True, frozen=True):
    """All that a user is shown of the own account."""

    email_verified: Annotated[bool, about("Whether a code sent to this address was entered")]
    pending_email: Annotated[str | None, about("The address that replaces it once it is verified")]
    mfa: Annotated[bool, about("Whether there is a second factor")]
    date_joined: datetime
    last_login: datetime | None
    avatar: Annotated[Avatar | None, about("null: made from the name")]
    language: Annotated[str | None, about("`en` or `de`; null: none was chosen")]


class TokenPair(Struct, kw_only=True, frozen=True):
    """A token for calls, and one that buys the next pair."""

    access: str
    refresh: str


class SignedIn(Struct, kw_only=True, frozen=True):
    """Tokens, and whose they are."""

    user: BriefUser
    access: str
    refresh: str


class Ticket(Struct, kw_only=True, frozen=True):
    """Opens one socket."""

    ticket: str
    expires_in: Annotated[int, about("Seconds")]


class DeviceSession(Struct, kw_only=True, frozen=True):
    """A device that is signed in."""

    id: int
    created_at: datetime
    last_seen: datetime
    name: Annotated[str, about("As its user calls it; empty by default")]
    user_agent: str
    ip: str | None
    current: Annotated[bool, about("Whether it is the one that asks")]


class DeviceName(Struct, kw_only=True, frozen=True):
    """A name for a device."""

    name: Annotated[str, Meta(max_length=60)]


class PublicProfile(Struct, kw_only=True, frozen=True):
    """A user as shown to anybody."""

    id: UserId
    username: str
    is_premium: bool
    level: int
    rating: int | None
    online: bool


class WayIn(Struct, kw_only=True, frozen=True):
    """A way in which the user can sign in."""

    kind: Annotated[str, one_of(["password", "email", "device", "provider", "passkey"])]
    provider: str | None
    created_at: datetime


DeviceId = Annotated[str, Meta(min_length=16, max_length=128)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
Name = Annotated[str, Meta(min_length=3, max_length=30, pattern=r"^[A-Za-z0-9_.-]+$")]


class DeviceSignIn(Struct, kw_only=True, frozen=True):
    """A device's own id, which must be random, and kept by the device alone."""

    device_id: DeviceId
    create: Annotated[bool, about("Whether an unknown device gets a new guest account")] = True
    username: Name | None = None


class ProviderProof(Struct, kw_only=True, frozen=True):
    """A provider's `id_token` with its `nonce`; or a `code` with what it was asked for with."""

    id_token: Annotated[str, Meta(max_length=8192)] | None = None
    nonce: Annotated[str, Meta(max_length=255)] | None = None
    code: Annotated[str, Meta(max_length=4096)] | None = None
    redirect_uri: Annotated[str, Meta(max_length=500)] = ""
    code_verifier: Annotated[str, Meta(max_length=128)] = ""


class Provider(Struct, kw_only=True, frozen=True):
    """A provider by which users can sign in."""

    id: str
    name: str
    client_id: str
    authorize_url: str
    scope: str
    response_mode: Annotated[str, about("`form_post` for Apple, which needs it; else empty")]


class NewLink(ProviderProof, kw_only=True, frozen=True):
    """A way in to add: a `device_id`, a `password`, or a provider's proof."""

    device_id: DeviceId | None = None
    password: Annotated[str, Meta(max_length=256)] | None = None


class OtherAccount(Struct, kw_only=True, frozen=True):
    """Another account of the same person, into which the person has just signed in."""

    access: Annotated[str, Meta(max_length=4096), about("The access token of that sign-in")]


class Proof(Struct, kw_only=True, frozen=True):
    """The password, where the account has one."""

    password: Annotated[str, Meta(max_length=256)] = ""


class FreshProof(Proof, kw_only=True, frozen=True):
    """A code of the second factor, or the password of an account that has none."""

    code: Annotated[str, Meta(max_length=40)] = ""


class Consent(Struct, kw_only=True, frozen=True):
    """The consent of a user."""

    terms_version: Annotated[str | None, about("The version in force; null where there are no terms")]
    accepted_terms: str | None
    terms_due: Annotated[bool, about("Whether the user has to be asked for the terms")]
    birth_date: date | None
    is_adult: bool
    marketing: bool


class NewConsent(Struct, kw_only=True, frozen=True):
    """Changes of the consent; fields that are left out stay as they are."""

    terms_version: Annotated[str, Meta(max_length=30)] | None = None
    birth_date: date | None = None
    marketing: bool | None = None


class MfaAnswer(Struct, kw_only=True, frozen=True):
    """A challenge, and a code of the authenticator app or a recovery code."""

    challenge: Annotated[str, Meta(max_length=100)]
    code: Code


class FactorCode(Struct, kw_only=True, frozen=True):
    """A code of the authenticator app or a recovery code."""

    code: Code


class NewTotp(Struct, kw_only=True, frozen=True):
    """The secret for an authenticator app, which counts once a first code is confirmed."""

    secret: Annotated[str, about("Base32")]
    otpauth_url: str
    qr: Annotated[str, about("The same as a QR code: the `data:` URL of an SVG")]


class RecoveryCodes(Struct, kw_only=True, frozen=True):
    """Codes that each replace the authenticator app once. They are shown only here."""

    recovery_codes: list[str]


class PasskeyRow(Struct, kw_only=True, frozen=True):
    """A passkey of the caller."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


class SignInEntry(Struct, kw_only=True, frozen=True):
    """An entry of the sign-in log."""

    at: datetime
    method: str
    device: Annotated[str, about("The User-Agent header")]
    address: str | None
    outcome: Annotated[str, one_of(["ok", "wrong", "mfa_required", "banned"])]
