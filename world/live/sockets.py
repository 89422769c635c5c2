"""This worker's sockets of the world, and what other workers tell them."""

from itertools import count
from typing import Protocol

from realtime import worker
from realtime.reactions import reacts_to
from realtime.relay import relayed
from realtime.worker import in_database
from world import selectors, services
from world.events import CharacterInfo, VisitChanged

_numbers = count(1)


class Socket(Protocol):
    """A socket of this worker, as others reach it."""

    character: CharacterInfo | None
    has_come: bool

    def replace(self) -> None: ...
    def settle_soon(self) -> None: ...
    def lose(self) -> None: ...


_sockets: dict[str, Socket] = {}


def register(socket: Socket) -> str:
    """Let the socket be reached; returns its name, which no other socket of any worker has."""
    name = f"{worker.current().id}/{next(_numbers)}"
    _sockets[name] = socket
    return name


def forget(name: str) -> None:
    """The socket is gone."""
    _sockets.pop(name, None)


def worker_of(name: str) -> str:
    """The worker that has the socket of this name."""
    return name.rpartition("/")[0]


@relayed("world.replaced")
def _replaced(sender: str, name: str) -> None:
    if name in _sockets:
        _sockets[name].replace()


@relayed("world.settle")
def _settle(sender: str, name: str) -> None:
    if name in _sockets:
        _sockets[name].settle_soon()


def replace(name: str) -> None:
    """Close this socket, wherever it is: its user has opened another."""
    here = worker.current()
    if name in _sockets:
        _replaced(here.id, name)
    else:
        here.relay.tell(worker_of(name), "world.replaced", name)


def settle(name: str) -> None:
    """Let this socket, wherever it is, hear the place where its character is now."""
    here = worker.current()
    if name in _sockets:
        _settle(here.id, name)
    else:
        here.relay.tell(worker_of(name), "world.settle", name)


@reacts_to(VisitChanged)
def settle_after_commit(event: VisitChanged) -> None:
    """The socket of a visit that was changed settles once others can see the change."""
    worker.once_committed(settle, event.socket)


async def settle_those_elsewhere() -> None:
    """Let those sockets of this worker settle that were not reached when their character was moved."""
    open_before = {name: socket for name, socket in _sockets.items() if socket.has_come}
    where = await in_database(selectors.whereabouts, f"{worker.current().id}/")
    for name, socket in open_before.items():
        if name not in _sockets:
            continue
        if name not in where:
            # It was taken for lost.
            socket.lose()
        elif where[name].place != _place_of(socket.character):
            socket.settle_soon()
    for name in where.keys() - _sockets.keys():
        # It went while the database was away.
        await in_database(services.go, user_id=where[name].user_id, socket=name)


def _place_of(character: CharacterInfo | None) -> tuple[int, int] | None:
    return None if character is None else (character.character_id, character.location_id)
