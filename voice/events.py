"""Events of voice channels, and their audiences."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from core.ids import UserId
from core.shapes import about
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import Closing, Event, Message, Reply
from realtime.wire.topics import Topic
from voice import rules


def voice_topic(channel: str) -> Topic:
    """Return the topic of those who take part in a channel or watch it."""
    return Topic(f"voice_{channel}")


class Description(Struct, kw_only=True, frozen=True):
    """WebRTC's ``RTCSessionDescription``; the server does not read the SDP."""

    type: Literal["offer", "answer"]
    sdp: Annotated[str, Meta(min_length=1, max_length=rules.MAX_SDP)]


class Candidate(Struct, kw_only=True, frozen=True):
    """WebRTC's ``RTCIceCandidate``, as the browser made it; an empty ``candidate`` ends the list."""

    candidate: Annotated[str, Meta(max_length=rules.MAX_CANDIDATE)]
    sdp_mid: Annotated[str, Meta(max_length=64)] | None = field(name="sdpMid", default=None)
    sdp_m_line_index: Annotated[int, Meta(ge=0, le=65_535)] | None = field(name="sdpMLineIndex", default=None)
    username_fragment: Annotated[str, Meta(max_length=256)] | None = field(
        name="usernameFragment", default=None
    )


class VoiceMember(Struct, kw_only=True, frozen=True):
    """A participant of a channel; each time that somebody joins, they get another ``peer``."""

    user_id: UserId
    username: str
    peer: Annotated[str, about("By which signals reach them")]


class IceServer(Struct, kw_only=True, frozen=True):
    """WebRTC's ``RTCIceServer``. The credentials expire after an hour; joining again gives new ones."""

    urls: list[str]
    username: str | UnsetType = UNSET
    credential: str | UnsetType = UNSET


class LiveKit(Struct, kw_only=True, frozen=True):
    """The LiveKit server on which the channel talks, and the token with which to connect."""

    url: str
    token: str


class VoiceJoined(Reply):
    """The answer to ``voice_join``. The newcomer makes the offers.

    With ``livekit`` the channel is for more people than a mesh carries: connect there and send no signals.
    With ``relay_only``, connect through TURN alone (``iceTransportPolicy: "relay"``).
    """

    channel: str
    peer: Annotated[str, about("One's own")]
    members: list[VoiceMember]
    version: int
    muted: Annotated[dict[str, datetime], about("By user id: who must not be heard, until when")]
    ice_servers: list[IceServer]
    relay_only: bool
    livekit: LiveKit | None


class OfChannel(Event, kw_only=True):
    """Base of events of a channel."""

    channel: str

    def audience(self) -> Topic:
        return voice_topic(self.channel)


class VoiceMembers(OfChannel):
    """Sent when somebody joins or leaves a channel: all who take part. A higher ``version`` is the later."""

    members: list[VoiceMember]
    version: int


class VoiceMuted(OfChannel):
    """Sent when a moderator mutes a user, or lifts the mute (``until`` is null).

    Clients of the others must not play what comes from a muted user.
    """

    user_id: UserId
    until: datetime | None


class VoiceEnded(OfChannel):
    """Sent when a user has lost access to a channel, or all have (``user_id`` is null).

    A mute on the whole platform ends all access, within seconds.
    """

    user_id: UserId | None

    def closing(self) -> Closing:
        # Ends their part in the channel, not the socket: see ``ChannelSubscription``.
        return Closing(CloseCode.NOT_ALLOWED, "voice_ended", self.user_id)


class VoiceReplaced(Message):
    """Sent when the user has joined the channel on another device, which takes this one's part."""

    channel: str


class VoiceSignal(Message):
    """A signal from another participant, whose ``peer`` it names."""

    channel: str
    user_id: UserId
    peer: str
    description: Description | None
    candidate: Candidate | None
