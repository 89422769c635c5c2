"""Collections of documents: who may read and write them, and how much they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from storage.refusals import UnknownCollection

Right = Literal["owner", "group", "public", "server"]
"""``public`` is everybody with a token; ``server`` nobody but code of the server."""
Indexed = type[int] | type[float] | type[str]

MAX_NAME_LENGTH = 40
MAX_KEY_LENGTH = 100
MAX_TEXT_LENGTH = 200
"""Indexed texts are cut to this length."""
MAX_DOCUMENT_BYTES = 256 * 1024


@dataclass(frozen=True)
class Collection:
    """A declared collection; its documents belong to users, or to groups if there is a ``member``.

    ``member(user_id, group_id)`` says whether a user is in a group. ``indexes`` are the fields of a document,
    with dots for inner ones, by which it can be found and sorted, and their types. ``history`` is the number
    of versions kept of each document.
    """

    name: str
    read: Right = "owner"
    write: Right = "owner"
    member: Callable[[int, int], bool] | None = None
    indexes: Mapping[str, Indexed] = field(default_factory=dict)
    history: int = 0
    max_bytes: int = 64 * 1024
    """Of one document."""
    max_documents: int = 100
    """Of one owner."""
    max_total_bytes: int = 1024 * 1024
    """Of all documents of one owner."""

    def __post_init__(self) -> None:
        own, other = ("group", "owner") if self.member else ("owner", "group")
        if self.write not in (own, "server") or self.read not in (own, "public", "server"):
            raise ValueError(f"{self.name}: {other} or public is no right to write here, or {other} to read")
        if not (self.name.isidentifier() and self.name.isascii() and len(self.name) <= MAX_NAME_LENGTH):
            raise ValueError(f"No name of a collection: {self.name!r}")
        if not 0 < self.max_bytes <= MAX_DOCUMENT_BYTES:
            raise ValueError(f"{self.name}: a document has at most {MAX_DOCUMENT_BYTES} bytes")


_collections: dict[str, Collection] = {}


def declare(collection: Collection) -> Collection:
    """Make a collection known. Raises ``ValueError`` for a name that is taken."""
    if collection.name in _collections:
        raise ValueError(f"Two collections are called {collection.name!r}")
    _collections[collection.name] = collection
    return collection


def named(name: str) -> Collection:
    """Return the collection of this name. Raises ``UnknownCollection``."""
    try:
        return _collections[name]
    except KeyError:
        raise UnknownCollection(f"There is no collection called {name}.") from None


SAVES = declare(Collection("saves", max_bytes=MAX_DOCUMENT_BYTES, max_documents=20, history=3))
"""Saved games: what the ``save`` and ``load`` of the clients use."""
