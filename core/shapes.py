"""Parts of the structs in which REST answers, and descriptions of their fields for the OpenAPI document."""

from collections.abc import Iterable
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

Row = TypeVar("Row")
Link = Annotated[str | None, Meta(extra_json_schema={"format": "uri"})]


class Page(Struct, Generic[Row], kw_only=True):
    """A page of a list that grows, with the links to its neighbours."""

    next: Link
    previous: Link
    results: list[Row]


def about(description: str) -> Meta:
    """Describe a field: ``Annotated[int, about("Seconds")]``."""
    return Meta(description=description)


def one_of(choices: Iterable[str | tuple[str, str]], description: str = "") -> Meta:
    """Describe a text that has one of these values, which may come with labels as Django's choices do."""
    labels = dict((choice, choice) if isinstance(choice, str) else choice for choice in choices)
    meaning = "\n".join(f"* `{value}` - {label}" for value, label in labels.items())
    text = f"{description}\n\n{meaning}" if description else meaning
    return Meta(description=text, extra_json_schema={"enum": list(labels)})
