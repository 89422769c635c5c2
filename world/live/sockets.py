"""This worker's sockets of the world, and what other workers tell them."""

from typing import Protocol

from realtime import addresses, worker
from realtime.connection import Connection
from realtime.reactions import reacts_to
from realtime.relay import relayed
from realtime.worker import in_database
from world import selectors, services
from world.events import CharacterInfo, VisitChanged


class Socket(Protocol):
    """A socket of this worker, as others reach it."""

    connection: Connection
    character: CharacterInfo | None
    has_come: bool

    def settle_soon(self) -> None: ...
    def lose(self) -> None: ...


_sockets: dict[str, Socket] = {}


def register(socket: Socket) -> str:
    """Let the socket be reached; returns its address."""
    address = addresses.register(socket.connection)
    _sockets[address] = socket
    return address


def forget(address: str) -> None:
    """The socket is gone."""
    addresses.forget(address)
    _sockets.pop(address, None)


@relayed("world.settle")
def _settle(sender: str, address: str) -> None:
    if address in _sockets:
        _sockets[address].settle_soon()


def settle(address: str) -> None:
    """Let this socket, wherever it is, hear the place where its character is now."""
    here = worker.current()
    if address in _sockets:
        _settle(here.id, address)
    else:
        here.relay.tell(addresses.worker_of(address), "world.settle", address)


@reacts_to(VisitChanged)
def settle_after_commit(event: VisitChanged) -> None:
    """The socket of a visit that was changed settles once others can see the change."""
    worker.once_committed(settle, event.socket)


async def settle_those_elsewhere() -> None:
    """Let those sockets of this worker settle that were not reached when their character was moved."""
    open_before = {address: socket for address, socket in _sockets.items() if socket.has_come}
    where = await in_database(selectors.whereabouts, addresses.prefix())
    for address, socket in open_before.items():
        if address not in _sockets:
            continue
        if address not in where:
            # It was taken for lost.
            socket.lose()
        elif where[address].place != _place_of(socket.character):
            socket.settle_soon()
    for address in where.keys() - _sockets.keys():
        # It went while the database was away.
        await in_database(services.go, user_id=where[address].user_id, socket=address)


def _place_of(character: CharacterInfo | None) -> tuple[int, int] | None:
    return None if character is None else (character.character_id, character.location_id)
