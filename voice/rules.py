"""Bounds of voice, and the credentials that TURN and LiveKit servers verify by a shared secret."""

import base64
import hashlib
import hmac
from typing import Any

import jwt

from core.ids import UserId

MESH_SIZE = 8
"""In a mesh each participant sends to every other one; more than this a home's uplink does not carry."""

MAX_WATCHED = 8
"""A socket may watch this many channels."""

MAX_SDP = 16_384
MAX_CANDIDATE = 1024
"""In characters. A browser's offer of audio has about 2,000, a candidate about 150."""

JOINS, JOINS_WINDOW_S = 10, 10.0
"""A user may watch or join ``JOINS`` times within this time."""

SIGNALS, SIGNALS_WINDOW_S = 400, 10.0
"""A user may send ``SIGNALS`` signals within this time; joining seven others takes about 120."""

CREDENTIALS_TTL_S = 3600
LIVEKIT_TTL_S = 600
"""A token opens a connection, which may last longer."""


def turn_credentials(secret: str, user_id: UserId, *, now: float) -> tuple[str, str]:
    """Return a user name and password for TURN that expire, as coturn's ``use-auth-secret`` verifies them."""
    username = f"{int(now) + CREDENTIALS_TTL_S}:{user_id}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def livekit_token(
    key: str, secret: str, *, room: str, user_id: UserId, name: str, may_speak: bool, now: float
) -> str:
    """Return a token with which the user enters a LiveKit room, to send sound unless they are muted."""
    grants: dict[str, Any] = {
        "room": room,
        "roomJoin": True,
        "canSubscribe": True,
        "canPublish": may_speak,
        "canPublishSources": ["microphone"] if may_speak else [],
        "canPublishData": False,
    }
    claims = {
        "iss": key,
        "sub": str(user_id),
        "name": name,
        "nbf": int(now),
        "exp": int(now) + LIVEKIT_TTL_S,
        "video": grants,
    }
    return jwt.encode(claims, secret, algorithm="HS256")
