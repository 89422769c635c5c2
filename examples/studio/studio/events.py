"""Events of the track, and who hears them."""

from msgspec import UNSET, UnsetType

from gameplatform.extend import Event, Reply, Topic

TRACK = Topic("studio_track")


class Track(Reply):
    """The best times, as the first message of the socket."""

    best_ms: list[int]
    recovered: bool | UnsetType = UNSET


class LapDriven(Event):
    """Somebody has driven a lap."""

    user_id: int
    ms: int

    def audience(self) -> Topic:
        return TRACK
