"""The form of keys and scopes."""

import hashlib
import re
import secrets
from collections.abc import Iterable

PREFIX = "gpk_"
SCOPE = re.compile(r"(\*|GET|POST|PUT|PATCH|DELETE) (/(?:api|game)/[\w./-]*)")
NEVER = ("/api/auth/", "/api/token/", "/api/me/")
"""The account itself: only its owner signs in, changes the password, or erases it."""


def new_key() -> str:
    """Return a new key, which cannot be guessed."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """Return what is stored of a key. A fast hash is enough for a key of 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_of_the_account(path: str) -> bool:
    """Return whether no key reaches this path."""
    return f"{path.rstrip('/')}/".startswith(NEVER)


def permits(scopes: Iterable[str], method: str, path: str) -> bool:
    """Return whether one of the scopes has this method (or ``*``) and this path or one above it."""
    if is_of_the_account(path):
        return False
    path = f"{path.rstrip('/')}/"
    wanted = "GET" if method == "HEAD" else method
    split = (scope.split(" ") for scope in scopes)
    return any(verb in ("*", wanted) and path.startswith(f"{above.rstrip('/')}/") for verb, above in split)
