"""The streams between cells, one for each direction, in a Redis that all cells share.

An entry's id is the number of its fact, so Redis refuses a fact that it has. It may lose everything: the
sender keeps each fact until the receiver has acknowledged it, and writes it again.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import redis
from django.conf import settings

from core.redis import sync_client_of


class Received(NamedTuple):
    """A fact from another cell, as JSON."""

    cell: str
    number: int
    data: str


def _client() -> redis.Redis:
    return sync_client_of(settings.CELLS_REDIS_URL)


def _stream(sender: str, receiver: str) -> str:
    # The braces keep what one cell receives in one slot of a Redis Cluster: it is read by one command.
    return f"cells:{{{receiver}}}:{sender}"


def _acknowledged(sender: str, receiver: str) -> str:
    return f"{_stream(sender, receiver)}:applied"


def last_to(cell: str) -> int:
    """Return the number of the last fact in the stream to this cell, or 0."""
    found: Any = _client().xrevrange(_stream(settings.CELL, cell), count=1)
    return _number(found[0][0]) if found else 0


def acknowledged_by(cell: str) -> int:
    """Return the number of the last fact that this cell has stored as applied, as far as Redis knows."""
    found: Any = _client().get(_acknowledged(settings.CELL, cell))
    return int(found or 0)


def append(cell: str, facts: Iterable[tuple[int, str]]) -> None:
    """Write facts with their numbers to the stream to this cell."""
    pipe = _client().pipeline(transaction=False)
    for number, data in facts:
        pipe.xadd(_stream(settings.CELL, cell), {"data": data}, id=f"{number}-0")
    pipe.execute()


def read(applied: Mapping[str, int], within_ms: int) -> list[Received]:
    """Return the next facts of these cells after those applied; wait for some, but not for long."""
    streams: Any = {_stream(cell, settings.CELL): f"{number}-0" for cell, number in applied.items()}
    cells = {name.encode(): cell for name, cell in zip(streams, applied, strict=True)}
    found: Any = _client().xread(streams, count=100, block=within_ms)
    return [
        Received(cells[stream], _number(id), fields[b"data"].decode())
        for stream, entries in found
        for id, fields in entries
    ]


def acknowledge(cell: str, number: int) -> None:
    """Tell this cell that its facts up to this one are stored as applied, and drop them but the last."""
    stream = _stream(cell, settings.CELL)
    pipe = _client().pipeline(transaction=False)
    pipe.set(_acknowledged(cell, settings.CELL), number)
    pipe.xtrim(stream, minid=f"{number}-0", approximate=False)
    pipe.execute()


def _number(id: bytes) -> int:
    return int(id.partition(b"-")[0])
