"""Typed access to environment variables; a malformed value is reported in one sentence.

An empty variable counts as unset. All functions raise ``ImproperlyConfigured``.
"""

import hashlib
import ipaddress
import os
import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from core.redis_urls import cluster, sentinels

# In seconds or minutes: still within the range of datetime.
MAX_INTEGER = 1_000_000_000
TRUE = ("true", "yes", "on", "1")
FALSE = ("false", "no", "off", "0")
POSTGRESQL = ("postgres", "postgresql")
DATABASES = (*POSTGRESQL, "sqlite")


def text(name: str, default: str) -> str:
    """Return a variable as text."""
    # Without django-environ, which expands "$word" to the value of another variable.
    return os.environ.get(name, "").strip() or default


def file_text(name: str, path: str) -> str:
    """Return the text of a file that a variable names."""
    try:
        return Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        raise _wrong(name, "the paths of readable files", path) from None


def providers(name: str) -> list[dict[str, Any]]:
    """Return the providers of sign-ins that are listed, each with the variables that begin with its name."""
    return [_provider(one) for one in names(name)]


def _provider(provider_id: str) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,29}", provider_id) or provider_id in {"device", "password"}:
        raise _wrong("PROVIDERS", "lower-case names", provider_id)
    prefix = f"PROVIDER_{provider_id.upper().replace('-', '_')}_"
    fields = ("name", "client_id", "client_secret", "issuer", "scope", "team_id", "key_id")
    given = {field: text(f"{prefix}{field.upper()}", "") for field in fields}
    given = {field: value for field, value in given.items() if value}
    if key_file := text(f"{prefix}KEY_FILE", ""):
        given["private_key"] = file_text(f"{prefix}KEY_FILE", key_file)
    if provider_id != "steam" and "client_id" not in given:
        raise ImproperlyConfigured(f"{prefix}CLIENT_ID is needed.")
    audiences = tuple(names(f"{prefix}AUDIENCES"))
    return {"id": provider_id, "client_id": "", **given, "audiences": audiences}


def integer(name: str, default: int, *, minimum: int = 1, maximum: int = MAX_INTEGER) -> int:
    """Return an integer between ``minimum`` and ``maximum``."""
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        number = minimum - 1
    if not minimum <= number <= maximum:
        raise _wrong(name, f"a whole number from {minimum} to {maximum}", value)
    return number


def fraction(name: str, default: str) -> Decimal:
    """Return a number from 0 to 1, as a Decimal so that sums of tenths stay exact."""
    value = text(name, default)
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 0 <= number <= 1):
        raise _wrong(name, "a number from 0 to 1", value)
    return number


def boolean(name: str, default: bool) -> bool:
    """Return true or false."""
    value = text(name, str(default)).lower()
    if value not in TRUE + FALSE:
        raise _wrong(name, "true or false", value)
    return value in TRUE


def names(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return a list of comma-separated names."""
    return [one for entry in text(name, ",".join(default)).split(",") if (one := entry.strip())]


def regions(name: str) -> dict[str, str]:
    """Return the addresses of regions by id, from a list such as ``eu=https://eu.example.com``."""
    found = {}
    for entry in names(name):
        region, _, address = entry.partition("=")
        url = urlsplit(address)
        is_address = url.scheme in ("http", "https") and url.netloc and not (url.path.strip("/") or url.query)
        if not (re.fullmatch(r"[a-z][a-z0-9-]{0,29}", region) and is_address):
            raise _wrong(name, "regions such as eu=https://eu.example.com", entry)
        found[region] = address.rstrip("/")
    return found


def cells() -> tuple[str, list[str]]:
    """Return the name of this cell and those of all, or nothing if it is not one of several."""
    cell, every = text("CELL", ""), names("CELLS")
    if cell and (cell not in every or not all(re.fullmatch(r"[a-z][a-z0-9-]{0,9}", one) for one in every)):
        raise _wrong("CELLS", "names of cells with CELL among them", ",".join(every))
    return cell, every


def hosts(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return host names as Django expects them: with a scheme or port none would ever match."""
    named = names(name, default)
    for host in named:
        # A colon is allowed inside [an IPv6 address].
        if "/" in host or ":" in host.partition("]")[2 if host.startswith("[") else 0]:
            raise _wrong(name, "host names without scheme and port, such as play.example.com", host)
    return named


def proxies(name: str, default: Sequence[str]) -> list[str]:
    """Return IP addresses and networks, or ``*`` for all."""
    named = names(name, default)
    for one in named:
        if one != "*" and not _is_network(one):
            raise _wrong(name, "addresses such as 127.0.0.1 or 10.0.0.0/8, or *", one)
    return named


def networks(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return IP addresses and networks."""
    named = names(name, default)
    for one in named:
        if not _is_network(one):
            raise _wrong(name, "addresses such as 127.0.0.1 or 10.0.0.0/8", one)
    return named


def _is_network(value: str) -> bool:
    try:
        return bool(ipaddress.ip_network(value))
    except ValueError:
        return False


def origins(name: str) -> list[str]:
    """Return origins as browsers send them."""
    named = names(name)
    for origin in named:
        try:
            at = urlsplit(origin)
            is_valid = (
                at.scheme in ("http", "https") and at.netloc and at.port != 0 and not at.path + at.query
            )
        except ValueError:
            is_valid = False
        if not is_valid:
            raise _wrong(name, "origins such as https://play.example.com, without a path", origin)
    return named


def one_of(name: str, choices: Sequence[str], default: str) -> str:
    """Return one of ``choices``."""
    value = text(name, default)
    if value not in choices:
        raise _wrong(name, f"{', '.join(choices[:-1])} or {choices[-1]}", value)
    return value


def some_of(name: str, choices: Collection[str]) -> list[str]:
    """Return some of ``choices``: those that are named, all by default, and none for ``none``."""
    named = names(name, list(choices))
    if named == ["none"]:
        return []
    for one in named:
        if one not in choices:
            raise _wrong(name, f"some of {', '.join(choices)}, or none", one)
    return named


def readable(name: str, default: Path) -> str:
    """Return the path of a readable file."""
    value = text(name, str(default))
    try:
        Path(value).open("rb").close()
    except OSError:
        raise _wrong(name, "the path of a file that can be read", value) from None
    return value


def url(name: str, default: str, *, schemes: Sequence[str]) -> str:
    """Return a URL with one of these schemes. It may contain a password, so a wrong value is not shown."""
    value = text(name, default)
    try:
        # Accessing the port validates it.
        is_valid = not value or (urlsplit(value).scheme in schemes and urlsplit(value).port != 0)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise _wrong(name, f"a URL that begins with {'://, '.join(schemes)}://")
    return value


def redis(name: str, default: str = "") -> str:
    """Return the URL of a Redis server, of Sentinels or of a cluster; a wrong value is not shown."""
    value = text(name, default)
    try:
        is_valid = not value or bool(sentinels(value) or cluster(value)) or _is_redis(value)
    except ValueError:
        is_valid = False
    if not is_valid:
        many = "redis+sentinel://host:26379,host:26379/service or redis+cluster://host:6379,host:6379"
        wanted = f"redis://, rediss://, unix://, {many}"
        raise _wrong(name, f"a URL such as {wanted}")
    return value


def _is_redis(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("redis", "rediss", "unix") and parts.port != 0


def mail(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings for a mail server's URL; a wrong value is not shown."""
    try:
        return dict(environ.Env.email_url_config(text(name, default)))
    except (KeyError, ValueError):
        raise _wrong(name, "a URL such as smtp+tls://user:password@host:587") from None


def database(name: str, default: str) -> dict[str, Any]:
    """Return Django's configuration for a database URL; a wrong value is not shown."""
    value = text(name, default)
    try:
        if urlsplit(value).scheme in DATABASES:
            config: dict[str, Any] = environ.Env.db_url_config(value)
            return config
    except ValueError:
        pass
    raise _wrong(name, "a URL such as postgres://user:password@host:5432/name or sqlite:///file")


def postgresql(name: str, *, most: int) -> list[dict[str, Any]]:
    """Return Django's configurations for PostgreSQL URLs, separated by commas; a wrong value is not shown."""
    urls = names(name)
    try:
        if len(urls) <= most and all(urlsplit(url).scheme in POSTGRESQL for url in urls):
            return [environ.Env.db_url_config(url) for url in urls]
    except ValueError:
        pass
    more = f", at most {most} of them, separated by commas" if most > 1 else ""
    raise _wrong(name, f"a URL such as postgres://user:password@host:5432/name{more}")


def redis_prefix(name: str, database: Mapping[str, Any]) -> str:
    """Return the prefix of all Redis keys and channels.

    Without the variable it is derived from the database, so that exactly the workers of one database share
    it.
    """
    value = text(name, "")
    if value and not re.fullmatch(r"[A-Za-z0-9._-]{1,32}", value):
        raise _wrong(name, "1 to 32 letters, digits, dots, hyphens and underscores", value)
    # The colon keeps the prefix "game1" distinct from "game10".
    return f"{value or _made_from(database)}:"


def _made_from(database: Mapping[str, Any]) -> str:
    at = database["NAME"]
    if "sqlite" in database["ENGINE"]:
        identity = at if at == ":memory:" else str(Path(at).resolve())
    else:
        beside = database.get("OPTIONS", {})
        host = database["HOST"] or beside.get("host", "")
        identity = f"{host}:{database['PORT'] or beside.get('port') or 5432}/{at}"
    return f"gp-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:12]}"


class Voice(NamedTuple):
    """Servers that help clients to talk, and the secrets that they share with us."""

    stun_urls: list[str]
    turn_urls: list[str]
    turn_secret: str
    relay_only: bool
    livekit_url: str
    livekit_key: str
    livekit_secret: str

    @property
    def livekit_origins(self) -> list[str]:
        """The origins to which LiveKit's client connects: for its socket, and for requests."""
        if not self.livekit_url:
            return []
        parts = urlsplit(self.livekit_url)
        secure = "s" if parts.scheme in ("wss", "https") else ""
        return [f"{kind}{secure}://{parts.netloc}" for kind in ("ws", "http")]


def voice() -> Voice:
    """Return the servers for voice."""
    found = Voice(
        stun_urls=names("VOICE_STUN_URLS"),
        turn_urls=names("VOICE_TURN_URLS"),
        turn_secret=text("VOICE_TURN_SECRET", ""),
        relay_only=boolean("VOICE_RELAY_ONLY", False),
        livekit_url=url("VOICE_LIVEKIT_URL", "", schemes=("wss", "ws", "https", "http")),
        livekit_key=text("VOICE_LIVEKIT_KEY", ""),
        livekit_secret=text("VOICE_LIVEKIT_SECRET", ""),
    )
    if found.turn_urls and not found.turn_secret:
        raise ImproperlyConfigured("VOICE_TURN_URLS needs VOICE_TURN_SECRET.")
    if found.relay_only and not found.turn_urls:
        raise ImproperlyConfigured("VOICE_RELAY_ONLY needs VOICE_TURN_URLS.")
    if found.livekit_url and not (found.livekit_key and found.livekit_secret):
        raise ImproperlyConfigured("VOICE_LIVEKIT_URL needs VOICE_LIVEKIT_KEY and VOICE_LIVEKIT_SECRET.")
    return found


def sentry(name: str) -> str:
    """Return Sentry's DSN, or an empty string. It contains a key, so a wrong value is not shown."""
    value = text(name, "")
    try:
        at = urlsplit(value)
        is_whole = at.username and at.hostname and at.port != 0 and at.path.rpartition("/")[2].isdecimal()
        is_valid = not value or (at.scheme in ("https", "http") and is_whole)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise _wrong(name, "a URL such as https://key@sentry.example.org/1")
    return value


def apps(name: str) -> list[str]:
    """Return packages to install as Django apps, without importing them: they may need the settings."""
    named = names(name)
    for app in named:
        if not _is_package(app):
            raise _wrong(name, "names of Python packages that can be imported", app)
    return named


def _is_package(name: str) -> bool:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.submodule_search_locations is not None


def _wrong(name: str, what: str, value: str | None = None) -> ImproperlyConfigured:
    found = "" if value is None else f", not {value!r}"
    return ImproperlyConfigured(f"{name} must be {what}{found}.")
