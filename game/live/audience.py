"""Everybody who hears a room, and the frames they heard last."""

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable

from game.live.listeners import Answer, Frames, Listener, RemoteListener
from realtime.connections.connection import Connection
from realtime.delivery.relay import Relay
from realtime.wire.messages import with_ref

KEPT_FRAMES = 500


class Audience:
    """The listeners of one room. A viewer number says which of ``Frames`` is a listener's: the seats in
    order, then all spectators.
    """

    __slots__ = ("_game_hex", "_kept", "_listeners", "_relay", "_viewers", "_workers")

    def __init__(self, relay: Relay, game_hex: str) -> None:
        self._relay = relay
        self._game_hex = game_hex
        # Those on this worker, and the viewer number of each, in rising order. Replaced, never changed: a
        # listener that is too slow is removed while a frame is being sent to all.
        self._listeners: tuple[Connection, ...] = ()
        self._viewers: tuple[int, ...] = ()
        # How many there are on each other worker, which gets a frame once for all of them.
        self._workers: dict[str, int] = {}
        self._kept: deque[Frames] = deque(maxlen=KEPT_FRAMES)

    def add(self, listener: Listener, viewer: int, seq: int) -> None:
        """Send a listener every frame from now on; the first comes after ``seq``."""
        if isinstance(listener, RemoteListener):
            self._workers[listener.worker] = self._workers.get(listener.worker, 0) + 1
            listener.join(viewer, seq)
        else:
            at = bisect_right(self._viewers, viewer)
            self._listeners = (*self._listeners[:at], listener, *self._listeners[at:])
            self._viewers = (*self._viewers[:at], viewer, *self._viewers[at:])

    def remove(self, listener: Listener) -> None:
        """Send a listener nothing more, if it was sent anything yet."""
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

    def tell(
        self,
        frames: Frames,
        seq: int | None = None,
        key: Hashable = None,
        answer: Answer | None = None,
    ) -> None:
        """Send every listener its frame, which replaces an unsent one with the same ``key``.

        Frames with a ``seq``, which is one more than the last, are kept for clients that missed them. The
        listener of ``answer`` gets its copy with the ``ref``, which is not kept.
        """
        asker = None
        if answer is not None:
            asker = answer.listener
            if isinstance(asker, RemoteListener) and seq is not None:
                asker.expect(seq, answer.ref)
        if seq is not None:
            self._kept.append(frames)
        body, ends = frames
        frame, made_for = body, -1
        viewers = self._viewers
        for number, listener in enumerate(self._listeners):
            # What ``frame_of`` does, once for all listeners who see the same.
            if ends is not None and viewers[number] != made_for:
                made_for = viewers[number]
                frame = body + ends[made_for]
            if answer is not None and listener is asker:
                listener.send(with_ref(frame, answer.ref), key)
            else:
                listener.send(frame, key)
        for worker in self._workers:
            self._relay.tell(worker, "game.frames", (self._game_hex, seq, key, frames))

    def missed(self, since: int, last: int) -> list[tuple[int, Frames]] | None:
        """Return the frames after ``since`` up to ``last``, the latest, or None if they are not all kept."""
        first = last - len(self._kept) + 1
        if since > last or since + 1 < first:
            return None
        return [(seq, frames) for seq, frames in enumerate(self._kept, first) if seq > since]
