"""HTTP calls of other systems, at addresses that users or operators gave: never of a private one."""

import asyncio
import functools
import ipaddress
import re
import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.conf import settings

WITHIN_S = 10.0
"""Time for a call, its connection included, however slowly it is answered."""

_TUNNELS = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")]
"""IPv6 addresses that stand for an IPv4 address, which may be a private one."""


class NotPublicError(OSError):
    """The address is of a private network, which may not be called."""


def may_call(address: str, allowed: Sequence[str]) -> bool:
    """Return whether this IP address is public, or in one of the allowed networks."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in ipaddress.ip_network(network) for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _TUNNELS)


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return the authorities that this machine trusts; to load them takes a tenth of a second."""
    return ssl.create_default_context()


async def post(url: str, body: bytes, headers: Mapping[str, str], *, networks: Sequence[str]) -> int:
    """Post to a permitted address within ``WITHIN_S`` and return the status; redirects are not followed.

    ``networks`` are private ones that may be called. Raises ``OSError``, also for a timeout, and
    ``ValueError`` if the answer is not HTTP.
    """
    async with asyncio.timeout(WITHIN_S):
        return await _post(url, body, headers, networks)


async def _post(url: str, body: bytes, headers: Mapping[str, str], networks: Sequence[str]) -> int:
    at = urlsplit(url)
    is_secure = at.scheme == "https"
    host, port = at.hostname or "", at.port or (443 if is_secure else 80)
    # By the address that was checked: a second look-up could give another one.
    reader, writer = await asyncio.open_connection(
        await _address(host, port, networks),
        port,
        ssl=await asyncio.to_thread(trusted) if is_secure else None,
        server_hostname=host if is_secure else None,
    )
    try:
        target = f"{at.path or '/'}{f'?{at.query}' if at.query else ''}"
        writer.write(_head(target, {"host": at.netloc, **headers, "content-length": str(len(body))}) + body)
        await writer.drain()
        answer = await reader.readline()
    finally:
        writer.transport.abort()
    found = re.match(rb"HTTP/1\.[01] (\d{3})\b", answer)
    if found is None:
        raise ValueError("The answer is not HTTP")
    return int(found[1])


async def _address(host: str, port: int, networks: Sequence[str]) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    addresses = [str(info[4][0]) for info in found]
    if not all(may_call(address, networks) for address in addresses):
        raise NotPublicError(f"{host} is not a public address")
    return addresses[0]


def _head(target: str, headers: Mapping[str, str]) -> bytes:
    given = {**headers, "user-agent": f"gameplatform/{settings.VERSION}", "connection": "close"}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")
