"""Voice on a socket of the user: who is in which channel, and signals between two participants.

It is mixed into the notifications socket. That one is open wherever the user is on the page, so that a talk
goes on from place to place; and a party has no socket of its own, so any other choice would need another one.
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from core.database import in_database
from core.tasks import begin
from friends import selectors as friends
from realtime.connections import limits
from realtime.socket.consumer import Consumer, handles
from realtime.socket.subscription import Subscription
from realtime.wire.messages import InvalidMessage
from voice import commands, events, rules, services
from voice.channels import Admission
from voice.live import Participant, Talker, voice
from voice.refusals import NoSuchPeer, NotInVoice, TooManyChannels


class ChannelSubscription(Subscription):
    """A subscription to a channel; an event that closes sockets only ends this one's part in the channel."""

    __slots__ = ("_end",)

    def __init__(self, *args: Any, end: Callable[[], None]) -> None:
        super().__init__(*args)
        self._end = end

    def close(self, code: int, reason: str = "") -> None:
        self._end()


class VoiceConsumer(Consumer):
    """Base of the socket that carries voice."""

    voice_emits = (
        events.VoiceJoined,
        events.VoiceSignal,
        events.VoiceReplaced,
    )
    voice_emits_unsequenced = (events.VoiceMembers, events.VoiceMuted, events.VoiceEnded)

    talker: Talker | None = None

    async def opened(self) -> None:
        self._watched: dict[str, Subscription] = {}

    async def closed(self) -> None:
        # The leases of a worker that is stopping run out.
        if not self._here.is_stopping:
            await self._leave()

    @handles(commands.VoiceWatch)
    async def watch_voice(self, command: commands.VoiceWatch) -> None:
        await self._watch(command)

    @handles(commands.VoiceUnwatch)
    async def unwatch_voice(self, command: commands.VoiceUnwatch) -> None:
        if self.talker is not None and self.talker.channel == command.channel:
            await self._leave()
        if (heard := self._watched.pop(command.channel, None)) is not None:
            await self.unsubscribe(heard)

    @handles(commands.VoiceJoin)
    async def join_voice(self, command: commands.VoiceJoin) -> None:
        await self._leave()
        admission = await self._watch(command)
        who, channel = self.player, admission.channel
        participant = Participant(who.user_id, who.username, secrets.token_hex(8), self._here.id)
        talker = Talker(channel, participant, self.connection)
        state = await voice().join(talker, most=services.most(admission))
        self.talker = talker
        if channel not in self._watched:
            # The user lost access meanwhile, and was not yet there to be removed.
            await self._leave()
            raise NotInVoice
        told = state.shown(channel)
        self.reply(
            events.VoiceJoined(
                channel=channel,
                peer=participant.peer,
                members=told.members,
                version=told.version,
                muted={str(user_id): until for user_id, until in admission.muted.items()},
                ice_servers=services.ice_servers(who.user_id),
                relay_only=services.is_relay_only(),
                livekit=services.livekit(admission, user_id=who.user_id, name=who.username),
                ref=command.ref,
            )
        )

    @handles(commands.VoiceLeave)
    async def leave_voice(self, command: commands.VoiceLeave) -> None:
        await self._leave()

    @handles(commands.VoiceSignal)
    async def signal(self, command: commands.VoiceSignal) -> None:
        if (command.description is None) == (command.candidate is None):
            raise InvalidMessage("A signal has either a description or a candidate.")
        talker = self.talker
        if talker is None or not voice().is_in(talker):
            raise NotInVoice
        await self._count("signal", rules.SIGNALS, rules.SIGNALS_WINDOW_S)
        to = (await voice().state(talker.channel)).find(command.to)
        if await in_database(friends.is_blocked_between, talker.participant.user_id, to.user_id):
            raise NoSuchPeer
        await voice().pass_on(talker, to, command)

    async def _watch(self, command: commands.ForChannel) -> Admission:
        """Subscribe to the channel, if the user may, and send its state."""
        await self._count("join", rules.JOINS, rules.JOINS_WINDOW_S)
        admission = await self._admitted(command)
        channel = admission.channel
        heard = self._watched.get(channel)
        if heard is None:
            if len(self._watched) >= rules.MAX_WATCHED:
                raise TooManyChannels
            heard = self._watched[channel] = await self.subscribe(
                events.voice_topic(channel),
                partial(self._snapshot, channel),
                partial(ChannelSubscription, end=partial(self._lost_access, channel)),
            )
            try:
                # The user may have lost access before the subscription.
                admission = await self._admitted(command)
            except Exception:
                self._lost_access(channel)
                raise
        heard.begin(await self._snapshot(channel))
        return admission

    async def _admitted(self, command: commands.ForChannel) -> Admission:
        return await in_database(services.admit, self.player.user_id, kind=command.kind, id=command.of)

    async def _snapshot(self, channel: str) -> events.VoiceMembers:
        return (await voice().state(channel)).shown(channel)

    def _lost_access(self, channel: str) -> None:
        heard = self._watched.pop(channel, None)
        if heard is not None:
            begin(self._end(channel, heard), voice().tasks, "Leaving a voice channel")

    async def _end(self, channel: str, heard: Subscription) -> None:
        if self.talker is not None and self.talker.channel == channel:
            await self._leave()
        await self.unsubscribe(heard)

    async def _leave(self) -> None:
        talker, self.talker = self.talker, None
        if talker is not None:
            await voice().leave(talker)

    async def _count(self, what: str, allowed: int, window_s: float) -> None:
        key = f"voice_{what}:{self.player.user_id}"
        await limits.enforce(self._here.redis, key, allowed=allowed, window_s=window_s)
