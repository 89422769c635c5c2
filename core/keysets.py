"""Pages of lists in any order of columns: a cursor holds the position of a row, and rows behind it follow.

Unlike those of ``core.paging``, these pages stay right however many rows are equal in the first column.
"""

import base64
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from core.paging import CursorPagination
from core.refusals import Invalid
from core.renderers import encode
from core.shapes import Page

Row = TypeVar("Row", bound=Model)


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    is_forward: bool
    position: list[str | int | float]


class Slice(NamedTuple):
    """Rows of a list, and whether there are others before and after them."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def keyset_page(
    view: APIView,
    rows: QuerySet[Row],
    *,
    ordering: Sequence[str],
    show: Callable[[Iterable[Row]], list[Any]],
) -> Response:
    """Return the page that the request's ``cursor`` and ``limit`` name; the ordering must be unique.

    Raises ``Invalid``.
    """
    request = view.request
    limit = CursorPagination().get_page_size(request)
    given = request.query_params.get("cursor")
    found = _first(rows, ordering, limit) if not given else _behind(rows, ordering, limit, _read(given))
    return page_of(view, found, ordering=ordering, show=show)


def page_of(
    view: APIView, found: Slice, *, ordering: Sequence[str], show: Callable[[Iterable[Any]], list[Any]]
) -> Response:
    """Return a slice of a list as a page with links to its neighbours."""

    def link(row: Any, *, is_forward: bool) -> str:
        position = [attrgetter(name.lstrip("-").replace("__", "."))(row) for name in ordering]
        cursor = base64.urlsafe_b64encode(encode([is_forward, position])).decode()
        return str(replace_query_param(view.request.build_absolute_uri(), "cursor", cursor))

    shown = found.rows
    return Response(
        Page(
            next=link(shown[-1], is_forward=True) if shown and found.has_next else None,
            previous=link(shown[0], is_forward=False) if shown and found.has_previous else None,
            results=show(shown),
        )
    )


def rows_after(
    rows: QuerySet[Row], ordering: Sequence[str], position: Sequence[Any], count: int
) -> list[Row]:
    """Return the first rows behind a position."""
    conditions = []
    for end, name in enumerate(ordering):
        same = {name.lstrip("-"): value for name, value in zip(ordering[:end], position, strict=False)}
        past = "lt" if name.startswith("-") else "gt"
        conditions.append(Q(**same, **{f"{name.lstrip('-')}__{past}": position[end]}))
    # The first condition follows from the others, but it is the one that can use an index.
    first, to = ordering[0].lstrip("-"), "lte" if ordering[0].startswith("-") else "gte"
    behind = rows.filter(**{f"{first}__{to}": position[0]}).filter(reduce(Q.__or__, conditions))
    return list(behind.order_by(*ordering)[:count])


def rows_before(
    rows: QuerySet[Row], ordering: Sequence[str], position: Sequence[Any], count: int
) -> list[Row]:
    """Return the last rows before a position, in the order of the list."""
    back = [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]
    return rows_after(rows, back, position, count)[::-1]


def _first(rows: QuerySet[Row], ordering: Sequence[str], limit: int) -> Slice:
    found = list(rows.order_by(*ordering)[: limit + 1])
    return Slice(found[:limit], has_previous=False, has_next=len(found) > limit)


def _behind(rows: QuerySet[Row], ordering: Sequence[str], limit: int, cursor: _Cursor) -> Slice:
    try:
        if cursor.is_forward:
            found = rows_after(rows, ordering, cursor.position, limit + 1)
            return Slice(found[:limit], has_previous=True, has_next=len(found) > limit)
        found = rows_before(rows, ordering, cursor.position, limit + 1)
        return Slice(found[-limit:], has_previous=len(found) > limit, has_next=True)
    except (IndexError, TypeError, ValidationError, ValueError, OverflowError, DataError):
        raise _no_cursor() from None


def _read(text: str) -> _Cursor:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=_Cursor)
    except (ValueError, msgspec.DecodeError, RecursionError):
        raise _no_cursor() from None


def _no_cursor() -> Invalid:
    return Invalid("No such cursor.", details={"cursor": ["Not a cursor of this list."]})
