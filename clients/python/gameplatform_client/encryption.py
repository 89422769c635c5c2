"""Encrypted frames: ``{"enc": "<Fernet token>"}`` both ways, with a key made for each user."""

import json
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from gameplatform_client.errors import ProtocolError

ITERATIONS = 100_000


class FrameCipher:
    """Encrypts and decrypts the frames of one user; ``key`` is the server's ``ENCRYPTION_KEY``."""

    def __init__(self, key: str, username: str) -> None:
        salt = f"gameplatform:{username}".encode()
        derived = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=ITERATIONS).derive(key.encode())
        self._fernet = Fernet(urlsafe_b64encode(derived))

    def encrypt(self, text: str) -> str:
        """The frame that carries this text."""
        return json.dumps({"enc": self._fernet.encrypt(text.encode()).decode()})

    def decrypt(self, frame: str) -> str:
        """The text in this frame. Raises ``ProtocolError`` for one that the key does not open."""
        try:
            return self._fernet.decrypt(json.loads(frame)["enc"]).decode()
        except (InvalidToken, ValueError, KeyError, TypeError):
            raise ProtocolError("The frame is not encrypted with this key.") from None
