"""Flaws to plant in a server, one for each trial: what a careless change might do, and the trial finds."""

import time
from typing import Any
from unittest import mock


def _replace(target: str, new: Any) -> None:
    mock.patch(target, new).start()


def stock_read_then_written() -> None:
    """The shop looks at the stock, and then writes one less."""
    from progression.models import Offer

    def update(self: Any, **changes: Any) -> int:
        offers = list(self)
        time.sleep(0.01)
        for offer in offers:
            offer.stock -= 1
            offer.save(update_fields=["stock"])
        return len(offers)

    class Careless(type(Offer.objects.all())):  # type: ignore[misc]
        pass

    Careless.update = update  # type: ignore[method-assign]
    Offer.objects._queryset_class = Careless


def told_before_written() -> None:
    """A room tells of a move at once, and the journal follows when it can."""
    import asyncio

    from game.live.journal import Journal

    append = Journal.append

    def careless(self: Journal, row: Any, owner: Any, told: Any) -> None:
        owner.written(row, told)
        asyncio.get_running_loop().call_later(0.05, append, self, row, mock.Mock(), told)

    _replace("game.live.journal.Journal.append", careless)


def failures_are_500() -> None:
    """A database that cannot be reached is taken for a fault of the programme."""
    _replace("core.problems._UNREACHABLE", ())
