"""The keys of tokens: ``SECRET_KEY`` signs, and those of ``SECRET_KEY_FALLBACKS`` are still believed.

A token's header names its key (``kid``), so that each is checked by one key however many there are.
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
    """A secret, and what the tokens that it signs begin with."""

    kid: str
    secret: bytes
    head: str
    backend: TokenBackend


def all_keys() -> Sequence[Key]:
    """The key that signs, and then those that are still believed."""
    return _keys(settings.SIMPLE_JWT["ALGORITHM"], (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def of_head(head: str) -> Key | None:
    """The key of a token that begins so, as ours do."""
    return next((key for key in all_keys() if key.head == head), None)


@functools.lru_cache(maxsize=8)
def _keys(algorithm: str, secrets: tuple[str, ...]) -> Sequence[Key]:
    return tuple(_key(algorithm, secret) for secret in secrets)


def _key(algorithm: str, secret: str) -> Key:
    # It tells keys apart, and of a random secret nothing.
    kid = urlsafe_b64encode(hashlib.sha256(b"kid of " + secret.encode()).digest())[:8].decode()
    head = jwt.encode({}, secret, algorithm, {"kid": kid}).partition(".")[0]
    return Key(
        kid, secret.encode(), head, TokenBackend(algorithm, secret, leeway=settings.SIMPLE_JWT["LEEWAY"])
    )


class Keyring(TokenBackend):
    """simplejwt's backend with several keys."""

    def __init__(self) -> None:
        super().__init__(settings.SIMPLE_JWT["ALGORITHM"])

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
    """The keys that may have signed a token: all, for one of before keys had names."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise TokenBackendError("Token is invalid") from error
    return [key for key in all_keys() if kid in (None, key.kid)]
