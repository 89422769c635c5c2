"""Demo data: ``manage.py seed_demo`` runs the functions registered in each app's ``seeding.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from core import content

Seeder = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """One registered step: ``seed`` creates demo data (idempotent), ``clear`` deletes it."""

    order: int
    seed: Seeder
    clear: Seeder | None


_steps: list[Step] = []


def seeds(*, order: int, clear: Seeder | None = None) -> Callable[[Seeder], Seeder]:
    """Register a function that creates demo data.

    Lower ``order`` runs first. ``clear`` deletes the data, in reverse order.
    """

    def register(seed: Seeder) -> Seeder:
        _steps.append(Step(order, seed, clear))
        return seed

    return register


@transaction.atomic
def seed() -> None:
    """Create the demo data of all installed apps."""
    for step in _in_order():
        step.seed()


@transaction.atomic
def clear() -> None:
    """Delete the demo data of all installed apps, including the history of its content."""
    with content.purge_history_of_deleted():
        for step in reversed(_in_order()):
            if step.clear is not None:
                step.clear()


def _in_order() -> list[Step]:
    autodiscover_modules("seeding")
    return sorted(_steps, key=lambda step: step.order)
