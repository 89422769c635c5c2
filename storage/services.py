"""All writes of documents."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import F, JSONField, QuerySet, Value
from django.utils import timezone
from msgspec import UNSET

from core.refusals import Invalid
from core.statements import Insert, Update, statement
from storage.collections import MAX_TEXT_LENGTH, Collection
from storage.models import Document, Folder, IndexedField, KeptVersion
from storage.refusals import DocumentTooLarge, StaleVersion, StorageFull, UnknownDocument
from storage.selectors import stored

ANY = "*"
"""The version of a document that must exist."""
NEW = ""
"""The version of a document that must not exist."""


@dataclass(frozen=True)
class Write:
    """A document to store or, without a value, to delete.

    ``version`` is the one that the document must have: None to write in any case, ``ANY``, or ``NEW``.
    """

    collection: Collection
    key: str
    owner: int | None
    value: Any = UNSET
    version: str | None = None


@transaction.atomic
def write(writes: Iterable[Write]) -> list[Document]:
    """Make all writes, or none; return the documents that were stored.

    Raises ``StaleVersion``, ``UnknownDocument`` for a deletion, ``DocumentTooLarge``, ``StorageFull``, and
    ``Invalid`` for a value that does not fit an index.
    """
    writes = list(writes)
    now = timezone.now()
    # In one order for all transactions, so that they never deadlock.
    places = sorted({(one.collection.name, stored(one.owner)): one for one in writes}.items())
    folders = {place: _locked(one.collection, one.owner) for place, one in places}
    done = []
    for one in writes:
        folder = folders[one.collection.name, stored(one.owner)]
        if one.value is UNSET:
            _delete(one, folder)
        else:
            done.append(_put(one, folder, now))
    for folder in folders.values():
        _count.later(folder.pk, folder.documents, folder.bytes)
    return done


@statement
def _lock(collection: str, owner: int, user_id: int | None) -> Insert:
    return Insert(
        Folder,
        collection=collection,
        owner=owner,
        user=user_id,
        conflict=("collection", "owner"),
        update={"documents": F("documents")},
        returning=("id", "documents", "bytes"),
    )


def _locked(collection: Collection, owner: int | None) -> Folder:
    """Return the folder, locked until the transaction ends; created if missing."""
    user_id = None if collection.member else owner
    ((folder_id, documents, size),) = _lock(collection.name, stored(owner), user_id)
    return Folder(
        pk=folder_id,
        collection=collection.name,
        owner=stored(owner),
        user_id=user_id,
        documents=documents,
        bytes=size,
    )


@statement
def _count(folder_id: int, documents: int, size: int) -> Update:
    return Update(Folder.objects.filter(pk=folder_id), documents=documents, bytes=size)


@statement
def _there(folder_id: int, key: str) -> QuerySet[Document, tuple[int, str, int]]:
    return Document.objects.filter(folder=folder_id, key=key).values_list("pk", "version", "size")


def _found(write: Write, folder: Folder) -> tuple[int | None, int]:
    """Return the id and size of the stored document. Raises ``StaleVersion``."""
    document_id, version, size = _there.first(folder.pk, write.key) or (None, None, 0)
    is_expected = write.version in (None, version or NEW) or (write.version == ANY and version is not None)
    if not is_expected:
        raise StaleVersion(f"{write.key} has another version, or is not there.", details={"version": version})
    return document_id, size


def _delete(write: Write, folder: Folder) -> None:
    document_id, size = _found(write, folder)
    if document_id is None:
        raise UnknownDocument(f"There is no document {write.key} in {write.collection.name}.")
    Document.objects.filter(pk=document_id).delete()
    folder.documents -= 1
    folder.bytes -= size


@statement
def _store(
    folder_id: int, collection: str, key: str, value: Any, size: int, version: str, now: datetime
) -> Insert:
    written: dict[str, Any] = {"value": value, "size": size, "version": version, "updated_at": now}
    return Insert(
        Document,
        folder=folder_id,
        collection=collection,
        key=key,
        **written,
        conflict=("folder", "key"),
        update=written,
        returning=("id",),
    )


def _put(write: Write, folder: Folder, now: datetime) -> Document:
    collection = write.collection
    size = len(msgspec.json.encode(write.value))
    if size > collection.max_bytes:
        message = f"A document of {collection.name} has at most {collection.max_bytes} bytes, not {size}."
        raise DocumentTooLarge(message)
    fields = list(_indexed(collection, write.value))
    document_id, old_size = _found(write, folder)
    folder.documents += document_id is None
    folder.bytes += size - old_size
    # Documents of the server are written by its own code alone.
    if write.owner is not None and (
        (document_id is None and folder.documents > collection.max_documents)
        or (size > old_size and folder.bytes > collection.max_total_bytes)
    ):
        raise StorageFull(
            f"{collection.name} holds at most {collection.max_documents} documents and "
            f"{collection.max_total_bytes} bytes."
        )
    version = secrets.token_hex(8)
    # The driver would take a text for JSON.
    value = connection.ops.adapt_json_value(write.value, None)
    ((new_id,),) = _store(folder.pk, collection.name, write.key, value, size, version, now)
    if collection.indexes:
        IndexedField.objects.filter(document=new_id).delete()
        IndexedField.objects.bulk_create(IndexedField(document_id=new_id, **field) for field in fields)
    if collection.history:
        # A bare None would be the database's NULL.
        kept_value = Value(write.value, JSONField())
        KeptVersion.objects.create(document_id=new_id, value=kept_value, version=version, at=now)
        kept = KeptVersion.objects.filter(document=new_id).order_by("-pk")
        old = list(kept.values_list("pk", flat=True)[collection.history :])
        if old:
            kept.filter(pk__in=old).delete()
    return Document(
        pk=new_id,
        folder=folder,
        collection=collection.name,
        key=write.key,
        value=write.value,
        size=size,
        version=version,
        updated_at=now,
    )


def _indexed(collection: Collection, value: Any) -> Iterable[dict[str, Any]]:
    """Yield the fields of ``IndexedField`` for each declared index; a document may lack some."""
    for name, kind in collection.indexes.items():
        inner: Any = value
        for part in name.split("."):
            inner = inner.get(part) if isinstance(inner, dict) else None
        if inner is None:
            continue
        if not isinstance(inner, str if kind is str else (int, float)) or isinstance(inner, bool):
            raise Invalid(
                "An indexed field has a wrong type.",
                details={f"value.{name}": [f"Expected {kind.__name__}."]},
            )
        column = {"text": str(inner)[:MAX_TEXT_LENGTH]} if kind is str else {"number": float(inner)}
        yield {"collection": collection.name, "name": name, **column}
