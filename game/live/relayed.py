"""Requests and messages between workers about their rooms."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import msgspec

from core.ids import UserId
from core.refusals import Unavailable
from game import commands
from game.live.listeners import Copy, Frames, RemoteListener
from game.live.opening import admit, look_at_seats
from game.live.remote import RemoteRoom
from game.live.room.actor import Room
from game.live.rooms import current, moved
from realtime import worker
from realtime.delivery.relay import relayed
from realtime.wire.identity import Identity
from realtime.wire.messages import CommandDecoder, MessageId

_commands = CommandDecoder(
    (commands.PlayerMove, commands.PlayerReady, commands.GameAction, commands.ChatMessage, commands.Resync)
)

# From other workers, to the rooms here.


def _own(game_hex: str) -> Room:
    room = current().here.get(UUID(game_hex))
    if room is None:
        raise moved()
    return room


@relayed("game.attach")
def _attach(sender: str, asked: tuple[str, int, bytes, int | None, UserId | None, str]) -> Awaitable[None]:
    # Workers of an earlier release know of nobody to follow, and of no subprotocol.
    game_hex, number, user, since, follow, subprotocol = (*asked, None, "")[:6]
    identity = msgspec.json.decode(user, type=Identity)
    listener = RemoteListener(
        worker.current().relay,
        sender,
        UUID(game_hex),
        number,
        identity.user_id,
        subprotocol=subprotocol,
    )
    # Before waiting for anything: the message that it has closed may come next.
    current().remote_listeners[sender, number] = listener
    return _let_in(listener, identity, since, follow)


async def _let_in(
    listener: RemoteListener, identity: Identity, since: int | None, follow: UserId | None
) -> None:
    room = await current().own(listener.game_id)
    await admit(room, identity.user_id)
    if listener.closed_with is None:
        room.attach(listener, identity.user_id, since, follow)


@relayed("game.seat_taken")
async def _seat_taken(sender: str, game_hex: str) -> None:
    if (room := current().here.get(UUID(game_hex))) is not None:
        await look_at_seats(room)


@relayed("game.detach")
def _detach(sender: str, asked: tuple[str, int, int]) -> None:
    current().detach_remote(sender, asked[1])


@relayed("game.missed_tick")
def _missed_tick(sender: str, asked: tuple[str, int]) -> None:
    listener = current().remote_listeners.get((sender, asked[1]))
    if listener is not None and (room := current().here.get(UUID(asked[0]))) is not None:
        room.show_all(listener)


@relayed("game.take")
def _take(sender: str, asked: tuple[str, UserId, bytes]) -> None:
    game_hex, user_id, command = asked
    _own(game_hex).take(user_id, _commands.decode(command))


@relayed("game.history")
def _history(sender: str, asked: tuple[str, int]) -> tuple[Any, Any, int]:
    game_hex, since = asked
    room = _own(game_hex)
    missed = room.history(since)
    if missed is None and room.committed < room.seq:
        raise Unavailable("What happens just now is not kept yet.", retry_after=1)
    return missed, room.state_frames(), room.committed


@relayed("game.seq")
def _seq(sender: str, game_hex: str) -> int:
    return _own(game_hex).committed


# From the owners of other rooms, to the sockets here.


def _room_of(sender: str, game_hex: str) -> RemoteRoom | None:
    """Return the handle to this room, unless the sender has lost the room and does not know it yet."""
    room = current().remote.get(UUID(game_hex))
    return room if room is not None and room.owner == sender else None


@relayed("game.joined")
def _joined(sender: str, told: tuple[str, int, int, int] | tuple[str, int, int, int, bool]) -> None:
    room = _room_of(sender, told[0])
    if room is not None:
        room.joined(*told[1:])


@relayed("game.frames")
def _frames(
    sender: str,
    told: tuple[str, int | None, Any, Frames] | tuple[str, int | None, Any, Frames, list[Copy]],
) -> None:
    room = _room_of(sender, told[0])
    if room is not None:
        room.tell(*told[1:])


@relayed("game.tick")
def _tick(sender: str, told: tuple[str, list[int], bytes, bool]) -> None:
    room = _room_of(sender, told[0])
    if room is not None:
        room.tell_tick(*told[1:])


@relayed("game.answer")
def _answer(sender: str, told: tuple[str, int, int, MessageId]) -> None:
    room = _room_of(sender, told[0])
    if room is not None:
        room.expect(*told[1:])


@relayed("game.frame")
def _frame(sender: str, told: tuple[str, int, bytes]) -> None:
    room = _room_of(sender, told[0])
    if room is not None:
        room.tell_one(*told[1:])


@relayed("game.gone")
def _gone(sender: str, numbers: list[int]) -> list[int]:
    """Return the sockets among these that have closed. A socket is known here before its room hears of it."""
    here = {number for room in current().remote.values() for number in room.numbers}
    return [number for number in numbers if number not in here]


@relayed("game.close")
def _close(sender: str, told: tuple[str, int, int, str]) -> None:
    room = _room_of(sender, told[0])
    if room is not None:
        room.close_one(*told[1:])
