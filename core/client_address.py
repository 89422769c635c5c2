"""The address that a client asks from, and the network that limits count it by.

uvicorn has put the client's own address in place of a proxy's by then, for the proxies that
``FORWARDED_ALLOW_IPS`` names and for no others: nothing of ours reads ``X-Forwarded-*``.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.http import HttpRequest

# One customer gets a network of this size at least, and may take any address in it.
IPV6_PREFIX = 64


def of_request(request: HttpRequest) -> str | None:
    """The address of a request; None over a unix socket, or where a proxy tells something else."""
    return normal(request.META.get("REMOTE_ADDR", ""))


def of_scope(scope: Mapping[str, Any]) -> str | None:
    """The address of an ASGI connection; None over a unix socket, or where a proxy tells something else."""
    client = scope.get("client")
    return normal(client[0]) if client else None


@lru_cache(4096)
def normal(text: str) -> str | None:
    """An address in its one usual form, without a zone; None if it is no address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


@lru_cache(4096)
def network(address: str) -> str:
    """The first address of the network of this one: an IPv4 address itself, the /64 of an IPv6 address."""
    if ":" not in address:
        return address
    return str(ip_network((address, IPV6_PREFIX), strict=False).network_address)


def request_of(scope: Mapping[str, Any]) -> HttpRequest:
    """A request with the client and the headers of an ASGI connection, for what asks a request."""
    request = HttpRequest()
    request.method = scope.get("method", "GET")
    request.path = request.path_info = scope["path"]
    request.META = {"REMOTE_ADDR": of_scope(scope) or "", "PATH_INFO": scope["path"]}
    for name, value in scope["headers"]:
        # As in the bridge: with a line below, it could pass for a header that a proxy vouches for.
        if b"_" not in name:
            request.META["HTTP_" + name.decode("latin-1").upper().replace("-", "_")] = value.decode("latin-1")
    return request
