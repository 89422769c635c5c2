"""Those who hear a room, and what they heard last."""

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable

from game.live.listeners import Frames, Listener, RemoteListener
from realtime.connection import Connection
from realtime.relay import Relay

KEPT_FRAMES = 500


class Audience:
    """Everybody whom one room tells its frames; a viewer is one of ``Frames``, the seats in order and then
    the spectators.
    """

    __slots__ = ("_game_hex", "_kept", "_listeners", "_relay", "_viewers", "_workers")

    def __init__(self, relay: Relay, game_hex: str) -> None:
        self._relay = relay
        self._game_hex = game_hex
        # Those of this worker, and which viewer each is, in rising order. Replaced, never changed: one that
        # is too slow leaves while a frame goes round.
        self._listeners: tuple[Connection, ...] = ()
        self._viewers: tuple[int, ...] = ()
        # How many hear it on each other worker, which gets a frame once for all of them.
        self._workers: dict[str, int] = {}
        self._kept: deque[Frames] = deque(maxlen=KEPT_FRAMES)

    def add(self, listener: Listener, viewer: int, seq: int) -> None:
        """Let it hear all that is told from now on, which is after ``seq``."""
        if isinstance(listener, RemoteListener):
            self._workers[listener.worker] = self._workers.get(listener.worker, 0) + 1
            listener.join(viewer, seq)
        else:
            at = bisect_right(self._viewers, viewer)
            self._listeners = (*self._listeners[:at], listener, *self._listeners[at:])
            self._viewers = (*self._viewers[:at], viewer, *self._viewers[at:])

    def remove(self, listener: Listener) -> None:
        """Let it hear no more; nothing if it does not yet."""
        if isinstance(listener, RemoteListener):
            if listener.told:
                listener.told = False
                self._workers[listener.worker] -= 1
                if not self._workers[listener.worker]:
                    del self._workers[listener.worker]
        elif listener in self._listeners:
            at = self._listeners.index(listener)
            self._listeners = self._listeners[:at] + self._listeners[at + 1 :]
            self._viewers = self._viewers[:at] + self._viewers[at + 1 :]

    def tell(self, frames: Frames, seq: int | None = None, key: Hashable = None) -> None:
        """Hand everybody their frame. With a ``seq``, the one after the last, it is kept for who misses it;
        an unsent one of the same ``key`` is replaced by it.
        """
        if seq is not None:
            self._kept.append(frames)
        body, ends = frames
        frame, made_for = body, -1
        viewers = self._viewers
        for number, listener in enumerate(self._listeners):
            # As ``frame_of`` does it, once for all who see the same.
            if ends is not None and viewers[number] != made_for:
                made_for = viewers[number]
                frame = body + ends[made_for]
            listener.send(frame, key)
        for worker in self._workers:
            self._relay.tell(worker, "game.frames", (self._game_hex, seq, key, frames))

    def missed(self, since: int, last: int) -> list[tuple[int, Frames]] | None:
        """What was told after ``since``, ``last`` being the latest, or None where it is not all kept."""
        first = last - len(self._kept) + 1
        if since > last or since + 1 < first:
            return None
        return [(seq, frames) for seq, frames in enumerate(self._kept, first) if seq > since]
