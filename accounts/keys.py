"""The keys of tokens: ``SECRET_KEY`` signs; those in ``SECRET_KEY_FALLBACKS`` are still accepted.

A token's header names its key (``kid``), so that only one key has to be checked.
"""

import functools
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken


@dataclass(frozen=True)
class Key:
    """A secret, and the header of the tokens that it signs."""

    kid: str
    secret: bytes
    head: str
    backend: TokenBackend


def all_keys() -> Sequence[Key]:
    """Return the signing key, followed by those still accepted."""
    return _keys(_setting("ALGORITHM"), (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def of_head(head: str) -> Key | None:
    """Return the key for a token with this header."""
    return next((key for key in all_keys() if key.head == head), None)


@functools.lru_cache(maxsize=8)
def _keys(algorithm: str, secrets: tuple[str, ...]) -> Sequence[Key]:
    return tuple(_key(algorithm, secret) for secret in secrets)


def _key(algorithm: str, secret: str) -> Key:
    # Distinguishes keys, and reveals nothing about a random secret.
    kid = urlsafe_b64encode(hashlib.sha256(b"kid of " + secret.encode()).digest())[:8].decode()
    head = jwt.encode({}, secret, algorithm, {"kid": kid}).partition(".")[0]
    backend = TokenBackend(algorithm, secret, leeway=_setting("LEEWAY"))
    return Key(kid, secret.encode(), head, backend)


def _setting(name: str) -> Any:
    return settings.SIMPLE_JWT[name]


class Keyring(TokenBackend):
    """A simplejwt backend with several keys."""

    def __init__(self) -> None:
        super().__init__(_setting("ALGORITHM"))

    def encode(self, payload: dict[str, Any]) -> str:
        key = all_keys()[0]
        return jwt.encode(payload, key.secret, key.backend.algorithm, {"kid": key.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        for key in _named(token):
            try:
                return key.backend.decode(token, verify)
            except TokenBackendExpiredToken:
                raise
            except TokenBackendError:
                continue
        raise TokenBackendError("Token is invalid")


def _named(token: Any) -> Sequence[Key]:
    """Return the keys that may have signed a token: all of them for a token without ``kid``."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise TokenBackendError("Token is invalid") from error
    return [key for key in all_keys() if kid in (None, key.kid)]
