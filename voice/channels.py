"""Registry of voice channels: the app that owns a lobby, a party or a game says who may talk in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

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


Id = TypeVar("Id", int, UUID)

_kinds: dict[str, tuple[type, Callable[[UserId, Any], Admission]]] = {}


def admits(
    kind: str, of: type[Id]
) -> Callable[[Callable[[UserId, Id], Admission]], Callable[[UserId, Id], Admission]]:
    """Register ``function(user_id, id) -> Admission`` for channels of this kind; it raises a refusal.

    ``of`` is the type of the ids of what the channels belong to. When somebody loses access, publish
    ``voice.events.VoiceEnded`` for the channel; when a moderator mutes somebody, ``voice.events.VoiceMuted``.
    """

    def register(function: Callable[[UserId, Id], Admission]) -> Callable[[UserId, Id], Admission]:
        _kinds[kind] = of, function
        return function

    return register


def admit(user_id: UserId, *, kind: str, id: int | UUID) -> Admission:
    """Return the user's admission to a channel. Raises ``UnknownChannel``, and what the owning app raises."""
    of, function = _kinds.get(kind, (object, None))
    if function is None or not isinstance(id, of):
        raise UnknownChannel
    return function(user_id, id)
