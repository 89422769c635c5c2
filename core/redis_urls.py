"""Addresses of Redis: a server's, those of Sentinels, which know the primary of a service, or a cluster's.

``redis+sentinel://user:password@host1:26379,host2:26379/service?db=0``; ``rediss+sentinel`` uses TLS for the
servers. The password is that of the servers, ``sentinel_password`` that of the Sentinels.

``redis+cluster://user:password@host1:6379,host2:6379`` names some nodes of a cluster, which know the others;
``rediss+cluster`` uses TLS.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

SENTINEL = ("redis+sentinel", "rediss+sentinel")
SENTINEL_PORT = 26379
CLUSTER = ("redis+cluster", "rediss+cluster")
CLUSTER_PORT = 6379


class Sentinels(NamedTuple):
    """Where the Sentinels are, the name of the service, and how to connect to both."""

    addresses: list[tuple[str, int]]
    service: str
    login: dict[str, Any]
    options: dict[str, Any]


class Cluster(NamedTuple):
    """Some nodes of a cluster, and how to connect to all."""

    addresses: list[tuple[str, int]]
    options: dict[str, Any]


def sentinels(url: str) -> Sentinels | None:
    """Return what a URL says of Sentinels, or None for another. Raises ``ValueError``."""
    parts = urlsplit(url)
    if parts.scheme not in SENTINEL:
        return None
    addresses, options = _many(url, SENTINEL_PORT)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options = {"db": int(query.get("db", 0))} | options
    service = parts.path.strip("/")
    if not service:
        raise ValueError("There is no service")
    sentinel_password = query.get("sentinel_password")
    return Sentinels(
        addresses, service, {"password": sentinel_password} if sentinel_password else {}, options
    )


def is_cluster(url: str) -> bool:
    """Return whether a URL is that of a cluster."""
    return url.startswith(CLUSTER)


def cluster(url: str) -> Cluster | None:
    """Return what a URL says of a cluster, or None for another. Raises ``ValueError``."""
    if not is_cluster(url):
        return None
    if urlsplit(url).path.strip("/"):
        raise ValueError("A cluster has no databases")
    return Cluster(*_many(url, CLUSTER_PORT))


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


def _many(url: str, port: int) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    """Return the addresses in a URL, and the options of connections."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = (unquote(part) for part in login.partition(":"))
    options: dict[str, Any] = {
        name: value for name, value in (("username", user), ("password", password)) if value
    }
    if parts.scheme.startswith("rediss"):
        options["ssl"] = True
    return [_address(host, port) for host in hosts.split(",")], options


def _address(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("A host is missing")
    return parts.hostname, parts.port or port
