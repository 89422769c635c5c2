"""The participants of voice channels: in Redis, with a lease that the worker of each one's socket renews.

Redis stores the participants of each channel by user (``{voice}:<channel>``), and the ends of all leases
(``{voice}:leases``); the braces keep them in one slot of a Redis Cluster. A killed worker renews nothing:
once a lease has run out, its participant does not count, and the elected worker announces it.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from accounts import bans
from core import background
from core.database import in_database
from core.ids import UserId
from core.namespace import key
from core.redis import REDIS_ERRORS, Role, evaluate
from realtime import worker
from realtime.connections.connection import Connection
from realtime.delivery.relay import relayed
from realtime.publishing import publish_now
from voice.commands import VoiceSignal
from voice.events import VoiceEnded, VoiceMember, VoiceMembers, VoiceReplaced
from voice.events import VoiceSignal as Signal
from voice.refusals import ChannelFull, NoSuchPeer

logger = logging.getLogger(__name__)

LEASE_S = 6.0
RENEW_EVERY_S = 2.0

# Redis' clock, so that the workers' clocks may differ. In microseconds it numbers the states of a channel.
_NOW = """
local time = redis.call('TIME')
local version = time[1] * 1000000 + time[2]
local now = version / 1000000
"""
# KEYS: leases, the channel. ARGV: its name. ``members()``: the version, then those whose lease stands.
_MEMBERS = f"""
{_NOW}
local function members()
  local found = {{version}}
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    local lease = redis.call('ZSCORE', KEYS[1], ARGV[1] .. ' ' .. all[i])
    if lease and tonumber(lease) > now then table.insert(found, all[i + 1]) end
  end
  return found
end
"""
_READ = f"{_MEMBERS} return members()"
# ARGV: ..., user, participant, seconds of the lease, the most there may be. Returns the participant that the
# user was before, and the members; nil if the channel is full.
_JOIN = f"""
{_MEMBERS}
local held = redis.call('HGET', KEYS[2], ARGV[2])
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
local counted = held and lease and tonumber(lease) > now
if not counted and #members() > tonumber(ARGV[5]) then return false end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[1] .. ' ' .. ARGV[2])
return {{held or '', members()}}
"""
# ARGV: ..., user, participant. Returns the members, or nil if the user has joined anew since.
_LEAVE = f"""
{_MEMBERS}
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return false end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
return members()
"""
# KEYS: leases, then each one's channel. ARGV: seconds of the lease, then name of the channel, user and
# participant of each. Returns for each 0 (renewed), 1 (was missing, and is stored again) or 2 (the user has
# joined anew elsewhere).
_RENEW = f"""
{_NOW}
local found = {{}}
for i = 2, #ARGV, 3 do
  local channel = KEYS[(i + 1) / 3 + 1]
  local held = redis.call('HGET', channel, ARGV[i + 1])
  if held and held ~= ARGV[i + 2] then
    table.insert(found, 2)
  else
    redis.call('HSET', channel, ARGV[i + 1], ARGV[i + 2])
    redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i] .. ' ' .. ARGV[i + 1])
    table.insert(found, held and 0 or 1)
  end
end
return found
"""
# KEYS: leases. Returns those that have run out, as "channel user".
_LAPSED = f"{_NOW} return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 500)"
# KEYS: leases, then the channel of each. ARGV: leases that had run out. Removes those that still have.
_LAPSE = f"""
{_NOW}
for i, lapsed in ipairs(ARGV) do
  local lease = redis.call('ZSCORE', KEYS[1], lapsed)
  if lease and tonumber(lease) <= now then
    redis.call('HDEL', KEYS[i + 1], lapsed:match('%S+$'))
    redis.call('ZREM', KEYS[1], lapsed)
  end
end
"""


class Participant(msgspec.Struct, frozen=True):
    """Somebody in a channel, as Redis stores them: with the worker that has their socket."""

    user_id: UserId
    username: str
    peer: str
    worker: str

    def shown(self) -> VoiceMember:
        """Return the participant as clients see them."""
        return VoiceMember(user_id=self.user_id, username=self.username, peer=self.peer)


@dataclass(frozen=True)
class Talker:
    """A participant whose socket is on this worker."""

    channel: str
    participant: Participant
    socket: Connection


class State(msgspec.Struct, frozen=True):
    """A channel's participants at one moment; a higher ``version`` is the later."""

    version: int
    participants: Sequence[Participant]

    def find(self, peer: str) -> Participant:
        """Return the participant with this peer id. Raises ``NoSuchPeer``."""
        for one in self.participants:
            if one.peer == peer:
                return one
        raise NoSuchPeer

    def shown(self, channel: str) -> VoiceMembers:
        """Return the message about this state."""
        members = [one.shown() for one in sorted(self.participants, key=lambda one: one.user_id)]
        return VoiceMembers(channel=channel, members=members, version=self.version)


_decode = msgspec.json.Decoder(Participant).decode


def _state(answer: list[Any]) -> State:
    version, *participants = answer
    return State(version, [_decode(one) for one in participants])


class Voice:
    """The channels as seen by one worker, and those of their participants whose sockets it has."""

    def __init__(self) -> None:
        self._redis = worker.current().redis_of(Role.PRESENCE)
        self._leases = _key("leases")
        self.talkers: dict[str, Talker] = {}  # by peer
        self.tasks: set[asyncio.Task[Any]] = set()

    def is_in(self, talker: Talker) -> bool:
        """Return whether the participant is still in the channel."""
        return self.talkers.get(talker.participant.peer) is talker

    async def state(self, channel: str) -> State:
        """Return who is in a channel."""
        return _state(await self._ask(_READ, channel))

    async def join(self, talker: Talker, *, most: int) -> State:
        """Add a participant, and end the part of another device of theirs. Raises ``ChannelFull``."""
        who = talker.participant
        packed = msgspec.json.encode(who)
        answer = await self._ask(_JOIN, talker.channel, who.user_id, packed, LEASE_S, most)
        if answer is None:
            raise ChannelFull(f"This voice channel takes {most} people.")
        self.talkers[who.peer] = talker
        before, members = answer
        if before:
            self._replace(_decode(before))
        state = _state(members)
        publish_now(state.shown(talker.channel))
        return state

    async def leave(self, talker: Talker) -> None:
        """Remove a participant. While Redis is unavailable their lease runs out."""
        who = talker.participant
        if self.talkers.pop(who.peer, None) is None:
            return
        try:
            answer = await self._ask(_LEAVE, talker.channel, who.user_id, msgspec.json.encode(who))
        except REDIS_ERRORS as problem:
            logger.warning("A voice channel is left when the lease runs out: %s", problem)
            return
        if answer is not None:
            publish_now(_state(answer).shown(talker.channel))

    async def renew(self) -> None:
        """Renew the leases of this worker's participants."""
        talkers = list(self.talkers.values())
        if not talkers:
            return
        keys = [self._leases, *(_key(one.channel) for one in talkers)]
        arguments: list[Any] = [LEASE_S]
        for one in talkers:
            arguments += [one.channel, one.participant.user_id, msgspec.json.encode(one.participant)]
        found = await evaluate(self._redis, _RENEW, keys, arguments)
        restored = set()
        for talker, outcome in zip(talkers, found, strict=True):
            if talker.participant.peer not in self.talkers:
                # They left meanwhile, so what was stored again is to be removed.
                self.talkers[talker.participant.peer] = talker
                await self.leave(talker)
            elif outcome == 2:
                self.replaced(talker.participant.peer)
            elif outcome == 1:
                restored.add(talker.channel)
        await self._announce(restored)

    async def silence(self) -> None:
        """End the part of this worker's participants who have been muted on the whole platform meanwhile."""
        talkers = list(self.talkers.values())
        if not talkers:
            return
        muted = await in_database(bans.muted_among, {one.participant.user_id for one in talkers})
        for one in talkers:
            if one.participant.user_id in muted:
                publish_now(VoiceEnded(channel=one.channel, user_id=one.participant.user_id))

    async def lapse(self) -> None:
        """Remove participants whose lease has run out, for all workers."""
        leases = [lease.decode() for lease in await evaluate(self._redis, _LAPSED, [self._leases], [])]
        if leases:
            channels = [lease.partition(" ")[0] for lease in leases]
            await evaluate(self._redis, _LAPSE, [self._leases, *map(_key, channels)], leases)
            await self._announce(set(channels))

    def replaced(self, peer: str) -> None:
        """End the part of a device: its user has joined the channel with another one."""
        talker = self.talkers.pop(peer, None)
        if talker is not None:
            talker.socket.tell(VoiceReplaced(channel=talker.channel))

    def deliver(self, channel: str, peer: str, signal: Signal) -> None:
        """Hand a signal to a participant whose socket is here. Raises ``NoSuchPeer``."""
        talker = self.talkers.get(peer)
        if talker is None or talker.channel != channel:
            raise NoSuchPeer
        talker.socket.tell(signal)

    async def pass_on(self, talker: Talker, to: Participant, command: VoiceSignal) -> None:
        """Hand a signal to another participant of the channel. Raises ``NoSuchPeer``, ``Unavailable``."""
        signal = Signal(
            channel=talker.channel,
            user_id=talker.participant.user_id,
            peer=talker.participant.peer,
            description=command.description,
            candidate=command.candidate,
        )
        here = worker.current()
        if to.worker == here.id:
            self.deliver(talker.channel, to.peer, signal)
        else:
            payload = [talker.channel, to.peer, msgspec.json.encode(signal)]
            await here.relay.ask(to.worker, "voice.signal", payload)

    async def _announce(self, channels: set[str]) -> None:
        for channel in channels:
            publish_now((await self.state(channel)).shown(channel))

    def _replace(self, before: Participant) -> None:
        here = worker.current()
        if before.worker == here.id:
            self.replaced(before.peer)
        else:
            here.relay.tell(before.worker, "voice.replaced", before.peer)

    async def _ask(self, script: str, channel: str, *arguments: Any) -> Any:
        return await evaluate(self._redis, script, [self._leases, _key(channel)], [channel, *arguments])


def _key(name: str) -> str:
    """Return the Redis key of a channel, or of the ``leases``."""
    return key(f"{{voice}}:{name}")


def voice() -> Voice:
    """Return this worker's voice channels."""
    return worker.current().part(Voice)


@relayed("voice.signal")
def _deliver(sender: str, payload: list[Any]) -> None:
    channel, peer, signal = payload
    voice().deliver(channel, peer, msgspec.json.decode(signal, type=Signal))


@relayed("voice.replaced")
def _replaced(sender: str, peer: str) -> None:
    voice().replaced(peer)


@background.background
async def keep_leases() -> None:
    """Renew this worker's leases, and remove those of dead workers."""
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            await voice().renew()
            if background.role.is_elected:
                await voice().lapse()
        except REDIS_ERRORS as problem:
            logger.warning("Voice channels wait for Redis: %s", problem)


@background.background
async def end_muted() -> None:
    """End the voice of who is muted on the platform; apart from the leases, which need no database."""
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            await voice().silence()
        except background.STORE_ERRORS as problem:
            logger.warning("Mutes wait to count for voice: %s", problem)
