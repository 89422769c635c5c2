"""The address of a client, and the network by which limits count it.

uvicorn has already replaced a proxy's address by the client's, for proxies in ``FORWARDED_ALLOW_IPS`` only;
our code never reads ``X-Forwarded-*``.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.http import HttpRequest

# One customer gets a network of at least this size, and may use any address in it.
IPV6_PREFIX = 64


def of_request(request: HttpRequest) -> str | None:
    """Return the address of a request; None over a unix socket or with a malformed proxy header."""
    return normal(request.META.get("REMOTE_ADDR", ""))


def of_scope(scope: Mapping[str, Any]) -> str | None:
    """Return the address of an ASGI connection; None over a unix socket or with a malformed proxy header."""
    client = scope.get("client")
    return normal(client[0]) if client else None


@lru_cache(4096)
def normal(text: str) -> str | None:
    """Return an address in canonical form without a zone, or None if it is invalid."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


@lru_cache(4096)
def network(address: str) -> str:
    """Return the first address of its network: an IPv4 address itself, the /64 of an IPv6 address."""
    if ":" not in address:
        return address
    return str(ip_network((address, IPV6_PREFIX), strict=False).network_address)


def request_of(scope: Mapping[str, Any]) -> HttpRequest:
    """Return a Django request with the client and headers of an ASGI connection."""
    request = HttpRequest()
    request.method = scope.get("method", "GET")
    request.path = request.path_info = scope["path"]
    request.META = {"REMOTE_ADDR": of_scope(scope) or "", "PATH_INFO": scope["path"]}
    for name, value in scope["headers"]:
        # As in the bridge: with an underscore it could pass for a header set by a trusted proxy.
        if b"_" not in name:
            request.META["HTTP_" + name.decode("latin-1").upper().replace("-", "_")] = value.decode("latin-1")
    return request
