"""Refusals of voice channels."""

from core.refusals import Conflict, NotAllowed, NotFound


class VoiceOff(NotAllowed):
    """This server offers no voice."""

    code = "voice_off"
    title = "There is no voice on this server"


class UnknownChannel(NotFound):
    """No app declares voice channels of this kind."""

    code = "unknown_voice_channel"
    title = "There is no such voice channel"


class ChannelFull(Conflict):
    """The channel takes no more participants."""

    code = "voice_full"
    title = "This voice channel is full"


class NotInVoice(Conflict):
    """The caller takes part in no voice channel (any more)."""

    code = "not_in_voice"
    title = "You are in no voice channel"


class NoSuchPeer(NotFound):
    """Nobody in the caller's channel has this peer id, or one of the two blocks the other."""

    code = "unknown_peer"
    title = "Nobody here can be reached by this"


class TooManyChannels(Conflict):
    """The socket watches too many channels."""

    code = "too_many_channels"
    title = "You watch too many voice channels"
