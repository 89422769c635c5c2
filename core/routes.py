"""Addresses that answer with and without their trailing slash, with no redirect: a POST keeps its body."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern

from core.parsers import INT64


class _EitherSlash(RoutePattern):
    def __init__(self, path: str, name: str | None) -> None:
        super().__init__(path, name=name, is_endpoint=True)
        self.path = path

    def match(self, path: str) -> Any:
        path = path.removesuffix("/")
        if self.converters:
            found = super().match(path)
            if found:
                rest, unnamed, named = found
                return rest, unnamed, {name: _askable(value) for name, value in named.items()}
            return None
        return ("", (), {}) if path == self.path else None


def _askable(value: Any) -> Any:
    # No id is that big, and not every query of a database can be asked about one that is; nor is any 0.
    return 0 if isinstance(value, int) and value not in INT64 else value


def route(path: str, view: Callable[..., HttpResponseBase], name: str | None = None) -> URLPattern:
    """A URL pattern for ``path`` (``"api/users/<int:user_id>"``, no slash at either end)."""
    if path != path.strip("/"):
        raise ValueError(f"A route has no slash at either end: {path!r}")
    return URLPattern(_EitherSlash(path, name), view, name=name)
