"""Encrypted frames: each is ``{"enc": "<Fernet token>"}``, with a key of the user's own."""

import base64
import functools
import hashlib

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from core.refusals import Malformed

ITERATIONS = 100_000
KEPT = 10_000


class EncryptionUnavailable(Malformed):
    """This server has no key for encrypted frames."""

    code = "encryption_unavailable"
    title = "Frames cannot be encrypted here"


class NotEncrypted(Malformed):
    """A frame on an encrypted socket that does not open with the user's key."""

    code = "not_encrypted"
    title = "The frame does not open"


class _Sealed(msgspec.Struct):
    enc: str


_decode = msgspec.json.Decoder(_Sealed).decode


class Seal:
    """Encrypts what a user hears and decrypts what the user says."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def close(self, frame: bytes) -> bytes:
        """The frame as it travels."""
        return b'{"enc":"%b"}' % self._fernet.encrypt(frame)

    def open(self, frame: bytes | str) -> bytes:
        """The frame that was meant. Raises ``NotEncrypted``."""
        try:
            return self._fernet.decrypt(_decode(frame).enc)
        except (msgspec.DecodeError, UnicodeError, InvalidToken):
            raise NotEncrypted from None


@functools.lru_cache(KEPT)
def seal_of(username: str) -> Seal:
    """The seal of this user; making it takes tens of milliseconds. Raises ``EncryptionUnavailable``."""
    secret = settings.ENCRYPTION_KEY
    if not secret:
        raise EncryptionUnavailable
    salt = f"gameplatform:{username}".encode()
    key = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, ITERATIONS, 32)
    return Seal(base64.urlsafe_b64encode(key))
