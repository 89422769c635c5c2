"""JSON objects whose fields are keys and attributes alike."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

Kind = TypeVar("Kind")
MayBeMissing = Annotated[Kind, "may be missing"]
"""A field that may not be there: ask by ``get``, or ``in``."""


class Record(dict[str, Any]):
    """A JSON object as a dictionary whose fields are attributes too: ``row["name"]`` is ``row.name``.

    A field that is not there raises ``AttributeError`` as an attribute and ``KeyError`` as a key. Fields that
    are called as a dictionary's own methods (``items``) are had by their key alone. Subclasses declare fields
    for type checkers and editors.
    """

    if not TYPE_CHECKING:  # else no attribute would be unknown

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(f"There is no field {name!r}", name=name, obj=self) from None

        def __setattr__(self, name: str, value: Any) -> None:
            self[name] = value


class OpenRecord(Record):
    """A record of which nobody declares the fields: any attribute may be there."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
