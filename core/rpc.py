"""Remote procedures: functions of extra apps that become typed routes below ``/api/rpc/``."""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, get_type_hints

import msgspec
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import URLPattern
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import limits
from core.fast_routes import METHODS
from core.idempotency import idempotent
from core.limit_counts import Limit
from core.parsers import read_struct
from core.routes import route

Procedure = TypeVar("Procedure", bound=Callable[..., Any])

_PATH = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*")
_WITH_BODY = ("POST", "PUT", "PATCH")

_procedures: dict[str, dict[str, "_Procedure"]] = defaultdict(dict)


def rpc(method: str, path: str, *, limit: Limit | None = None) -> Callable[[Procedure], Procedure]:
    """Serve ``function(who, **arguments)`` as this method of ``/api/rpc/<path>``.

    ``who`` is the caller's identity. The other parameters are the fields of the body or, of a GET or DELETE,
    of the query; their annotations are checked and documented, and a default makes one optional. The result
    is a struct, a list of structs, or None for a 204. All but a GET is one transaction, and a POST honours
    ``Idempotency-Key``. ``limit`` is for each caller.
    """

    def register(function: Procedure) -> Procedure:
        if method not in METHODS or not _PATH.fullmatch(path):
            raise ValueError(f"No route of a procedure: {method} {path!r}")
        if method in _procedures[path]:
            raise ValueError(f"Two procedures are called {method} {path}")
        _procedures[path][method] = _procedure(method, path, function, limit)
        return function

    return register


def urlpatterns() -> list[URLPattern]:
    """Return the routes of all procedures, for below ``/api/rpc/``."""
    return [route(path, _view(path, by_method).as_view()) for path, by_method in sorted(_procedures.items())]


class _Procedure(NamedTuple):
    function: Callable[..., Any]
    handler: Callable[..., HttpResponseBase]


def _procedure(method: str, path: str, function: Callable[..., Any], limit: Limit | None) -> _Procedure:
    hints = get_type_hints(function, include_extras=True)
    answer = hints.pop("return")
    asks = _arguments(method, path, function, hints)
    has_body = method in _WITH_BODY and bool(asks.__struct_fields__)
    door = limits.Door(f"rpc:{method}:{path}", by_address=None, by_account=limit)

    def handle(view: APIView, request: Request) -> HttpResponseBase:
        if limit is not None:
            limits.knock(door, request._request, account=str(request.user.pk))
        if method in _WITH_BODY:
            asked = read_struct(asks, request.data)
        else:
            asked = read_struct(asks, request.query_params.dict(), is_text=True)
        arguments = msgspec.structs.asdict(asked)
        if method == "GET":
            result = function(request.auth, **arguments)
        else:
            with transaction.atomic():
                result = function(request.auth, **arguments)
        return Response(result, status=204 if result is None else 200)

    handler = idempotent(handle) if method == "POST" else handle
    description = (function.__doc__ or "").strip()
    documented = extend_schema(
        description=description if limit is None else f"{description} 429 `rate_limited`.".strip(),
        request=asks if has_body else None,
        parameters=[] if method in _WITH_BODY else _parameters(asks),
        responses={204: None} if answer is type(None) else answer,
    )
    return _Procedure(function, documented(handler))


def _arguments(
    method: str, path: str, function: Callable[..., Any], hints: dict[str, Any]
) -> type[msgspec.Struct]:
    """Return a struct of all parameters but the first, named after the route."""
    code = function.__code__
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    positional = code.co_varnames[1 : code.co_argcount]
    given = function.__defaults__ or ()
    defaults = dict(zip(positional[len(positional) - len(given) :], given, strict=True))
    defaults |= function.__kwdefaults__ or {}
    fields: list[Any] = [
        (name, hints[name], defaults[name]) if name in defaults else (name, hints[name]) for name in names
    ]
    words = re.split(r"[^a-z0-9]+", path if method == "POST" else f"{method.lower()}/{path}")
    title = "".join(word.title() for word in words)
    return msgspec.defstruct(
        title,
        fields,
        module=function.__module__,
        namespace={"__doc__": f"The arguments of `{path}`."},
        kw_only=True,
    )


def _parameters(asks: type[msgspec.Struct]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            field.encode_name,
            {name: value for name, value in schema.items() if name not in ("description", "default")},
            required=field.required,
            description=schema.get("description", ""),
        )
        for field in msgspec.structs.fields(asks)
        for schema in [msgspec.json.schema(field.type)]
    ]


def _view(path: str, by_method: dict[str, _Procedure]) -> type[APIView]:
    """Return a view that belongs to the module of its first procedure, whose documentation it has."""
    first = next(iter(by_method.values())).function
    contents: dict[str, Any] = {method.lower(): one.handler for method, one in by_method.items()}
    return type(
        "Procedures",
        (APIView,),
        contents | {"__doc__": first.__doc__ or path, "__module__": first.__module__},
    )
