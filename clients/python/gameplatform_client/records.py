"""JSON objects whose fields are both keys and attributes."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

Kind = TypeVar("Kind")
MayBeMissing = Annotated[Kind, "may be missing"]
"""An optional field: read it with ``get``, or check with ``in``."""


class Record(dict[str, Any]):
    """A JSON object as a dictionary whose fields are attributes too: ``row["name"]`` is ``row.name``.

    A missing field raises ``AttributeError`` as an attribute and ``KeyError`` as a key. Fields named like a
    method of ``dict`` (``items``) are accessible by key only. Subclasses declare fields for type checkers and
    editors.
    """

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(f"There is no field {name!r}", name=name, obj=self) from None

        def __setattr__(self, name: str, value: Any) -> None:
            self[name] = value


class OpenRecord(Record):
    """A record without declared fields: it may have any attribute."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
