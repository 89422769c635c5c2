"""Movement: along paths between places, and within a place up to the maximum speed."""

from collections.abc import Coroutine
from typing import Any, ClassVar

from msgspec import UNSET

from core.database import in_database
from core.refusals import Invalid
from realtime.connections import limits
from realtime.socket.consumer import handles
from realtime.wire.answering import mark_answered
from realtime.wire.messages import Ack, Message
from world import commands, events, selectors, services
from world.live.positions import TrackedCharacter, positions
from world.refusals import ImpossibleMove, NoCharacterInPlay
from world.rules import Vector
from world.socket import WorldSocket

MAX_WALKS, WALKS_WINDOW_S = 2, 2.0
"""At most this many changes of place in this many seconds."""


class MovingHandlers(WorldSocket):
    """Handlers of movement commands."""

    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = (events.LocationUpdate,)

    @handles(commands.Move)
    def move(self, command: commands.Move) -> Coroutine[Any, Any, None] | None:
        if command.to_location_id is not None:
            return self._walk(command)
        if command.position is None:
            raise Invalid("Say where to: to_location_id or position.")
        if self.character is None or self.tracked is None:
            raise NoCharacterInPlay
        try:
            moved = positions().move(self.tracked, _reached(self.tracked, command.position), command.velocity)
        except ImpossibleMove as refusal:
            return self._put_back(self.character.character_id, refusal)
        if command.id is not None:
            self.reply(
                events.LocationUpdate(location_id=self.tracked.location_id, moves=[moved], ref=command.ref)
            )
        return None

    async def _put_back(self, character_id: int, refusal: ImpossibleMove) -> None:
        info = await in_database(selectors.visible_character, self.player.user_id, character_id)
        self.connection.tell(services.character_update(positions().with_live_position(info)))
        raise refusal

    async def _walk(self, command: commands.Move) -> None:
        assert command.to_location_id is not None
        user_id = self.player.user_id
        await limits.enforce(
            self._here.redis, f"world_walk:{user_id}", allowed=MAX_WALKS, window_s=WALKS_WINDOW_S
        )
        mark_answered()
        # No refresh in between: it would answer this walk with the place before it.
        async with self.refresh_lock:
            if self.walk_ref is not UNSET:
                # The place that the last walk led to is not shown any more.
                self.connection.tell(Ack(ref=self.walk_ref))
            self.walk_ref = command.ref
            try:
                await in_database(
                    services.travel,
                    user_id=user_id,
                    to_location_id=command.to_location_id,
                    from_location_id=command.from_location_id,
                )
            except BaseException:
                self.walk_ref = UNSET
                raise


def _reached(tracked: TrackedCharacter, step: commands.Step) -> Vector:
    at = tracked.position
    return Vector(
        x=at.x if step.x is UNSET else step.x,
        y=at.y if step.y is UNSET else step.y,
        z=at.z if step.z is UNSET else step.z,
    )
