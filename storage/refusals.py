"""Refusals of storage."""

from core.refusals import Conflict, NotAllowed, NotFound, TooLarge


class UnknownCollection(NotFound):
    """No app declares this collection."""

    code = "unknown_collection"
    title = "Unknown collection"


class UnknownDocument(NotFound):
    """There is no document with this key."""

    code = "unknown_document"
    title = "Unknown document"


class NoAccess(NotAllowed):
    """The collection does not let the caller do this with documents of this owner."""

    code = "no_access"
    title = "No access"


class StaleVersion(Conflict):
    """The document has another version than the caller expects; ``details`` has it, or null."""

    code = "stale_version"
    title = "Stale version"


class DocumentTooLarge(TooLarge):
    """The document has more bytes than the collection allows."""

    code = "document_too_large"
    title = "The document is too large"


class StorageFull(Conflict):
    """The owner has as many documents or bytes as the collection allows."""

    code = "storage_full"
    title = "Storage full"
