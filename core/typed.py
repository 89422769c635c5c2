"""Handlers of routes with typed bodies: a struct in, a struct out."""

import functools
from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.parsers import read_struct


def typed(handler: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Give a view's method the body as a struct, answer with the struct it returns, and document both.

    ``def post(self, request, lap: Lap) -> Placed`` takes the body from the parameter annotated with a struct,
    if there is one. The annotation of the result is a struct, a list of one, or None for a 204. The docstring
    becomes the description; refusals whose codes stand in it in backticks are documented as responses. A body
    that is no such struct is refused with :class:`~core.refusals.Invalid`.
    """
    hints = get_type_hints(handler)
    answer = hints.pop("return")
    bodies = {name: kind for name, kind in hints.items() if _is_struct(kind)}

    @functools.wraps(handler)
    def call(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        read = {name: read_struct(kind, request.data) for name, kind in bodies.items()}
        result = handler(view, request, *args, **kwargs, **read)
        return Response(result, status=204 if result is None else 200)

    return extend_schema(
        description=handler.__doc__,
        request=next(iter(bodies.values()), None),
        responses={204: None} if answer is type(None) else answer,
    )(call)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
