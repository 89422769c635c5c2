"""Registry of personal data: every app registers how its part is exported, erased and merged.

Registrations are in a module named ``personal_data``, which is imported from every installed app.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from core.ids import UserId

Exporter = Callable[[UserId], Any]
Eraser = Callable[[UserId], None]
Merger = Callable[[UserId, UserId], None]
AnyExporter = TypeVar("AnyExporter", bound=Exporter)
AnyEraser = TypeVar("AnyEraser", bound=Eraser)
AnyMerger = TypeVar("AnyMerger", bound=Merger)

_exporters: dict[str, Exporter] = {}
_erasers: list[Eraser] = []
_mergers: list[Merger] = []


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


def merges(function: AnyMerger) -> AnyMerger:
    """Register ``function(kept_id, former_id)``, which moves data between two accounts of one person.

    It runs inside the merge's transaction, and may raise a refusal. What stays with the former account is
    exported and erased with the kept one.
    """
    _mergers.append(function)
    return function


def export(user_id: UserId) -> Iterator[tuple[str, Any]]:
    """Yield all sections of this user's data."""
    for section, function in sorted(_exporters.items()):
        yield section, function(user_id)


def erase(user_id: UserId) -> None:
    """Run every eraser; call it inside a transaction. Higher apps, which are installed later, go first."""
    for function in reversed(_erasers):
        function(user_id)


def merge(kept_id: UserId, former_id: UserId) -> None:
    """Run every merger, in the order of :func:`erase`; call it inside a transaction."""
    for function in reversed(_mergers):
        function(kept_id, former_id)
