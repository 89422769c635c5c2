"""JSON Web Tokens with the user's identity, so that a request needs no query."""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar, cast
from uuid import UUID, uuid5

import msgspec
from django.utils import timezone
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts import keys
from accounts.models import Session, User
from accounts.refusals import TokenExpired, TokenInvalid
from accounts.shapes import TokenPair
from core.ids import UserId
from realtime.wire.identity import Identity

# More than the users that one process serves at a time; an entry takes about a kilobyte.
_CACHE_SIZE = 20_000

# Issuer and audience of our tokens: a token of another service that shares our key is rejected.
_OURS: Final = "gameplatform"

AnyToken = TypeVar("AnyToken", bound=Token)
_RowId = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class _Access(AccessToken):
    _token_backend = keys.Keyring()


class _Refresh(RefreshToken):
    _token_backend = keys.Keyring()


class Refresh(msgspec.Struct, frozen=True, rename={"session_id": "sid", "refresh_id": "jti"}):
    """The claims of our refresh tokens."""

    session_id: _RowId
    refresh_id: UUID
    iss: Literal["gameplatform"] = _OURS  # also accepts older tokens without these claims
    aud: Literal["gameplatform"] = _OURS


class _Claims(msgspec.Struct, frozen=True):
    """The claims of our access tokens."""

    token_type: Literal["access"]
    exp: int
    jti: str
    sub: str
    sid: _RowId
    username: str
    premium: bool
    guest: bool
    mfa: bool = False  # older tokens lack it
    iss: Literal["gameplatform"] = _OURS
    aud: Literal["gameplatform"] = _OURS


_claims_of = msgspec.json.Decoder(_Claims).decode


def issue(user: User, session: Session) -> TokenPair:
    """Return the tokens for the session's ``refresh_id``; deterministic while the user's name is the same."""
    at = session.rotated_at or timezone.now()
    access, refresh = _Access(), _Refresh()
    for token in (access, refresh):
        token["iss"] = token["aud"] = _OURS
        token["sub"] = str(user.pk)
        token["sid"] = session.pk
        token.set_iat(at_time=at)
        token.set_exp(from_time=at)
    access["username"] = user.username
    access["premium"] = user.is_premium
    access["guest"] = user.is_guest
    access["mfa"] = user.has_mfa
    refresh_id = cast(UUID, session.refresh_id)
    access["jti"] = uuid5(refresh_id, "access").hex
    refresh["jti"] = refresh_id.hex
    return TokenPair(access=str(access), refresh=str(refresh))


def identify(token: str) -> Identity:
    """Return the identity in an access token; whether its session is open is up to ``live.check``.

    Raises ``TokenInvalid`` or ``TokenExpired``.
    """
    return _unexpired(_verified_cached(token))


def identify_uncached(token: str) -> Identity:
    """Call :func:`identify` without caching, for tokens that are used once to open a socket."""
    return _unexpired(_verified(token))


def _unexpired(identity: Identity) -> Identity:
    if identity.expires_at <= time.time():
        raise TokenExpired("This token has expired; refresh it.")
    return identity


def _verified(token: str) -> Identity:
    ours = _verified_as_ours(token)
    if ours is not None:
        return ours
    claims = _read(_Access, token)
    try:
        return _identity(msgspec.convert(claims, _Claims))
    except ValueError:
        raise TokenInvalid("This token lacks a claim.") from None


_verified_cached = lru_cache(maxsize=_CACHE_SIZE)(_verified)


def _verified_as_ours(token: str) -> Identity | None:
    """Return the identity if the token has exactly the form of ``issue`` and our signature (RFC 7515, HS256).

    None means that the library has to decide, which takes 20 times as long: 40 % of opening a socket.
    """
    key = keys.of_head(token.partition(".")[0])
    if key is None or key.algorithm != "HS256":
        return None
    signed, _, signature = token.rpartition(".")
    try:
        digest = hmac.digest(key.secret, signed.encode(), "sha256")
        if not hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"="), signature.encode()):
            return None
        payload = signed[len(key.head) + 1 :]
        return _identity(_claims_of(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
    except ValueError:
        return None


def _identity(claims: _Claims) -> Identity:
    return Identity(
        user_id=UserId(msgspec.convert(claims.sub, _RowId, strict=False)),
        username=claims.username,
        is_premium=claims.premium,
        is_guest=claims.guest,
        session_id=claims.sid,
        expires_at=claims.exp,
        has_mfa=claims.mfa,
    )


def read_refresh(token: str) -> Refresh:
    """Return the claims of a refresh token. Raises ``TokenInvalid`` or ``TokenExpired``."""
    claims = _read(_Refresh, token)
    try:
        return msgspec.convert(claims, Refresh)
    except ValueError:
        raise TokenInvalid("This token lacks a claim.") from None


def _read(kind: type[AnyToken], token: str) -> dict[str, Any]:
    try:
        return kind(token).payload  # type: ignore[arg-type]
    except ExpiredTokenError:
        raise TokenExpired("This token has expired.") from None
    except (TokenError, ValueError):
        raise TokenInvalid("This is no token of ours.") from None
