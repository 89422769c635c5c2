"""The ownership of rooms by workers, according to Redis.

A room's owner is the worker named at ``room:<game id>``, for as long as that worker's lease stands. Redis may
forget; then the journal's primary key decides, and whoever writes second steps down.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from core.namespace import key
from core.redis import Role, evaluate
from realtime.worker import Worker, lease_key

OWNER_KEPT_S = 86_400
ROOM = key("room:")

# KEYS: the room. ARGV: this worker, prefix of leases, seconds kept. Returns the owner. A worker that was
# killed still has its lease for a while, but no longer listens.
_CLAIM = """
local owner = redis.call('GET', KEYS[1])
if owner and redis.call('EXISTS', ARGV[2] .. owner) == 1 and redis.call('PUBSUB', 'NUMSUB', owner)[2] > 0 then
  return owner
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return ARGV[1]
"""
# ARGV: this worker, and rooms in one text, separated by spaces: as arguments of their own the client needs 16
# us to encode each. Returns those that are not this worker's.
_OTHERS = """
local others = {}
for room in string.gmatch(ARGV[2], '%S+') do
  if redis.call('GET', room) ~= ARGV[1] then others[#others + 1] = room end
end
return others
"""
# Releases the room only if it is still this worker's.
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


def _key(game_id: UUID | str) -> str:
    return f"{ROOM}{game_id}"


class Ownership:
    """Questions to Redis about rooms. Every method raises ``Down`` if Redis cannot be reached."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._redis = worker.redis_of(Role.RELAY)

    async def claim(self, game_id: UUID) -> str:
        """Return the room's owner, which is this worker if no living one has claimed it."""
        arguments = (self._worker.id, lease_key(""), OWNER_KEPT_S)
        owner: bytes = await evaluate(self._redis, _CLAIM, [_key(game_id)], arguments)
        return owner.decode()

    async def release(self, game_id: UUID) -> None:
        """Release the room, if it is this worker's."""
        await evaluate(self._redis, _RELEASE, [_key(game_id)], [self._worker.id])

    async def others(self, game_ids: Iterable[UUID]) -> list[UUID]:
        """Return the rooms among these that this worker does not own."""
        rooms = " ".join(map(_key, game_ids))
        others = await evaluate(self._redis, _OTHERS, [], [self._worker.id, rooms])
        return [UUID(room.decode().removeprefix(ROOM)) for room in others]

    async def owners(self, game_ids: Sequence[UUID]) -> list[str | None]:
        """Return the worker that claimed each room last, alive or not."""
        if not game_ids:
            return []
        owners = await self._redis.mget([_key(game_id) for game_id in game_ids])
        return [None if owner is None else owner.decode() for owner in owners]
