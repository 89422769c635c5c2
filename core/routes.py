"""URL patterns that match with and without a trailing slash: a redirect would lose a POST's body."""

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
    # No id exceeds 64 bits, and some databases cannot even compare such a number; no id is 0 either.
    return 0 if isinstance(value, int) and value not in INT64 else value


def route(path: str, view: Callable[..., HttpResponseBase], name: str | None = None) -> URLPattern:
    """Return a URL pattern for ``path`` (``"api/users/<int:user_id>"``, no slash at either end)."""
    if path != path.strip("/"):
        raise ValueError(f"A route has no slash at either end: {path!r}")
    return URLPattern(_EitherSlash(path, name), view, name=name)
