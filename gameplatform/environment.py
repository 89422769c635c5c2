"""Values of the environment that must be of some form; one that is not is named in one sentence.

A variable that is empty counts as not set. All raise ``ImproperlyConfigured``.
"""

import ipaddress
import os
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Of seconds or minutes: dates so far from now can still be written.
MOST = 1_000_000_000
TRUE = ("true", "yes", "on", "1")
FALSE = ("false", "no", "off", "0")
DATABASES = ("postgres", "postgresql", "sqlite")


def plain(name: str, default: str) -> str:
    """A text of any form."""
    # Not by django-environ, for which "$word" is what another variable holds, or nothing.
    return os.environ.get(name, "").strip() or default


def whole(name: str, default: int, *, least: int = 1, most: int = MOST) -> int:
    """A whole number between two."""
    text = plain(name, str(default))
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise _wrong(name, f"a whole number from {least} to {most}", text)
    return number


def part(name: str, default: str) -> Decimal:
    """A part of a whole. Decimal, so that a tenth is a tenth however many of them come together."""
    text = plain(name, default)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 0 <= number <= 1):
        raise _wrong(name, "a number from 0 to 1", text)
    return number


def flag(name: str, default: bool) -> bool:
    """Whether something is so."""
    text = plain(name, str(default)).lower()
    if text not in TRUE + FALSE:
        raise _wrong(name, "true or false", text)
    return text in TRUE


def names(name: str, default: Sequence[str] = ()) -> list[str]:
    """Names with commas between them."""
    return [one for entry in plain(name, ",".join(default)).split(",") if (one := entry.strip())]


def hosts(name: str, default: Sequence[str] = ()) -> list[str]:
    """Names of hosts as Django wants them: without a scheme and a port, with which none would ever match."""
    named = names(name, default)
    for host in named:
        # A colon is well within [an address].
        if "/" in host or ":" in host.partition("]")[2 if host.startswith("[") else 0]:
            raise _wrong(name, "host names without scheme and port, such as play.example.com", host)
    return named


def proxies(name: str, default: Sequence[str]) -> list[str]:
    """Addresses and networks, or ``*`` for all."""
    named = names(name, default)
    for one in named:
        if one != "*" and not _is_network(one):
            raise _wrong(name, "addresses such as 127.0.0.1 or 10.0.0.0/8, or *", one)
    return named


def networks(name: str, default: Sequence[str]) -> list[str]:
    """Addresses and networks."""
    named = names(name, default)
    for one in named:
        if not _is_network(one):
            raise _wrong(name, "addresses such as 127.0.0.1 or 10.0.0.0/8", one)
    return named


def _is_network(text: str) -> bool:
    try:
        return bool(ipaddress.ip_network(text))
    except ValueError:
        return False


def origins(name: str) -> list[str]:
    """Origins of pages, as browsers send them."""
    named = names(name)
    for origin in named:
        try:
            at = urlsplit(origin)
            is_well = at.scheme in ("http", "https") and at.netloc and at.port != 0 and not at.path + at.query
        except ValueError:
            is_well = False
        if not is_well:
            raise _wrong(name, "origins such as https://play.example.com, without a path", origin)
    return named


def one_of(name: str, choices: Sequence[str], default: str) -> str:
    """One of these words."""
    text = plain(name, default)
    if text not in choices:
        raise _wrong(name, f"{', '.join(choices[:-1])} or {choices[-1]}", text)
    return text


def readable(name: str, default: Path) -> str:
    """The path of a file."""
    text = plain(name, str(default))
    try:
        Path(text).open("rb").close()
    except OSError:
        raise _wrong(name, "the path of a file that can be read", text) from None
    return text


def url(name: str, default: str, *, schemes: Sequence[str]) -> str:
    """A URL of one of these schemes; it may hold a password, so what is wrong is not shown."""
    text = plain(name, default)
    try:
        # Asked for, the port is looked at.
        is_well = not text or (urlsplit(text).scheme in schemes and urlsplit(text).port != 0)
    except ValueError:
        is_well = False
    if not is_well:
        raise _wrong(name, f"a URL that begins with {'://, '.join(schemes)}://")
    return text


def database(name: str, default: str) -> dict[str, Any]:
    """Django's configuration of the database of a URL, of which nothing wrong is shown either."""
    text = plain(name, default)
    try:
        if urlsplit(text).scheme in DATABASES:
            config: dict[str, Any] = environ.Env.db_url_config(text)
            return config
    except ValueError:
        pass
    raise _wrong(name, "a URL such as postgres://user:password@host:5432/name or sqlite:///file")


def sentry(name: str) -> str:
    """Where errors go at Sentry, if anywhere; it holds a key, so what is wrong is not shown."""
    text = plain(name, "")
    try:
        at = urlsplit(text)
        is_whole = at.username and at.hostname and at.port != 0 and at.path.rpartition("/")[2].isdecimal()
        is_well = not text or (at.scheme in ("https", "http") and is_whole)
    except ValueError:
        is_well = False
    if not is_well:
        raise _wrong(name, "a URL such as https://key@sentry.example.org/1")
    return text


def apps(name: str) -> list[str]:
    """Packages to install as Django apps. Their code is not run yet: it may ask for settings."""
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


def _wrong(name: str, what: str, text: str | None = None) -> ImproperlyConfigured:
    found = "" if text is None else f", not {text!r}"
    return ImproperlyConfigured(f"{name} must be {what}{found}.")
