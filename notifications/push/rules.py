"""Messages to push services, encrypted (RFC 8291) and signed (RFC 8292), and what they say.

The server has one key pair, whose private half is the setting ``PUSH_KEY``. Browsers tie their subscription
to the public half, so that only this server can send to it.
"""

import base64
import hashlib
import os
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
KEY_LENGTH = 32
POINT_LENGTH = 65
SECRET_LENGTH = 16
RECORD_SIZE = 4096
"""A message is one record; push services take no larger one."""
TOKEN_FOR_S = 12 * 3600

MESSAGES, INVITES, TURNS, REQUESTS = KINDS = ("messages", "invites", "turns", "friend_requests")
MAX_ATTEMPTS = 6
LONGEST_TEXT = 200

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "message": ("{name}", "{text}"),
        "mention": ("{name} in {lobby}", "{text}"),
        "invite_game": ("{name} invites you", "To a game: {game}"),
        "invite_lobby": ("{name} invites you", "To a lobby"),
        "invite_party": ("{name} invites you", "To a party"),
        "turn": ("Your turn", "{game}"),
        "friend_request": ("{name}", "Wants to be your friend"),
    },
    "de": {
        "message": ("{name}", "{text}"),
        "mention": ("{name} in {lobby}", "{text}"),
        "invite_game": ("{name} lädt dich ein", "Zu einem Spiel: {game}"),
        "invite_lobby": ("{name} lädt dich ein", "In eine Lobby"),
        "invite_party": ("{name} lädt dich ein", "In eine Gruppe"),
        "turn": ("Du bist dran", "{game}"),
        "friend_request": ("{name}", "Möchte mit dir befreundet sein"),
    },
}
"""The title and the text of a notification, by language and by what it says."""
LANGUAGES = tuple(TEXTS)

GAMES: dict[str, dict[str, str]] = {
    "de": {
        "battleship": "Schiffe versenken",
        "chess": "Schach",
        "connect_four": "Vier gewinnt",
        "draughts": "Dame",
        "tictactoe": "Drei gewinnt",
    },
}
"""The titles of games that have another one in a language, as on the page."""


def encoded(data: bytes) -> str:
    """Return the base64url form without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of a base64url form, padded or not. Raises ``ValueError``."""
    unpadded = text.rstrip("=")
    return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), altchars=b"-_", validate=True)


def new_key() -> str:
    """Return a new private key as the setting holds it."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return encoded(number.to_bytes(KEY_LENGTH, "big"))


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of the setting. Raises ``ValueError``."""
    raw = decoded(text)
    if len(raw) != KEY_LENGTH:
        raise ValueError("A private key has 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half of a key as an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_receiver(public_key: str, secret: str) -> None:
    """Raise ``ValueError`` unless a message can be encrypted with these keys of a browser."""
    receiver = decoded(public_key)
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, receiver)
    if len(receiver) != POINT_LENGTH or len(decoded(secret)) != SECRET_LENGTH:
        raise ValueError("A public key has 65 bytes, a secret 16")


def encrypt(
    plain: bytes,
    *,
    receiver: bytes,
    secret: bytes,
    salt: bytes | None = None,
    own: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Return the body of a message: ``plain`` for the browser with these keys, by RFC 8291.

    Salt and key are new for each message; only a test gives its own.
    """
    salt, own = salt or os.urandom(16), own or ec.generate_private_key(CURVE)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, receiver))
    sender = point(own)
    material = _derive(shared, secret, b"WebPush: info\0" + receiver + sender, 32)
    key = _derive(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\0", 12)
    # The delimiter of the last record.
    sealed = AESGCM(key).encrypt(nonce, plain + b"\2", None)
    return salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(sender)]) + sender + sealed


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)


def authorization(endpoint: str, *, key: ec.EllipticCurvePrivateKey, contact: str) -> str:
    """Return the header with which this server shows a push service who it is, by RFC 8292."""
    at = urlsplit(endpoint)
    claims = {"aud": f"{at.scheme}://{at.netloc}", "exp": int(time.time()) + TOKEN_FOR_S, "sub": contact}
    token = jwt.encode(claims, key, algorithm="ES256")
    return f"vapid t={token}, k={encoded(point(key))}"


def topic(path: str) -> str:
    """Return the name under which a push service keeps only the newest message for a device."""
    return encoded(hashlib.sha256(path.encode()).digest())[:32]


def told(says: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return the title and the text of a notification."""
    title, text = TEXTS[language][says]
    return title.format(**facts)[:LONGEST_TEXT], text.format(**facts)[:LONGEST_TEXT]


def wait_after(attempts: int) -> timedelta | None:
    """Return the time until the next attempt after so many, or None if that was the last."""
    return timedelta(seconds=5 * 4 ** (attempts - 1)) if attempts < MAX_ATTEMPTS else None
