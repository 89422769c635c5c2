"""Storage for apps: declared collections of JSON documents that belong to users, groups or the server."""

import builtins
from typing import Any

from msgspec import UNSET

from storage import selectors, services, shapes
from storage.collections import Collection, declare, named
from storage.selectors import EVERYBODY, Owners
from storage.services import ANY, NEW, Write

__all__ = [
    "ANY",
    "EVERYBODY",
    "NEW",
    "collection",
    "delete",
    "get",
    "history",
    "list",
    "put",
    "put_all",
]


def collection(name: str, **declared: Any) -> Collection:
    """Declare a collection; see :class:`~storage.collections.Collection` for what can be said of it."""
    return declare(Collection(name, **declared))


def put(
    collection: str | Collection, key: str, owner: int | None, value: Any, *, version: str | None = None
) -> shapes.Document:
    """Store a document of a user, a group, or the server (None).

    With a ``version``, only if the document has it: ``NEW`` if there must be none, ``ANY`` if there must be
    one. Raises ``StaleVersion``, ``DocumentTooLarge``, ``StorageFull``, ``Invalid``.
    """
    (document,) = put_all(Write(_known(collection), key, owner, value, version))
    return document


def put_all(*writes: Write) -> builtins.list[shapes.Document]:
    """Make several writes in one transaction; one without a value deletes. Raises as the single ones."""
    return selectors.shown(services.write(writes))


def delete(collection: str | Collection, key: str, owner: int | None, *, version: str | None = None) -> None:
    """Delete a document. Raises ``UnknownDocument``, ``StaleVersion``."""
    services.write([Write(_known(collection), key, owner, UNSET, version)])


def get(collection: str | Collection, key: str, owner: int | None) -> shapes.Document | None:
    """Return a document, or None."""
    found = selectors.document(_known(collection), key=key, owner=owner)
    return None if found is None else selectors.shown([found])[0]


def history(collection: str | Collection, key: str, owner: int | None) -> builtins.list[shapes.Kept]:
    """Return the kept versions of a document, the newest first. Raises ``UnknownDocument``."""
    return selectors.shown_versions(selectors.history(_known(collection), key=key, owner=owner))


def list(
    collection: str | Collection,
    *,
    owner: Owners = EVERYBODY,
    by: str | None = None,
    at_least: Any = None,
    at_most: Any = None,
    descending: bool = False,
    limit: int = 100,
) -> builtins.list[shapes.Document]:
    """Return documents, the oldest first, or in the order of a declared index and within a range of it."""
    known, sign = _known(collection), "-" if descending else ""
    if by is None:
        return selectors.shown(selectors.documents(known, owner=owner).order_by(f"{sign}pk")[:limit])
    found, column = selectors.indexed(known, by=by, at_least=at_least, at_most=at_most, owner=owner)
    ordered = found.order_by(f"{sign}{column}", f"{sign}document")[:limit]
    return selectors.shown(field.document for field in ordered)


def _known(collection: str | Collection) -> Collection:
    return named(collection) if isinstance(collection, str) else collection
