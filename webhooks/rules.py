"""Signatures of calls, and the times of their attempts.

The signature is that of the Standard Webhooks specification, for which most languages have a library.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

PREFIX = "whsec_"
MAX_ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=1)


def new_secret() -> str:
    """Return a new secret for signatures."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(keys: Iterable[str], id: str, timestamp: int, body: str) -> str:
    """Return the signatures with these secrets, separated by spaces."""
    signed = f"{id}.{timestamp}.{body}".encode()
    digests = (hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256) for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest.digest()).decode()}" for digest in digests)


def wait_after(attempts: int) -> timedelta | None:
    """Return the time until the next attempt after so many, or None if that was the last."""
    return min(timedelta(seconds=5 * 2 ** (attempts - 1)), LONGEST_WAIT) if attempts < MAX_ATTEMPTS else None
