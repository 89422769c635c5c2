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


def gaps_stay() -> None:
    """Nobody looks whether a stream has lost something."""

    async def nothing(self: Any) -> None:
        pass

    _replace("realtime.streams.Streams.audit", nothing)
    _replace("realtime.streams.Streams._repair_soon", lambda self, topic, stream: None)


def numbers_of_each_worker() -> None:
    """Each worker numbers what it publishes, as if it were the only one."""
    from realtime.streams import Streams

    take = Streams._take

    def careless(self: Any, topic: Any, stream: Any, seq: int, frame: bytes) -> None:
        take(self, topic, stream, stream.seq + 1, frame)

    _replace("realtime.streams.Streams._take", careless)


def stops_without_a_word() -> None:
    """SIGTERM is taken for kill -9."""
    import os

    import uvicorn

    _replace("uvicorn.Server.handle_exit", lambda self, signum, frame: os._exit(0))
    assert uvicorn.Server


def accepts_one_at_a_time() -> None:
    """Opening a socket holds up all else."""
    from realtime.gate import Gate

    authenticate = Gate._authenticate

    async def careless(self: Any, scope: Any, query: Any) -> Any:
        time.sleep(0.05)
        return await authenticate(self, scope, query)

    _replace("realtime.gate.Gate._authenticate", careless)


def outbox_without_bound() -> None:
    """What a client does not read is kept for it, frame after frame."""
    _replace("realtime.connection.MAX_FRAMES", 1 << 30)
    _replace("realtime.connection.MAX_BYTES", 1 << 40)
    from realtime.connection import Connection

    queue = Connection._queue
    # Larger than life, so that seconds show what would take an hour.
    _replace("realtime.connection.Connection._queue", lambda self, f, key: queue(self, f + b" " * 100_000, None))
