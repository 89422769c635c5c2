"""Signatures of calls, and the addresses that may be called.

The signature is that of the Standard Webhooks specification, for which most languages have a library.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta

PREFIX = "whsec_"
MAX_ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=1)

_TUNNELS = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")]
"""IPv6 addresses that stand for an IPv4 address, which may be a private one."""


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


def may_call(address: str, allowed: Sequence[str]) -> bool:
    """Return whether this IP address is public, or in one of the allowed networks."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in ipaddress.ip_network(network) for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _TUNNELS)
