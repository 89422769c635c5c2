"""The ownership of rooms by workers, according to Redis.

A room's owner is the worker named at ``{relay}:room:<game id>``, for as long as that worker's lease stands.
Redis may forget; then the journal's primary key decides, and whoever writes second steps down.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from core.namespace import key
from core.redis import Role, evaluate
from realtime.delivery import channels
from realtime.membership.leases import LEASES, LIVES
from realtime.worker import Worker

OWNER_KEPT_S = 86_400
ROOM = key("{relay}:room:")

# KEYS: leases, the room. ARGV: those of ``LIVES``, this worker, seconds kept. Returns the owner.
_CLAIM = f"""
{LIVES}
local owner = redis.call('GET', KEYS[2])
if owner and lives(owner) then return owner end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
return ARGV[3]
"""
# KEYS: leases, in the slot of all rooms. ARGV: this worker, and rooms in one text, separated by spaces: a
# thousand take the client 20 us so, and 3.4 ms as keys. Returns those that are not this worker's.
_OTHERS = """
local others = {}
for room in string.gmatch(ARGV[2], '%S+') do
  if redis.call('GET', room) ~= ARGV[1] then others[#others + 1] = room end
end
return others
"""
# Releases the room only if it is still this worker's.
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


def room_key(game_id: UUID | str) -> str:
    """Return the Redis key of a room's owner."""
    return f"{ROOM}{game_id}"


class Ownership:
    """Questions to Redis about rooms. Every method raises ``Down`` if Redis cannot be reached."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._redis = worker.redis_of(Role.RELAY)

    async def claim(self, game_id: UUID) -> str:
        """Return the room's owner, which is this worker if no living one has claimed it."""
        arguments = (*channels.counting(), self._worker.id, OWNER_KEPT_S)
        owner: bytes = await evaluate(self._redis, _CLAIM, [LEASES, room_key(game_id)], arguments)
        return owner.decode()

    async def release(self, game_id: UUID) -> None:
        """Release the room, if it is this worker's."""
        await evaluate(self._redis, _RELEASE, [room_key(game_id)], [self._worker.id])

    async def others(self, game_ids: Iterable[UUID]) -> list[UUID]:
        """Return the rooms among these that this worker does not own."""
        rooms = " ".join(map(room_key, game_ids))
        others = await evaluate(self._redis, _OTHERS, [LEASES], [self._worker.id, rooms])
        return [UUID(room.decode().removeprefix(ROOM)) for room in others]

    async def owners(self, game_ids: Sequence[UUID]) -> list[str | None]:
        """Return the worker that claimed each room last, alive or not."""
        if not game_ids:
            return []
        owners = await self._redis.mget([room_key(game_id) for game_id in game_ids])
        return [None if owner is None else owner.decode() for owner in owners]
