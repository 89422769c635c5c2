"""Whose request runs in which threads, and what bounds the cost of all that asks for no token."""

from typing import Any

from accounts import hashers, tokens
from core.refusals import Unauthenticated
from realtime.server.lanes import Lane

PLAYERS = Lane("http", threads=8, max_waiting=256, max_held=64 << 20)
STRANGERS = Lane("strangers", threads=2, max_waiting=256)
OPERATORS = Lane("operators", threads=2, max_waiting=32)
"""For the admin, whose sign-in page is a stranger's dearest, and whose exports take long."""

HASHING = frozenset(
    {
        "POST /api/auth/register",
        "POST /api/auth/login",
        "POST /api/auth/upgrade",
        "POST /api/token",
        "POST /api/me/password",
        "DELETE /api/me",
        "POST /admin/login",
    }
)
"""What hashes a password, whoever asks."""


def lane_of(scope: dict[str, Any]) -> Lane:
    """The threads for a request: those of players are for who brings a token of ours."""
    path = scope["path"].removesuffix("/")
    if f"{scope['method']} {path}" in HASHING:
        return hashers.LANE
    if path.startswith("/admin"):
        return OPERATORS
    return PLAYERS if _brings_token(scope["headers"]) else STRANGERS


def _brings_token(headers: list[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            try:
                return bool(tokens.identify(value[7:].strip().decode("latin-1")))
            except Unauthenticated:
                return False
    return False
