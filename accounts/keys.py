"""The keys of tokens: the first signs; the others, for which the tokens of before were signed, still verify.

``HS256`` signs with ``SECRET_KEY``, ``EdDSA`` with a key pair derived from it, ``RS256`` with one read from
``SIGNING_KEY_FILES``. Other services can verify tokens by the public keys in ``jwks``. A token's header
names its key (``kid``), so that only one key has to be checked, by its own algorithm.
"""

import functools
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils.crypto import salted_hmac
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

SYMMETRIC = ("HS256", "HS384", "HS512")
ASYMMETRIC = ("EdDSA", "RS256")


@dataclass(frozen=True)
class Key:
    """A key, and the header of the tokens that it signs."""

    kid: str
    algorithm: str
    secret: bytes
    """Signs: the secret itself, or a private key as PEM."""
    head: str
    backend: TokenBackend
    public: Any = None
    """A public key that other services may know."""


def all_keys() -> Sequence[Key]:
    """Return the signing key, followed by those still accepted."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return _keys(_setting("ALGORITHM"), secrets, tuple(settings.SIGNING_KEYS))


def of_head(head: str) -> Key | None:
    """Return the key for a token with this header."""
    return next((key for key in all_keys() if key.head == head), None)


def jwks() -> list[dict[str, Any]]:
    """Return the public keys as JSON Web Keys; none if tokens are signed with a secret."""
    return [
        {**_as_jwk(key.public), "kid": key.kid, "alg": key.algorithm, "use": "sig"}
        for key in all_keys()
        if key.public is not None
    ]


def _as_jwk(public: Any) -> dict[str, Any]:
    algorithm = RSAAlgorithm if hasattr(public, "public_numbers") else OKPAlgorithm
    return dict(algorithm.to_jwk(public, as_dict=True))


@functools.lru_cache(maxsize=8)
def _keys(algorithm: str, secrets: tuple[str, ...], files: tuple[str, ...]) -> Sequence[Key]:
    if algorithm in SYMMETRIC:
        return tuple(_secret_key(algorithm, secret) for secret in secrets)
    pairs = map(_rsa, files) if algorithm == "RS256" else map(_ed25519, secrets)
    # Tokens of before the change to this algorithm are still good.
    return (*(_key_pair(algorithm, pair) for pair in pairs), *(_secret_key("HS256", one) for one in secrets))


def _secret_key(algorithm: str, secret: str) -> Key:
    kid = _kid(b"kid of " + secret.encode())
    backend = TokenBackend(algorithm, secret, leeway=_setting("LEEWAY"))
    return Key(kid, algorithm, secret.encode(), _head(algorithm, secret.encode(), kid), backend)


def _key_pair(algorithm: str, private: Ed25519PrivateKey | RSAPrivateKey) -> Key:
    public = private.public_key()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = _kid(public_pem)
    backend = TokenBackend(algorithm, pem.decode(), public_pem.decode(), leeway=_setting("LEEWAY"))
    return Key(kid, algorithm, pem, _head(algorithm, pem, kid), backend, public)


def _ed25519(secret: str) -> Ed25519PrivateKey:
    seed = salted_hmac("accounts.keys.ed25519", "", secret=secret, algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _rsa(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("SIGNING_KEY_FILES are RSA keys.")
    return key


def _kid(about: bytes) -> str:
    # Distinguishes keys, and reveals nothing about a random secret.
    return urlsafe_b64encode(hashlib.sha256(about).digest())[:8].decode()


def _head(algorithm: str, secret: bytes, kid: str) -> str:
    return jwt.encode({}, secret, algorithm, {"kid": kid}).partition(".")[0]


def _setting(name: str) -> Any:
    return settings.SIMPLE_JWT[name]


class Keyring(TokenBackend):
    """A simplejwt backend with several keys."""

    def __init__(self) -> None:
        super().__init__(_setting("ALGORITHM"))

    def encode(self, payload: dict[str, Any]) -> str:
        key = all_keys()[0]
        return jwt.encode(payload, key.secret, key.algorithm, {"kid": key.kid})

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
    """Return the keys that may have signed a token: all secrets for a token without ``kid``."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise TokenBackendError("Token is invalid") from error
    return [key for key in all_keys() if kid == key.kid or (kid is None and key.public is None)]
