"""Encrypted frames, ``{"enc": "<Fernet token>"}`` in both directions, with a user's or a session's key."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from gameplatform_client.errors import ProtocolError

ITERATIONS = 100_000


class Cipher(Protocol):
    """Encrypts and decrypts the frames of one socket."""

    def connecting(self) -> Mapping[str, str]:
        """Start a new connection; return the query parameters that request encryption."""

    def encrypt(self, text: str) -> str:
        """Return the frame with this text."""

    def decrypt(self, frame: str | bytes) -> str:
        """Return the text of this frame. Raises ``ProtocolError`` if it is not authentic."""


class FrameCipher:
    """Cipher with a user's key; ``key`` is the server's ``ENCRYPTION_KEY``."""

    def __init__(self, key: str, username: str) -> None:
        salt = f"gameplatform:{username}".encode()
        derived = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=ITERATIONS).derive(key.encode())
        self._fernet = Fernet(urlsafe_b64encode(derived))

    def connecting(self) -> Mapping[str, str]:
        return {"encrypted": "1"}

    def encrypt(self, text: str) -> str:
        return _encrypted(self._fernet, text)

    def decrypt(self, frame: str | bytes) -> str:
        return _decrypted(self._fernet, frame)


class SessionCipher:
    """Cipher with a session's key; ``key`` is issued by the server.

    A token contains ``<sender>:<connection>:<number>:<text>``. The connection is identified by the nonces of
    both ends, of which the server's comes with its first frame; each sender's numbers rise. So no frame can
    be replayed.
    """

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)
        self._nonce = self._connection = ""
        self._sent = self._heard = 0

    def connecting(self) -> Mapping[str, str]:
        self._nonce, self._connection = secrets.token_urlsafe(16), ""
        self._sent = self._heard = 0
        return {"encrypted": "session", "nonce": self._nonce}

    def encrypt(self, text: str) -> str:
        self._sent += 1
        return _encrypted(self._fernet, f"client:{self._connection}:{self._sent}:{text}")

    def decrypt(self, frame: str | bytes) -> str:
        try:
            sender, connection, number, text = _decrypted(self._fernet, frame).split(":", 3)
            heard = int(number)
        except ValueError:
            raise ProtocolError("The frame has no number.") from None
        is_of_this = connection == self._connection or (
            not self._connection and connection.partition(".")[0] == self._nonce
        )
        if sender != "server" or not is_of_this or heard <= self._heard:
            raise ProtocolError("The frame was sent before.")
        self._connection, self._heard = connection, heard
        return text


def _encrypted(fernet: Fernet, text: str) -> str:
    return json.dumps({"enc": fernet.encrypt(text.encode()).decode()})


def _decrypted(fernet: Fernet, frame: str | bytes) -> str:
    try:
        return fernet.decrypt(json.loads(frame)["enc"]).decode()
    except (InvalidToken, ValueError, KeyError, TypeError):
        raise ProtocolError("The frame is not encrypted with this key.") from None
