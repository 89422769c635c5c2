"""Commands about voice, on the user's socket."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from realtime.wire.messages import Command
from voice.events import Candidate, Description


class ForChannel(Command, kw_only=True):
    """Base of commands that name a channel by what it belongs to."""

    kind: Annotated[str, Meta(max_length=32)]
    of: Annotated[int, Meta(ge=1, le=2**53)] | UUID


class VoiceWatch(ForChannel):
    """Hear who talks in a channel: ``voice_members`` now and at each change, without taking part.

    ``kind`` is ``lobby``, ``party``, ``game`` or ``direct``, ``of`` the id of the lobby, the party, the game
    or the friend.
    Refused with ``voice_off``, ``unknown_voice_channel``, ``too_many_channels``, ``muted``, ``rate_limited``,
    and what forbids to be where the channel belongs.
    """


class VoiceUnwatch(Command):
    """No longer hear of a channel, and leave it."""

    channel: Annotated[str, Meta(max_length=128)]


class VoiceJoin(ForChannel):
    """Take part in a channel, and leave the one before; the answer is ``voice_joined``.

    The fields are those of ``voice_watch``, which this includes. Refused with ``voice_full``,
    ``not_in_voice``, and whatever watching is refused with.
    """


class VoiceLeave(Command):
    """Leave the channel; the socket still hears who is in it."""


class VoiceSignal(Command):
    """Send one other participant either a ``description`` or a ``candidate`` of WebRTC's negotiation.

    It is acknowledged once it was handed to that participant's socket. Refused with ``not_in_voice``,
    ``unknown_peer``, ``invalid_message``, ``rate_limited``.
    """

    to: Annotated[str, Meta(max_length=32)]
    description: Description | None = None
    candidate: Candidate | None = None
