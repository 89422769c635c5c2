"""Registry of a person's data: every app says how its part is exported and erased.

An app registers in a module of its own named ``personal_data``, which is found in every installed app.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Exporter = Callable[[int], Any]
Eraser = Callable[[int], None]
AnyExporter = TypeVar("AnyExporter", bound=Exporter)
AnyEraser = TypeVar("AnyEraser", bound=Eraser)

_exporters: dict[str, Exporter] = {}
_erasers: list[Eraser] = []


def exports(section: str) -> Callable[[AnyExporter], AnyExporter]:
    """Register ``function(user_id)``, whose JSON-able answer becomes this section of the person's export."""

    def register(function: AnyExporter) -> AnyExporter:
        if section in _exporters:
            raise ValueError(f"Two exporters for the section {section!r}")
        _exporters[section] = function
        return function

    return register


def erases(function: AnyEraser) -> AnyEraser:
    """Register ``function(user_id)``, which deletes or anonymises, in the transaction of the erasure."""
    _erasers.append(function)
    return function


def export(user_id: int) -> Iterator[tuple[str, Any]]:
    """All sections of this person's data."""
    for section, function in sorted(_exporters.items()):
        yield section, function(user_id)


def erase(user_id: int) -> None:
    """Run every eraser; call it inside a transaction. Apps on higher floors, installed later, go first."""
    for function in reversed(_erasers):
        function(user_id)
