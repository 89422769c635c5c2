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
