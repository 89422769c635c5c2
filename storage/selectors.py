"""Queries about documents, and the rights to them."""

from collections.abc import Iterable
from typing import Any, Literal

from django.db.models import QuerySet

from core.refusals import Invalid
from core.statements import statement
from storage import shapes
from storage.collections import MAX_TEXT_LENGTH, Collection
from storage.models import SERVER, Document, IndexedField, KeptVersion
from storage.refusals import NoAccess, UnknownDocument

EVERYBODY: Literal["all"] = "all"
Owners = int | None | Literal["all"]
"""A user or a group, None for the server, or ``EVERYBODY``."""


def check_may_read(collection: Collection, *, user_id: int, owner: Owners) -> None:
    """Check the user's right to read documents of this owner. Raises ``NoAccess``."""
    if collection.read != "public":
        _check(collection, collection.read, user_id, owner)


def check_may_write(collection: Collection, *, user_id: int, owner: Owners) -> None:
    """Check the user's right to write documents of this owner. Raises ``NoAccess``."""
    _check(collection, collection.write, user_id, owner)


def _check(collection: Collection, right: str, user_id: int, owner: Owners) -> None:
    if isinstance(owner, int):
        if right == "owner" and owner == user_id:
            return
        if right == "group" and collection.member and collection.member(user_id, owner):
            return
    raise NoAccess(f"You have no access to these documents of {collection.name}.")


def stored(owner: int | None) -> int:
    """Return the owner as it is stored."""
    return SERVER if owner is None else owner


@statement
def _document(collection: str, owner: int, key: str) -> QuerySet[Document]:
    found = Document.objects.filter(folder__collection=collection, folder__owner=owner, key=key)
    return found.select_related("folder")


def document(collection: Collection, *, key: str, owner: int | None) -> Document | None:
    """Return the document, or None."""
    return _document.first(collection.name, stored(owner), key)


def existing(collection: Collection, *, key: str, owner: int | None) -> Document:
    """Return the document. Raises ``UnknownDocument``."""
    found = document(collection, key=key, owner=owner)
    if found is None:
        raise UnknownDocument(f"There is no document {key} in {collection.name}.")
    return found


def history(collection: Collection, *, key: str, owner: int | None) -> list[KeptVersion]:
    """Return the versions kept of a document, the newest first. Raises ``UnknownDocument``."""
    found = existing(collection, key=key, owner=owner)
    return list(KeptVersion.objects.filter(document=found).order_by("-pk"))


def documents(collection: Collection, *, owner: Owners) -> QuerySet[Document]:
    """Return the documents of an owner, or of everybody."""
    found = Document.objects.filter(collection=collection.name).select_related("folder")
    return found if owner == EVERYBODY else found.filter(folder__owner=stored(owner))


def indexed(
    collection: Collection, *, by: str, at_least: Any = None, at_most: Any = None, owner: Owners
) -> tuple[QuerySet[IndexedField], str]:
    """Return index entries whose values are in a range, with their documents, and the column of the values.

    Raises ``Invalid``.
    """
    kind = collection.indexes.get(by)
    if kind is None:
        raise Invalid("No such index.", details={"by": [f"{collection.name} has no index {by}."]})
    column = "text" if kind is str else "number"
    found = IndexedField.objects.filter(collection=collection.name, name=by, **{f"{column}__isnull": False})
    if owner != EVERYBODY:
        found = found.filter(document__folder__owner=stored(owner))
    for name, limit, compared in (("at_least", at_least, "gte"), ("at_most", at_most, "lte")):
        if limit is not None:
            found = found.filter(**{f"{column}__{compared}": _as(kind, limit, name)})
    return found.select_related("document__folder"), column


def _as(kind: type[Any], value: Any, name: str) -> Any:
    try:
        return str(value)[:MAX_TEXT_LENGTH] if kind is str else float(value)
    except ValueError:
        raise Invalid("Not a number.", details={name: ["Expected a number."]}) from None


def shown(documents: Iterable[Document]) -> list[shapes.Document]:
    """Return documents as shown to those who may read them."""
    return [
        shapes.Document(
            collection=document.collection,
            key=document.key,
            owner=document.folder.owner or None,
            value=document.value,
            version=document.version,
            updated_at=document.updated_at,
        )
        for document in documents
    ]


def shown_versions(versions: Iterable[KeptVersion]) -> list[shapes.Kept]:
    """Return versions of a document as shown to those who may read it."""
    return [shapes.Kept(version=kept.version, value=kept.value, at=kept.at) for kept in versions]
