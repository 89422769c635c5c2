"""A table of the API's routes: finds the view of a path without trying all URL patterns in turn."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from core.problems import API_ROOTS
from core.renderers import JSONOnlyNegotiation, MsgspecRenderer

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# A view that overrides one of these, on which ``Operation`` relies, is called as Django calls it.
_OF_FRAMEWORK = (
    "allowed_methods",
    "default_response_headers",
    "determine_version",
    "dispatch",
    "finalize_response",
    "get_content_negotiator",
    "get_format_suffix",
    "get_renderer_context",
    "get_renderers",
    "initial",
    "perform_content_negotiation",
)
_CODE_OF_AS_VIEW = APIView.as_view().__wrapped__.__code__  # type: ignore[attr-defined]


class Operation:
    """A method of an ordinary view: one that leaves ``dispatch`` to REST framework and answers JSON."""

    def __init__(self, view: type[APIView], options: dict[str, Any], method: str) -> None:
        self._view = view
        self._options = options
        self._handler = method.lower()
        self._renderer = MsgspecRenderer()
        example: Any = view(**options)
        example.setup(None)
        self.headers: dict[str, str] = example.default_response_headers
        is_for_all_users = view.permission_classes == [IsAuthenticated] and not view.throttle_classes
        handler = getattr(view, self._handler)
        self.at_once: Callable[..., Any] | None = getattr(handler, "at_once", None)
        if self.at_once is not None:
            authentication: Any
            (authentication,) = view.authentication_classes
            self.identify_at_once: Callable[[str], Any] = authentication.identify_at_once
            if not is_for_all_users:
                raise TypeError(f"{view.__name__} cannot answer at once: its limits may block")

    def answer(self, request: HttpRequest, match: ResolverMatch) -> HttpResponseBase:
        """Return the response of ``dispatch``, without negotiating what is always the same."""
        view: Any = self._view(**self._options)
        view.setup(request, *match.args, **match.kwargs)
        view.request = asked = view.initialize_request(request, *match.args, **match.kwargs)
        view.headers, view.format_kwarg = self.headers, None
        asked.accepted_renderer, asked.accepted_media_type = self._renderer, self._renderer.media_type
        asked.version = asked.versioning_scheme = None
        try:
            view.perform_authentication(asked)
            view.check_permissions(asked)
            view.check_throttles(asked)
            response: HttpResponseBase = getattr(view, self._handler)(asked, *match.args, **match.kwargs)
        except Exception as error:
            response = view.handle_exception(error)
        for name, value in self.headers.items():
            response[name] = value
        if isinstance(response, Response):
            response.accepted_renderer = self._renderer
            response.accepted_media_type = self._renderer.media_type
            response.renderer_context = view.get_renderer_context()  # type: ignore[attr-defined]
            response = response.render()
        return response


class Found(NamedTuple):
    """The operation for a request, and what its path matched."""

    operation: Operation
    match: ResolverMatch


class _Place(NamedTuple):
    """The includes above a URL pattern: what their paths begin with, and their names."""

    prefix: str = ""
    app_names: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


_TOP = _Place()


class _Route:
    """A URL pattern below includes; ``operations`` is None unless its view is ordinary."""

    def __init__(self, place: _Place, pattern: URLPattern | URLResolver) -> None:
        self.prefix = prefix = place.prefix
        self._place = place
        self.pattern = pattern
        self.operations = _operations(pattern) if isinstance(pattern, URLPattern) else None
        # Text with which every path that matches begins; none is known of a regular expression.
        self.begins = prefix + (str(pattern.pattern).partition("<")[0] if _is_route(pattern) else "")

    def resolve(self, path: str) -> ResolverMatch | None:
        if not path.startswith(self.prefix):
            return None
        match: Any = self.pattern.resolve(path[len(self.prefix) :])
        if match is None:
            return None
        return ResolverMatch(
            match.func,
            match.args,
            match.kwargs,
            match.url_name,
            [*self._place.app_names, *match.app_names],
            [*self._place.namespaces, *match.namespaces],
            self.prefix + match.route,
            captured_kwargs=match.captured_kwargs,
            extra_kwargs=match.extra_kwargs,
        )


class Table:
    """The routes of a URLconf, by the first two segments of their paths, in the order of its patterns."""

    def __init__(self, urlconf: str) -> None:
        routes = list(_routes(get_resolver(urlconf)))
        beginnings = {_beginning(route.begins) for route in routes if _is_of_api(route)}
        self._routes = {
            beginning: [route for route in routes if _may_match(route, beginning)] for beginning in beginnings
        }
        self._fixed: dict[str, tuple[_Route, ResolverMatch]] = {}
        for route in routes:
            if _is_of_api(route) and not route.pattern.pattern.converters:
                for path in (route.begins.rstrip("/"), f"{route.begins.rstrip('/')}/"):
                    if (found := self._try(path)) is not None:
                        self._fixed[path] = found

    def find(self, method: str, path: str) -> Found | None:
        """Return the operation for a path without its first slash, or None if Django has to look."""
        found = self._fixed.get(path) or self._try(path)
        if found is None:
            return None
        route, match = found
        operation = route.operations and route.operations.get(method)
        return Found(operation, match) if operation else None

    def _try(self, path: str) -> tuple[_Route, ResolverMatch] | None:
        for route in self._routes.get(_beginning(path), ()):
            if route.operations is None and not isinstance(route.pattern, URLPattern):
                return None
            match = route.resolve(path)
            if match is not None:
                return route, match
        return None


table = cache(Table)


def _routes(resolver: URLResolver, place: _Place = _TOP) -> Iterator[_Route]:
    """Yield all routes; one for an ``include`` below parameters."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and _is_plain(pattern):
            within = _Place(
                f"{place.prefix}{pattern.pattern}",
                (*place.app_names, pattern.app_name or ""),
                (*place.namespaces, pattern.namespace or ""),
            )
            yield from _routes(pattern, within)
        else:
            yield _Route(place, pattern)


def _is_plain(resolver: URLResolver) -> bool:
    return _is_route(resolver) and not (resolver.pattern.converters or resolver.default_kwargs)


def _is_route(pattern: URLPattern | URLResolver) -> bool:
    return isinstance(pattern.pattern, RoutePattern)


def _is_of_api(route: _Route) -> bool:
    return route.operations is not None and route.begins.partition("/")[0] in API_ROOTS


def _beginning(path: str) -> str:
    return "/".join(path.split("/", 2)[:2])


def _may_match(route: _Route, beginning: str) -> bool:
    shorter = min(len(route.begins), len(beginning))
    return route.begins[:shorter] == beginning[:shorter]


def _operations(pattern: URLPattern) -> dict[str, Operation] | None:
    view: Any = getattr(pattern.callback, "cls", None)
    made_by = getattr(getattr(pattern.callback, "__wrapped__", None), "__code__", None)
    is_ordinary = (
        _is_route(pattern)
        and view is not None
        and made_by is _CODE_OF_AS_VIEW
        and all(getattr(view, name) is getattr(APIView, name) for name in _OF_FRAMEWORK)
        and view.content_negotiation_class is JSONOnlyNegotiation
        and view.renderer_classes[:1] == [MsgspecRenderer]
        and view.versioning_class is None
    )
    if not is_ordinary:
        return None
    options = pattern.callback.view_initkwargs  # type: ignore[attr-defined]
    return {method: Operation(view, options, method) for method in METHODS if hasattr(view, method.lower())}
