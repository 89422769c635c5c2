"""Types that apps add to those generated for clients, beside the messages of the sockets."""

from collections.abc import Callable
from typing import Any, NamedTuple

Schema = dict[str, Any]


class Namespace(NamedTuple):
    """Types that belong together, as JSON schemas by name.

    A ``$ref`` is to another of them, below ``#/components/schemas/``. ``parts`` have a name in all namespaces
    of a file, such as "view", and the types that they may be.
    """

    key: str
    name: str
    text: str
    types: dict[str, Schema]
    parts: dict[str, list[str]]


_sources: dict[str, Callable[[], list[Namespace]]] = {}


def declare(file: str, source: Callable[[], list[Namespace]]) -> None:
    """Have the files of this name, one for each client, made of what ``source`` returns."""
    _sources[file] = source


def declared() -> dict[str, list[Namespace]]:
    """Return the namespaces by the name of their file."""
    return {file: source() for file, source in _sources.items()}
