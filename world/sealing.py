"""Encrypted frames: ``{"enc": "<Fernet token>"}``, encrypted with a user's or a session's key."""

import base64
import functools
import hashlib
import re
import secrets

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from core.refusals import Malformed
from realtime.wire.identity import Identity

ITERATIONS = 100_000
KEPT = 10_000
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class EncryptionUnavailable(Malformed):
    """This server has no key for encrypted frames."""

    code = "encryption_unavailable"
    title = "Frames cannot be encrypted here"


class NotEncrypted(Malformed):
    """A frame on an encrypted socket cannot be decrypted with its key, or was sent before."""

    code = "not_encrypted"
    title = "The frame cannot be decrypted"


class _Sealed(msgspec.Struct):
    enc: str


_decode = msgspec.json.Decoder(_Sealed).decode


class Seal:
    """Encrypts frames to a user and decrypts frames from the user."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def close(self, frame: bytes) -> bytes:
        """Return the encrypted frame."""
        return b'{"enc":"%b"}' % self._fernet.encrypt(frame)

    def open(self, frame: bytes | str) -> bytes:
        """Return the decrypted frame. Raises ``NotEncrypted``."""
        try:
            return self._fernet.decrypt(_decode(frame).enc)
        except (msgspec.DecodeError, UnicodeError, InvalidToken):
            raise NotEncrypted from None


class SessionSeal(Seal):
    """The seal of one connection: rejects frames of other connections and replayed frames.

    The token contains ``<sender>:<connection>:<number>:<frame>``. The connection is named by the nonces of
    both ends, so each end knows that the other is present now; each sender's numbers increase.
    """

    def __init__(self, key: bytes, nonce: str) -> None:
        """``nonce`` is the client's."""
        super().__init__(key)
        self._connection = f"{nonce}.{secrets.token_urlsafe(16)}".encode()
        self._sent = self._heard = 0

    def close(self, frame: bytes) -> bytes:
        self._sent += 1
        return super().close(b"server:%b:%d:%b" % (self._connection, self._sent, frame))

    def open(self, frame: bytes | str) -> bytes:
        try:
            sender, connection, number, meant = super().open(frame).split(b":", 3)
            heard = int(number)
        except ValueError:
            raise NotEncrypted from None
        if sender != b"client" or connection != self._connection or heard <= self._heard:
            raise NotEncrypted
        self._heard = heard
        return meant


def read_nonce(given: list[str]) -> str:
    """Return the client's nonce from the query's values. Raises ``Malformed`` if it is missing or invalid."""
    if len(given) != 1 or not _NONCE.fullmatch(given[0]):
        raise Malformed("A nonce is 16 to 64 letters, digits, hyphens and underscores, given once.")
    return given[0]


@functools.lru_cache(KEPT)
def seal_of(username: str) -> Seal:
    """Return the user's seal; deriving its key takes tens of milliseconds.

    Raises ``EncryptionUnavailable``.
    """
    salt = f"gameplatform:{username}".encode()
    key = hashlib.pbkdf2_hmac("sha256", _secret(), salt, ITERATIONS, 32)
    return Seal(base64.urlsafe_b64encode(key))


def session_key(identity: Identity) -> bytes:
    """Return the Fernet key of this user's session. Raises ``EncryptionUnavailable``."""
    info = f"gameplatform:session:{identity.user_id}:{identity.session_id}".encode()
    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=info).derive(_secret()))


def _secret() -> bytes:
    if not settings.ENCRYPTION_KEY:
        raise EncryptionUnavailable
    return str(settings.ENCRYPTION_KEY).encode()
