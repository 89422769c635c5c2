"""Socket addresses, ``<worker>/<number>``: every worker can reach them, and the database may store them."""

from collections.abc import Collection
from itertools import count

from realtime import worker
from realtime.connections.connection import Connection
from realtime.delivery.relay import relayed
from realtime.wire.close_codes import CloseCode


class Addresses:
    """The addresses of one worker's sockets."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.sockets: dict[str, Connection] = {}


def prefix() -> str:
    """Return the prefix of the addresses of this worker's sockets."""
    return f"{worker.current().id}/"


def register(connection: Connection) -> str:
    """Register a socket and return its address, which is unique among all workers."""
    here = worker.current().part(Addresses)
    address = f"{prefix()}{next(here.numbers)}"
    here.sockets[address] = connection
    return address


def forget(address: str) -> None:
    """Unregister a closed socket."""
    worker.current().part(Addresses).sockets.pop(address, None)


def worker_of(address: str) -> str:
    """Return the id of the worker that holds the socket."""
    return address.rpartition("/")[0]


def replace(address: str) -> None:
    """Close the socket, on whichever worker it is: its user has opened another one."""
    here = worker.current()
    if address in here.part(Addresses).sockets:
        _replaced(here.id, address)
    else:
        here.relay.tell(worker_of(address), "socket.replaced", address)


@relayed("socket.replaced")
def _replaced(sender: str, address: str) -> None:
    connection = worker.current().part(Addresses).sockets.get(address)
    if connection is not None:
        connection.close(CloseCode.REPLACED, "replaced")


async def lost(addresses: Collection[str]) -> set[str]:
    """Return those of these addresses whose worker is dead."""
    gone = await worker.current().gone(map(worker_of, addresses))
    return {address for address in addresses if worker_of(address) in gone}
