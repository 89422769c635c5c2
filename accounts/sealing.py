"""Encryption of secrets at rest, and digests of those that only need comparing, by ``SECRET_KEY``.

While the key changes, what the keys in ``SECRET_KEY_FALLBACKS`` encrypted or digested is still accepted.
"""

import functools
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(secret: bytes) -> bytes:
    """Encrypt a secret."""
    return _fernet().encrypt(secret)


def unseal(sealed: bytes) -> bytes | None:
    """Decrypt a secret; None if its key is gone."""
    try:
        return _fernet().decrypt(sealed)
    except InvalidToken:
        return None


def digest(purpose: str, secret: str) -> str:
    """Return the digest to store."""
    return _digest(purpose, secret, settings.SECRET_KEY)


def digests(purpose: str, secret: str) -> list[str]:
    """Return the digests under which the secret may be stored."""
    return [_digest(purpose, secret, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _digest(purpose: str, secret: str, key: str) -> str:
    return salted_hmac(f"accounts.{purpose}", secret, secret=key, algorithm="sha256").hexdigest()


def _fernet() -> MultiFernet:
    return _fernet_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@functools.lru_cache(maxsize=4)
def _fernet_of(keys: tuple[str, ...]) -> MultiFernet:
    def derived(key: str) -> bytes:
        return salted_hmac("accounts.sealing", "", secret=key, algorithm="sha256").digest()

    return MultiFernet([Fernet(urlsafe_b64encode(derived(key))) for key in keys])
