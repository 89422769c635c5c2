"""Addresses of Redis: a server's, or those of Sentinels, which know the primary of a service.

``redis+sentinel://user:password@host1:26379,host2:26379/service?db=0``; ``rediss+sentinel`` uses TLS for the
servers. The password is that of the servers, ``sentinel_password`` that of the Sentinels.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

SENTINEL = ("redis+sentinel", "rediss+sentinel")
SENTINEL_PORT = 26379


class Sentinels(NamedTuple):
    """Where the Sentinels are, the name of the service, and how to connect to both."""

    addresses: list[tuple[str, int]]
    service: str
    login: dict[str, Any]
    options: dict[str, Any]


def sentinels(url: str) -> Sentinels | None:
    """Return what a URL says of Sentinels, or None for that of a server. Raises ``ValueError``."""
    parts = urlsplit(url)
    if parts.scheme not in SENTINEL:
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = (unquote(part) for part in login.partition(":"))
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {"db": int(query.get("db", 0))}
    options |= {name: value for name, value in (("username", user), ("password", password)) if value}
    if parts.scheme.startswith("rediss"):
        options["ssl"] = True
    addresses = [_address(host) for host in hosts.split(",")]
    service = parts.path.strip("/")
    if not service:
        raise ValueError("There is no service")
    sentinel_password = query.get("sentinel_password")
    return Sentinels(
        addresses, service, {"password": sentinel_password} if sentinel_password else {}, options
    )


def channels_host(url: str) -> Any:
    """Return an address as ``channels_redis`` takes it in ``hosts``."""
    watched = sentinels(url)
    if watched is None:
        return url
    return {
        "sentinels": watched.addresses,
        "master_name": watched.service,
        "sentinel_kwargs": watched.login,
        **watched.options,
    }


def _address(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("A host is missing")
    return parts.hostname, parts.port or SENTINEL_PORT
