"""The WebSocket routes of all installed apps, collected from their ``routing`` modules."""

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from channels.routing import URLRouter
from django.conf import settings

from core import sections
from core.refusals import Malformed, NotFound

_REMEMBERED_PATHS = 1024

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Router(URLRouter):
    """A URL router that matches each path once and does not copy the scope.

    It is released once the socket is open.

    Raises ``NotFound`` or ``Malformed``.
    """

    def __init__(self, routes: Iterable[Any]) -> None:
        super().__init__(list(routes))
        self._find = lru_cache(_REMEMBERED_PATHS)(self._look_for)

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        application, args, kwargs = self._find(path)
        scope["url_route"] = {"args": args, "kwargs": kwargs}
        return application(scope, receive, send)

    def _look_for(self, path: str) -> tuple[Application, tuple[Any, ...], dict[str, Any]]:
        # As over HTTP: NUL is never valid, and PostgreSQL rejects it.
        if "\0" in path:
            raise Malformed("Addresses must not hold NUL characters.")
        for pattern in self.routes:
            found = pattern.pattern.match(path)
            if found is not None:
                _, args, kwargs = found
                return pattern.callback, args, {**kwargs, **pattern.default_args}
        raise NotFound("There is no socket at this path.")


def apps() -> list[str]:
    """Return the apps that may declare sockets: the platform's, and those installed by the operator."""
    return [*settings.OUR_APPS, *settings.EXTRA_APPS]


def websocket_urlpatterns() -> list[Any]:
    """Return the routes of the sockets that this deployment offers."""
    return sections.offered(declared_urlpatterns())


def declared_urlpatterns() -> list[Any]:
    """Return the ``websocket_urlpatterns`` of every app with a ``routing`` module."""
    return [
        pattern
        for app in apps()
        if app != __package__ and find_spec(f"{app}.routing")
        for pattern in import_module(f"{app}.routing").websocket_urlpatterns
    ]
