"""Registry of voice channels: the app that owns a lobby or a party says who may talk in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.ids import UserId
from voice.refusals import UnknownChannel


@dataclass(frozen=True)
class Admission:
    """A user's admission to a channel.

    ``channel`` is its name, that of the owning app's topic; ``size`` is the highest number of people who may
    be admitted. ``muted`` are those of them who must not be heard, each until a time.
    """

    channel: str
    size: int
    muted: Mapping[UserId, datetime] = field(default_factory=dict)


Admit = Callable[[UserId, int], Admission]

_kinds: dict[str, Admit] = {}


def admits(kind: str) -> Callable[[Admit], Admit]:
    """Register ``function(user_id, id) -> Admission`` for channels of this kind; it raises a refusal.

    When somebody loses access, publish ``voice.events.VoiceEnded`` for the channel; when a moderator mutes
    somebody, ``voice.events.VoiceMuted``.
    """

    def register(function: Admit) -> Admit:
        _kinds[kind] = function
        return function

    return register


def admit(user_id: UserId, *, kind: str, id: int) -> Admission:
    """Return the user's admission to a channel. Raises ``UnknownChannel``, and what the owning app raises."""
    if kind not in _kinds:
        raise UnknownChannel
    return _kinds[kind](user_id, id)
