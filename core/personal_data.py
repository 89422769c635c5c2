"""Registry of personal data: every app registers how its part is exported and erased.

Registrations are in a module named ``personal_data``, which is imported from every installed app.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from core.ids import UserId

Exporter = Callable[[UserId], Any]
Eraser = Callable[[UserId], None]
AnyExporter = TypeVar("AnyExporter", bound=Exporter)
AnyEraser = TypeVar("AnyEraser", bound=Eraser)

_exporters: dict[str, Exporter] = {}
_erasers: list[Eraser] = []


def exports(section: str) -> Callable[[AnyExporter], AnyExporter]:
    """Register ``function(user_id)``; its JSON-serialisable result becomes this section of the export."""

    def register(function: AnyExporter) -> AnyExporter:
        if section in _exporters:
            raise ValueError(f"Two exporters for the section {section!r}")
        _exporters[section] = function
        return function

    return register


def erases(function: AnyEraser) -> AnyEraser:
    """Register ``function(user_id)``, which deletes or anonymises inside the erasure's transaction."""
    _erasers.append(function)
    return function


def export(user_id: UserId) -> Iterator[tuple[str, Any]]:
    """Yield all sections of this user's data."""
    for section, function in sorted(_exporters.items()):
        yield section, function(user_id)


def erase(user_id: UserId) -> None:
    """Run every eraser; call it inside a transaction. Higher apps, which are installed later, go first."""
    for function in reversed(_erasers):
        function(user_id)
