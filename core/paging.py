"""Cursor pagination for growing lists: ``{next, previous, results}``."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.refusals import Invalid
from core.shapes import Page
from core.statements import Statement

Row = TypeVar("Row")


class CursorPagination(pagination.CursorPagination):
    """``?limit=`` rows after ``?cursor=``; stable while rows are added. Raises :class:`Invalid`."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering: Any = "-pk"

    def get_page_size(self, request: Request) -> int:
        wanted = request.query_params.get("limit")
        if wanted is None:
            return self.page_size
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10 and int(wanted) > 0):
            raise Invalid("limit must be a positive integer.", details={"limit": ["A positive integer."]})
        return min(int(wanted), self.max_page_size)

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor == pagination.Cursor(0, False, None) and request.query_params[self.cursor_query_param]:
            # The base64 decoder skips invalid characters, so that nothing may be left.
            raise NotFound
        return cursor

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, OverflowError, DataError):
            # The cursor is untrusted: its position may not be a valid value of the column.
            raise Invalid("No such cursor.", details={"cursor": ["Not a cursor of this list."]}) from None


class Listed:
    """The list of a statement: its first page runs the statement, and pages after a cursor the queryset."""

    def __init__(self, statement: Statement[..., Any], *args: Any) -> None:
        self._statement = statement
        self._args = args
        self._ordering: tuple[str, ...] = ()

    def order_by(self, *ordering: str) -> "Listed":
        """Set the order, as a queryset does."""
        self._ordering = ordering
        return self

    def filter(self, **position: Any) -> Any:
        """Return the queryset of the rows behind a cursor."""
        return self._statement.queryset(*self._args).order_by(*self._ordering).filter(**position)

    def __getitem__(self, rows: slice) -> Any:
        if rows.start:
            return self.filter()[rows]
        return self._statement.top(rows.stop, self._ordering)(*self._args)


def page(
    view: APIView,
    queryset: QuerySet[Any, Row] | Listed,
    *,
    ordering: str | Sequence[str],
    show: Callable[[Iterable[Row]], list[Any]],
) -> Response:
    """Return one page of ``queryset`` for the view's request; ``show`` turns rows into structs.

    Rows are instances of the model, or named tuples or dicts that contain the first field of ``ordering``.
    """
    paginator = CursorPagination()
    paginator.ordering = [ordering] if isinstance(ordering, str) else list(ordering)
    rows = paginator.paginate_queryset(queryset, view.request, view)
    return Response(
        Page(
            next=paginator.get_next_link(),
            previous=paginator.get_previous_link(),
            results=show(rows or []),
        )
    )


PAGE_PARAMETERS = [
    OpenApiParameter("limit", int, description="Rows in a page: 50, at most 200"),
    OpenApiParameter("cursor", str, description="Start of the page, taken from `next` or `previous`"),
]
