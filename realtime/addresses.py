"""Sockets that every worker can reach: each by an address, ``<worker>/<number>``, that may be kept in the
database.
"""

from collections.abc import Collection
from itertools import count

from realtime import worker
from realtime.connection import Connection
from realtime.relay import relayed

REPLACED = 4409

_numbers = count(1)
_sockets: dict[str, Connection] = {}


def prefix() -> str:
    """What the addresses of this worker's sockets begin with."""
    return f"{worker.current().id}/"


def register(connection: Connection) -> str:
    """Let the socket be reached; returns its address, which no other socket of any worker has."""
    address = f"{prefix()}{next(_numbers)}"
    _sockets[address] = connection
    return address


def forget(address: str) -> None:
    """The socket is gone."""
    _sockets.pop(address, None)


def worker_of(address: str) -> str:
    """The worker that has the socket."""
    return address.rpartition("/")[0]


def replace(address: str) -> None:
    """Close the socket, wherever it is: its user has opened another."""
    here = worker.current()
    if address in _sockets:
        _replaced(here.id, address)
    else:
        here.relay.tell(worker_of(address), "socket.replaced", address)


@relayed("socket.replaced")
def _replaced(sender: str, address: str) -> None:
    if address in _sockets:
        _sockets[address].close(REPLACED, "replaced")


async def lost(addresses: Collection[str]) -> set[str]:
    """Those of these sockets whose worker is gone."""
    gone = await worker.current().gone(map(worker_of, addresses))
    return {address for address in addresses if worker_of(address) in gone}
