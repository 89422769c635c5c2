"""Commands about voice, on the user's socket."""

from typing import Annotated

from msgspec import Meta

from realtime.wire.messages import Command
from voice.events import Candidate, Description


class ForChannel(Command, kw_only=True):
    """Base of commands that name a channel by what it belongs to."""

    kind: Annotated[str, Meta(max_length=32)]
    of: Annotated[int, Meta(ge=1, le=2**53)]


class VoiceWatch(ForChannel):
    """Hear who talks in a channel: ``voice_members`` now and at each change, without taking part.

    ``kind`` is ``lobby``, ``party`` or ``direct``, ``of`` the id of the lobby, the party or the friend.
    """


class VoiceUnwatch(Command):
    """No longer hear of a channel, and leave it."""

    channel: Annotated[str, Meta(max_length=128)]


class VoiceJoin(ForChannel):
    """Take part in a channel, and leave the one before; the answer is ``voice_joined``.

    The fields are those of ``voice_watch``, which this includes.
    """


class VoiceLeave(Command):
    """Leave the channel; the socket still hears who is in it."""


class VoiceSignal(Command):
    """Send one other participant either a ``description`` or a ``candidate`` of WebRTC's negotiation.

    It is acknowledged once it was handed to that participant's socket.
    """

    to: Annotated[str, Meta(max_length=32)]
    description: Description | None = None
    candidate: Candidate | None = None
