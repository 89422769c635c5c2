"""REST routes of documents."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import UNSET
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from core import paging
from core.calls import run_before
from core.idempotency import idempotent
from core.ids import UserId
from core.keysets import keyset_page
from core.parsers import read_struct
from core.refusals import Invalid
from core.shapes import Page
from storage import selectors, services, shapes
from storage.collections import Collection, named
from storage.commands import PutDocument
from storage.models import IndexedField
from storage.selectors import EVERYBODY, Owners
from storage.services import ANY, NEW, Write

_TAG = re.compile(r'(?:W/)?"([^"]*)"')

OWNER = OpenApiParameter(
    "owner",
    str,
    description="A user or a group, or `server`; by default the caller. A list of a public collection: `all`",
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The `ETag` that the document must have, or `*`"
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="`*` if there must be no such document"
)
IF_CHANGED = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` known already: answers 304"
)


class Batch(APIView):
    """Writes of several documents at once."""

    @extend_schema(
        description=(
            "Store and delete documents, at most 50 of each, all or none; returns those stored. "
            "403 `no_access`, 404 `unknown_collection`, `unknown_document`, 409 `stale_version`, "
            "`storage_full`, 413 `document_too_large`."
        ),
        request=shapes.Batch,
        responses=list[shapes.Document],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = read_struct(shapes.Batch, request.data)
        writes = list(_writes(identity(request).user_id, [*asked.put, *asked.delete]))
        return Response(selectors.shown(services.write(writes)))


class Documents(APIView):
    """The documents of a collection."""

    @extend_schema(
        operation_id="api_storage_list",
        description=(
            "The documents of one owner, or of all, the oldest first; `by` a declared index, those that have "
            "it, in its order. 403 `no_access`, 404 `unknown_collection`."
        ),
        parameters=[
            OWNER,
            OpenApiParameter("by", str, description="A declared index to sort by, and to compare"),
            OpenApiParameter("at_least", str, description="The least value of that index"),
            OpenApiParameter("at_most", str, description="The greatest value of that index"),
            OpenApiParameter("order", str, enum=["asc", "desc"]),
            *paging.PAGE_PARAMETERS,
        ],
        responses=Page[shapes.Document],
    )
    def get(self, request: Request, collection: str) -> Response:
        known = named(collection)
        wanted = read_struct(shapes.Wanted, request.query_params.dict())
        user_id = identity(request).user_id
        owner = _owner(known, user_id, wanted.owner or UNSET)
        selectors.check_may_read(known, user_id=user_id, owner=owner)
        if wanted.order not in ("asc", "desc"):
            raise Invalid("No such order.", details={"order": ["asc or desc."]})
        sign = "-" if wanted.order == "desc" else ""
        if wanted.by is None:
            found = selectors.documents(known, owner=owner)
            return keyset_page(self, found, ordering=[f"{sign}id"], show=selectors.shown)
        fields, column = selectors.indexed(
            known, by=wanted.by, at_least=wanted.at_least, at_most=wanted.at_most, owner=owner
        )
        return keyset_page(
            self, fields, ordering=[f"{sign}{column}", f"{sign}document_id"], show=_shown_of_fields
        )


def _shown_of_fields(fields: Iterable[IndexedField]) -> list[shapes.Document]:
    return selectors.shown(field.document for field in fields)


class OneDocument(APIView):
    """A document."""

    @extend_schema(
        operation_id="api_storage_get",
        description=(
            "The document and its `ETag`. 403 `no_access`, 404 `unknown_collection`, `unknown_document`."
        ),
        parameters=[OWNER, IF_CHANGED],
        responses={200: shapes.Document, 304: None},
    )
    def get(self, request: Request, collection: str, key: str) -> Response:
        known, owner = _readable(request, collection)
        document = selectors.existing(known, key=key, owner=owner)
        if document.version in _TAG.findall(request.headers.get("If-None-Match", "")):
            return Response(status=304, headers={"ETag": f'"{document.version}"'})
        return _shown(document)

    @extend_schema(
        operation_id="api_storage_put",
        description=(
            "Store it, if `If-Match` or `If-None-Match` allow it. 403 `no_access`, 404 `unknown_collection`, "
            "409 `stale_version` for a condition that does not hold, 409 `storage_full`, "
            "413 `document_too_large`."
        ),
        parameters=[OWNER, IF_MATCH, IF_NONE_MATCH],
        request=shapes.Value,
        responses=shapes.Document,
    )
    def put(self, request: Request, collection: str, key: str) -> Response:
        asked = {"collection": collection, "key": key, "version": _expected(request)}
        owner = _asked_owner(request)
        # The right to write comes before the body is looked at.
        _check_may_write(request, collection, owner)
        value = read_struct(shapes.Value, request.data).value
        put = read_struct(shapes.Put, {**asked, "value": value})
        (write,) = _writes(identity(request).user_id, [put], owner=owner)
        return _shown(services.write([write])[0])

    @extend_schema(
        operation_id="api_storage_delete",
        description=(
            "Delete it, if `If-Match` allows it. 403 `no_access`, 404 `unknown_collection`, "
            "`unknown_document`, 409 `stale_version`."
        ),
        parameters=[OWNER, IF_MATCH],
        responses={204: None},
    )
    def delete(self, request: Request, collection: str, key: str) -> Response:
        deletion = shapes.Delete(collection=collection, key=key, version=_expected(request))
        services.write(_writes(identity(request).user_id, [deletion], owner=_asked_owner(request)))
        return Response(status=204)


class History(APIView):
    """The versions kept of a document."""

    @extend_schema(
        operation_id="api_storage_history",
        description=(
            "The newest first, the current one included; none in a collection without a history. "
            "403 `no_access`, 404 `unknown_collection`, `unknown_document`."
        ),
        parameters=[OWNER],
        responses=list[shapes.Kept],
    )
    def get(self, request: Request, collection: str, key: str) -> Response:
        known, owner = _readable(request, collection)
        return Response(selectors.shown_versions(selectors.history(known, key=key, owner=owner)))


def _shown(document: Any) -> Response:
    return Response(selectors.shown([document])[0], headers={"ETag": f'"{document.version}"'})


def _asked_owner(request: Request) -> Any:
    return request.query_params.get("owner") or UNSET


def _readable(request: Request, collection: str) -> tuple[Collection, int | None]:
    known, user_id = named(collection), identity(request).user_id
    owner = _one_owner(known, user_id, _asked_owner(request))
    selectors.check_may_read(known, user_id=user_id, owner=owner)
    return known, owner


def _check_may_write(request: Request, collection: str, owner: Any) -> None:
    known, user_id = named(collection), identity(request).user_id
    selectors.check_may_write(known, user_id=user_id, owner=_one_owner(known, user_id, owner))


def _owner(collection: Collection, user_id: int, asked: Any) -> Owners:
    """Return the owner that a request means. Raises ``Invalid``."""
    if asked in (UNSET, None) and collection.member is None:
        return user_id
    match asked:
        case "server":
            return None
        case "all":
            return EVERYBODY
        case int():
            return asked
        case str() if asked.isascii() and asked.isdigit() and len(asked) < 19:
            return int(asked)
    raise Invalid("Which owner?", details={"owner": ["The number of a user or a group, or server."]})


def _one_owner(collection: Collection, user_id: int, asked: Any) -> int | None:
    owner = _owner(collection, user_id, asked)
    if owner == EVERYBODY:
        raise Invalid("Which owner?", details={"owner": ["A document has one owner."]})
    return owner


def _writes(
    user_id: UserId, asked: Iterable[shapes.Put | shapes.Delete], *, owner: Any = UNSET
) -> Iterator[Write]:
    """Yield the writes that a user asks for, and may make. ``owner`` comes from a query."""
    for one in asked:
        known = named(one.collection)
        whose = _one_owner(known, user_id, one.owner if owner is UNSET else owner)
        selectors.check_may_write(known, user_id=user_id, owner=whose)
        if isinstance(one, shapes.Delete):
            yield Write(known, one.key, whose, version=one.version)
            continue
        assert whose is not None
        call = PutDocument(collection=known.name, key=one.key, owner=whose, value=one.value)
        run_before(call, user_id=user_id)
        yield Write(known, one.key, whose, call.value, one.version)


def _expected(request: Request) -> str | None:
    """Return the version that the headers ask for. Raises ``Invalid``."""
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if match is None and none_match is None:
        return None
    if none_match == "*" and match is None:
        return NEW
    if match is not None and none_match is None:
        if match.strip() == "*":
            return ANY
        if tag := _TAG.fullmatch(match.strip()):
            # An empty tag is nobody's version, while here it would stand for no document.
            return tag[1] or "none"
    raise Invalid("If-Match is one ETag or *, and If-None-Match is *.")
