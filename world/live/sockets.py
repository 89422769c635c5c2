"""This worker's world sockets, and the calls by which other workers reach them."""

from typing import Protocol

from core.database import in_database
from realtime import worker
from realtime.connections.connection import Connection
from realtime.delivery.relay import relayed
from realtime.reactions import reacts_to
from realtime.socket import addresses
from world import selectors, services
from world.events import CharacterInfo, VisitChanged
from world.rules import CharacterId


class Socket(Protocol):
    """The interface of a world socket for other workers and background tasks."""

    connection: Connection
    character: CharacterInfo | None
    has_entered: bool

    def refresh_soon(self) -> None: ...
    def close_lost(self) -> None: ...


class WorldSockets:
    """The world sockets of one worker, by address."""

    def __init__(self) -> None:
        self.by_address: dict[str, Socket] = {}
        self.may_have_visits = True
        """Whether the database may have visits of these sockets."""


def _here() -> WorldSockets:
    return worker.current().part(WorldSockets)


def register(socket: Socket) -> str:
    """Make the socket reachable and return its address."""
    address = addresses.register(socket.connection)
    here = _here()
    here.by_address[address] = socket
    here.may_have_visits = True
    return address


def forget(address: str) -> None:
    """Remove a closed socket."""
    addresses.forget(address)
    _here().by_address.pop(address, None)


@relayed("world.refresh")
def _on_refresh(sender: str, address: str) -> None:
    socket = _here().by_address.get(address)
    if socket is not None:
        socket.refresh_soon()


def refresh(address: str) -> None:
    """Make a socket of any worker subscribe to the place where its character is now."""
    here = worker.current()
    if address in _here().by_address:
        _on_refresh(here.id, address)
    else:
        here.relay.tell(addresses.worker_of(address), "world.refresh", address)


@reacts_to(VisitChanged)
def refresh_after_commit(event: VisitChanged) -> None:
    """Refresh the visit's socket after the commit, once others can see the change."""
    worker.once_committed(refresh, event.socket)


async def refresh_stale() -> None:
    """Refresh this worker's sockets that missed a change of their characters' locations."""
    here = _here()
    sockets = here.by_address
    if not sockets and not here.may_have_visits:
        return
    open_before = {address: socket for address, socket in sockets.items() if socket.has_entered}
    where = await in_database(selectors.whereabouts, addresses.prefix())
    here.may_have_visits = bool(where)
    for address, socket in open_before.items():
        if address not in sockets:
            continue
        if address not in where:
            # Another worker took it for lost.
            socket.close_lost()
        elif where[address].place != _place_of(socket.character):
            socket.refresh_soon()
    for address in where.keys() - sockets.keys():
        # It was closed while the database was away.
        await in_database(services.leave_world, user_id=where[address].user_id, socket=address)


def _place_of(character: CharacterInfo | None) -> tuple[CharacterId, int] | None:
    return None if character is None else (character.character_id, character.location_id)
