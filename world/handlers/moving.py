"""Movement: along paths between places, and within a place up to the maximum speed."""

from collections.abc import Coroutine
from typing import Any

from msgspec import UNSET

from core.database import in_database
from core.refusals import Invalid
from realtime import worker
from realtime.connections import limits
from realtime.wire.answering import mark_answered
from realtime.wire.messages import Ack
from world import commands, events, selectors, services
from world.live.positions import TrackedCharacter, positions
from world.refusals import ImpossibleMove, NoCharacterInPlay
from world.rules import CharacterId, Vector
from world.socket import Part, WorldSocket

MAX_WALKS, WALKS_WINDOW_S = 2, 2.0
"""At most this many changes of place in this many seconds."""


MOVING = Part(emits_unsequenced=(events.LocationUpdate,))


@MOVING.handles(commands.Move)
def move(socket: WorldSocket, command: commands.Move) -> Coroutine[Any, Any, None] | None:
    if command.to_location_id is not None:
        return _walk(socket, command)
    if command.position is None:
        raise Invalid("Say where to: to_location_id or position.")
    if socket.character is None or socket.tracked is None:
        raise NoCharacterInPlay
    try:
        moved = positions().move(socket.tracked, _reached(socket.tracked, command.position), command.velocity)
    except ImpossibleMove as refusal:
        return _put_back(socket, socket.character.character_id, refusal)
    if command.id is not None:
        socket.reply(
            events.LocationUpdate(location_id=socket.tracked.location_id, moves=[moved], ref=command.ref)
        )
    return None


async def _put_back(socket: WorldSocket, character_id: CharacterId, refusal: ImpossibleMove) -> None:
    info = await in_database(selectors.visible_character, socket.player.user_id, character_id)
    socket.connection.tell(services.character_update(positions().with_live_position(info)))
    raise refusal


async def _walk(socket: WorldSocket, command: commands.Move) -> None:
    assert command.to_location_id is not None
    user_id = socket.player.user_id
    await limits.enforce(
        worker.current().redis, f"world_walk:{user_id}", allowed=MAX_WALKS, window_s=WALKS_WINDOW_S
    )
    mark_answered()
    # No refresh in between: it would answer this walk with the place before it.
    async with socket.refresh_lock:
        if socket.walk_ref is not UNSET:
            # The place that the last walk led to is not shown any more.
            socket.connection.tell(Ack(ref=socket.walk_ref))
        socket.walk_ref = command.ref
        try:
            await in_database(
                services.travel,
                user_id=user_id,
                to_location_id=command.to_location_id,
                from_location_id=command.from_location_id,
            )
        except BaseException:
            socket.walk_ref = UNSET
            raise


def _reached(tracked: TrackedCharacter, step: commands.Step) -> Vector:
    at = tracked.position
    return Vector(
        x=at.x if step.x is UNSET else step.x,
        y=at.y if step.y is UNSET else step.y,
        z=at.z if step.z is UNSET else step.z,
    )
