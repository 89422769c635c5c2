"""The threads that run each request, and the limits on everything that needs no token."""

from typing import Any

from accounts import hashers, tokens
from core import lanes
from core.lanes import Lane
from core.refusals import Unauthenticated

PLAYERS = Lane("http", threads=8, max_waiting=256, max_held=64 << 20)
OPERATORS = Lane("operators", threads=2, max_waiting=32)
"""For the admin, whose sign-in page is a stranger's dearest, and whose exports take long."""

PROVIDERS = Lane("providers", threads=4, max_waiting=32)
"""For calls that wait for a provider's server."""

HASHING = frozenset(
    {
        "POST /api/auth/register",
        "POST /api/auth/login",
        "POST /api/auth/upgrade",
        "POST /api/token",
        "POST /api/auth/password/reset",
        "POST /api/me/password",
        "PATCH /api/me",
        "POST /api/me/email",
        "POST /api/me/links/password",
        "DELETE /api/me/mfa/totp",
        "POST /api/me/proof",
        "DELETE /api/me",
        "POST /admin/login",
    }
)
"""The operations that hash a password, whoever asks."""


_OF_PROVIDERS = ("/api/auth/provider", "/api/me/links/")


def lane_of(scope: dict[str, Any]) -> Lane:
    """Return the lane for a request; those of players are for requests with a valid token."""
    path = scope["path"].removesuffix("/")
    if f"{scope['method']} {path}" in HASHING:
        return hashers.LANE
    if path.startswith(_OF_PROVIDERS):
        return PROVIDERS
    if path.startswith("/admin"):
        return OPERATORS
    return PLAYERS if _brings_token(scope["headers"]) else lanes.STRANGERS


def _brings_token(headers: list[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            try:
                return bool(tokens.identify(value[7:].strip().decode("latin-1")))
            except Unauthenticated:
                return False
    return False


_ONE_HASH = "one password hash, in threads and a queue of their own; counted by address"
_DOCUMENT = "bytes that were made once; counted by address"
_FIXED = "nothing but a short answer that does not depend on what is stored"
_MAIL = "a row, and a mail if there is an account, at most five in an hour to each; counted by address"
OPEN_ROUTES = {
    "POST /api/auth/register": _ONE_HASH,
    "POST /api/auth/login": _ONE_HASH,
    "POST /api/token": _ONE_HASH,
    "POST /api/auth/password/reset": _ONE_HASH,
    "POST /api/auth/password/forgot": _MAIL,
    "POST /api/auth/code": _MAIL,
    "POST /api/auth/code/confirm": "a few rows, in the strangers' lane; counted by address and by e-mail",
    "POST /api/auth/email/verify": "a few rows, in the strangers' lane; counted by address",
    "POST /api/auth/device": "a few rows, in the strangers' lane; counted by address",
    "GET /api/auth/providers": "the settings, and each provider's document once; in the providers' lane",
    "POST /api/auth/provider/<slug:provider>": "two calls to the provider of five seconds each and a few "
    "rows, in the providers' lane; counted by address",
    "POST /api/auth/passkey/begin": "one row, in the strangers' lane; counted by address",
    "POST /api/auth/passkey/finish": "one signature and a few rows; counted by address",
    "POST /api/auth/mfa": "a few rows, in the strangers' lane; counted by address, five tries a challenge",
    "POST /api/auth/guest": "a few rows, in the strangers' lane; counted by address",
    "POST /api/token/refresh": "one signature, and one row only if it holds; in the strangers' lane",
    "GET /.well-known/jwks.json": _FIXED,
    "GET /api/regions": _FIXED,
    "GET /api/status": "counts kept for two seconds, and one thread at most that counts",
    "GET /api/openapi.json": _DOCUMENT,
    "GET /api/asyncapi.json": _DOCUMENT,
    "GET /api/docs/events": "bytes that were made once",
    "GET /api/docs": "a page of a thousand characters without a look at the database",
    "GET /api/games/now": "an answer that is kept for five seconds",
    "GET /api/games/<uuid:game_id>/invitation": "one row, in the strangers' lane; counted by address",
    "GET /health/live": _FIXED,
    "GET /health/ready": "one statement of the database and one of Redis, in the strangers' lane",
    "GET /metrics": "refused to public addresses, and without the token where there is one",
}
"""The highest cost of each operation that needs no token, and what bounds it."""

OPEN_PAGES = {
    "/": "one small template; in the strangers' lane",
    "/admin": "one page of sign-in in the operators' lane, and its password in the hashing lane",
    "unknown": _FIXED,
    "/static": "a file, streamed from the disk in the strangers' lane",
}
OPEN_COMMANDS = {
    "ping": "one frame for each, at most SOCKET_MAX_RATE a second before the socket is closed",
    "auth_request": f"{_ONE_HASH}; with a token, one signature, in the strangers' lane; one at a time "
    "on a socket, for ten seconds",
    "disconnect": "the end of the socket",
}
"""The messages accepted on a socket before sign-in; sockets are counted by address."""
