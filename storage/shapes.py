"""The bodies and answers of the routes of storage."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from core.shapes import about
from storage.collections import MAX_KEY_LENGTH

MAX_WRITES = 50

Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:@-]+$", max_length=MAX_KEY_LENGTH)]
Version = Annotated[
    str | None, about("That of the document, `*` for any, empty if it must not exist; left out to overwrite")
]
Owner = Annotated[int | None, about("A user or a group; by default the caller")]


class Document(Struct, kw_only=True, frozen=True):
    """A document."""

    collection: str
    key: str
    owner: Annotated[int | None, about("A user or a group; null for the server")]
    value: Annotated[Any, about("Any JSON")]
    version: Annotated[str, about("Changes with each write; the `ETag` without its quotes")]
    updated_at: datetime


class Kept(Struct, kw_only=True, frozen=True):
    """A version of a document."""

    version: str
    value: Any
    at: datetime


class Value(Struct, kw_only=True):
    """The value of a document."""

    value: Annotated[Any, about("Any JSON")]


class Put(Struct, kw_only=True):
    """A document to store."""

    collection: str
    key: Key
    owner: Owner = None
    value: Annotated[Any, about("Any JSON")]
    version: Version = None


class Delete(Struct, kw_only=True):
    """A document to delete."""

    collection: str
    key: Key
    owner: Owner = None
    version: Version = None


class Batch(Struct, kw_only=True):
    """Documents that are written together, or not at all."""

    put: Annotated[list[Put], Meta(max_length=MAX_WRITES)] = []
    delete: Annotated[list[Delete], Meta(max_length=MAX_WRITES)] = []


class Wanted(Struct, kw_only=True):
    """The documents to list."""

    owner: str | UnsetType = UNSET
    by: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    order: str = "asc"
