"""Demo data: each app may hold a ``seeding.py`` whose functions ``manage.py seed_demo`` runs in order."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from core import content

Seeder = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """A part of the demo data: what lays it (a second time to no effect), and what takes it away."""

    order: int
    lay: Seeder
    clear: Seeder | None


_steps: list[Step] = []


def seeds(*, order: int, clear: Seeder | None = None) -> Callable[[Seeder], Seeder]:
    """Register a function that lays demo data.

    Lower ``order`` runs first. ``clear`` takes the data away again, in the reverse order.
    """

    def register(lay: Seeder) -> Seeder:
        _steps.append(Step(order, lay, clear))
        return lay

    return register


@transaction.atomic
def lay() -> None:
    """Lay the demo data of all installed apps."""
    for step in _in_order():
        step.lay()


@transaction.atomic
def clear() -> None:
    """Take the demo data of all installed apps away, with the history of its content."""
    with content.forgetting_what_goes():
        for step in reversed(_in_order()):
            if step.clear is not None:
                step.clear()


def _in_order() -> list[Step]:
    autodiscover_modules("seeding")
    return sorted(_steps, key=lambda step: step.order)
