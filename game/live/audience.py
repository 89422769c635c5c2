"""Everybody who hears a room, and the frames they heard last."""

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable

from game.author.match import Match
from game.live.gallery import Gallery
from game.live.listeners import TICK, Answer, Copy, Frames, Listener, RemoteListener, frame_of
from game.live.sync import NOWHERE, SUBPROTOCOLS, Deltas, Sync, Synced, answered, tick_frame, with_schema
from realtime.connections.connection import Connection
from realtime.delivery.relay import Relay
from realtime.wire.messages import with_ref

KEPT_FRAMES = 500

Copies = list[tuple[RemoteListener, bytes]]
"""Frames for some sockets of other workers alone."""


class Audience:
    """The listeners of one room. A viewer number says which of ``Frames`` is a listener's (see ``Match``).

    Sockets that asked for changes get them from ``sync``, unless it is None. Spectators of a delayed game are
    in the ``gallery``.
    """

    __slots__ = (
        "_game_hex",
        "_kept",
        "_listeners",
        "_relay",
        "_synced_on",
        "_viewers",
        "_workers",
        "gallery",
        "sync",
        "synced",
    )

    def __init__(self, relay: Relay, game_hex: str, sync: Sync | None = None) -> None:
        self._relay = relay
        self._game_hex = game_hex
        # Those on this worker, and the viewer number of each, in rising order. Replaced, never changed: a
        # listener that is too slow is removed while a frame is being sent to all.
        self._listeners: tuple[Connection, ...] = ()
        self._viewers: tuple[int, ...] = ()
        # How many there are on each other worker, which gets a frame once for all of them, and how many of
        # them get changes.
        self._workers: dict[str, int] = {}
        self._synced_on: dict[str, int] = {}
        self._kept: deque[Frames] = deque(maxlen=KEPT_FRAMES)
        self.gallery: Gallery | None = None
        self.sync = sync
        self.synced: tuple[Synced, ...] = ()
        """The sockets that get changes. Replaced, never changed."""

    @property
    def hears_whole(self) -> bool:
        """Whether anybody hears frames with whole views."""
        return bool(self._listeners or self.gallery or self._workers != self._synced_on)

    def gets_changes(self, listener: Listener) -> bool:
        """Return whether a listener is to get changes."""
        return self.sync is not None and listener.subprotocol in SUBPROTOCOLS

    def add(self, listener: Listener, viewer: int, seq: int) -> None:
        """Send a listener every frame from now on; the first comes after ``seq``."""
        is_synced = self.gets_changes(listener)
        if isinstance(listener, RemoteListener):
            _count(self._workers, listener.worker, 1)
            listener.join(viewer, seq, is_synced=is_synced)
        if is_synced:
            self.synced = (*self.synced, Synced(listener, viewer))
            if isinstance(listener, RemoteListener):
                _count(self._synced_on, listener.worker, 1)
        elif isinstance(listener, Connection):
            at = bisect_right(self._viewers, viewer)
            self._listeners = (*self._listeners[:at], listener, *self._listeners[at:])
            self._viewers = (*self._viewers[:at], viewer, *self._viewers[at:])

    def remove(self, listener: Listener) -> None:
        """Send a listener nothing more, if it was sent anything yet."""
        if self.gallery is not None:
            self.gallery.leave(listener)
        if isinstance(listener, RemoteListener):
            if listener.told:
                listener.told = False
                _count(self._workers, listener.worker, -1)
        elif listener in self._listeners:
            at = self._listeners.index(listener)
            self._listeners = self._listeners[:at] + self._listeners[at + 1 :]
            self._viewers = self._viewers[:at] + self._viewers[at + 1 :]
        synced = tuple(one for one in self.synced if one.listener is not listener)
        if len(synced) < len(self.synced):
            self.synced = synced
            if isinstance(listener, RemoteListener):
                _count(self._synced_on, listener.worker, -1)

    def tell(
        self, frames: Frames, seq: int, answer: Answer | None = None, deltas: Deltas | None = None
    ) -> None:
        """Send every listener its frame of an event, or the one of ``deltas`` that it can apply.

        ``seq`` is one more than the last. The frames are kept for clients that missed them. The listener of
        ``answer`` gets its copy with the ``ref``, which is not kept.
        """
        asker = None if answer is None else answer.listener
        if answer is not None and isinstance(asker, RemoteListener):
            asker.expect(seq, answer.ref)
        self._kept.append(frames)
        self._tell_whole(frames, None, answer)
        afar: Copies = []
        for one in self.synced:
            listener = one.listener
            told = self._told(one, frames, deltas)
            if isinstance(listener, RemoteListener):
                afar.append((listener, told))
            else:
                listener.send(
                    answered(told, answer.ref) if answer is not None and listener is asker else told
                )
        self._tell_workers(seq, frames, afar)
        if self.gallery is not None:
            self.gallery.put(frames)

    def _tell_whole(self, frames: Frames, key: Hashable = None, answer: Answer | None = None) -> None:
        body, ends = frames
        frame, made_for = body, -1
        viewers = self._viewers
        for number, listener in enumerate(self._listeners):
            # What ``frame_of`` does, once for all listeners who see the same.
            if ends is not None and viewers[number] != made_for:
                made_for = viewers[number]
                frame = body + ends[made_for]
            if answer is not None and listener is answer.listener:
                listener.send(with_ref(frame, answer.ref), key)
            else:
                listener.send(frame, key)

    def _told(self, one: Synced, frames: Frames, deltas: Deltas | None) -> bytes:
        """Return the frame of an event for a socket that gets changes only."""
        delta = deltas.get((one.viewer, one.is_binary)) if deltas else None
        if delta is None:
            if frames[1] is not None:
                one.at = NOWHERE  # It has a view.
            return frame_of(frames, one.viewer)
        if delta.since is None:
            return delta.frame
        is_next = one.at == delta.since and one.at != NOWHERE
        one.at = delta.seq
        return delta.frame if is_next else frame_of(frames, one.viewer)

    def tell_state(self, frames: Frames, match: Match) -> None:
        """Send every listener its ``game_state``."""
        self._tell_whole(frames)
        afar: Copies = []
        for one in self.synced:
            one.at = NOWHERE
            listener = one.listener
            state = self.with_schema(frame_of(frames, one.viewer), listener, match)
            if isinstance(listener, RemoteListener):
                afar.append((listener, state))
            else:
                listener.send(state)
        self._tell_workers(None, frames, afar)
        if self.gallery is not None:
            self.gallery.put(frames, is_state=True)

    def with_schema(self, state: bytes, listener: Listener, match: Match) -> bytes:
        """Return a ``game_state`` with how binary frames are read, if the listener gets such."""
        if self.sync is None or not self.gets_changes(listener):
            return state
        return with_schema(state, self.sync.schema(match))

    def lose(self, listener: Listener) -> None:
        """Begin anew with whole views for a listener who has lost frames."""
        for one in self.synced:
            if one.listener is listener:
                one.at = NOWHERE

    def tell_tick(self, frames: Frames) -> None:
        """Send the frames of a tick to those who hear whole views; unsent older ones are dropped."""
        self._tell_whole(frames, TICK)
        for worker, listeners in self._workers.items():
            if listeners > self._synced_on.get(worker, 0):
                self._relay.tell(worker, "game.frames", (self._game_hex, None, TICK, frames))
        if self.gallery is not None:
            self.gallery.put(frames, TICK)

    def tell_changes(self, match: Match) -> None:
        """Send what a tick has changed to those who get changes. One who is too slow gets all again later."""
        synced, sync, tick = self.synced, self.sync, match.tick
        assert sync is not None
        changes = sync.changes(match, synced, tick)
        if not changes:
            self._give_up_changes()
            return
        acks = match.acks
        seats = len(acks)
        whole: Copies = []
        parts: Copies = []
        for number, one in enumerate(synced):
            listener = one.listener
            ack = acks[one.viewer] if one.viewer < seats else 0
            if isinstance(listener, Connection):
                if not listener.is_clear:
                    one.at = NOWHERE
                    continue
                listener.send(tick_frame(one, changes[number], tick, ack))
            else:
                afar = parts if changes[number].applies_to(one) else whole
                afar.append((listener, tick_frame(one, changes[number], tick, ack)))
            one.at, one.ack = tick, ack
        for afar, is_whole in ((parts, False), (whole, True)) if parts or whole else ():
            for worker, copies in _by_worker(afar).items():
                for numbers, frame in copies:
                    self._relay.tell(worker, "game.tick", (self._game_hex, numbers, frame, is_whole))

    def _give_up_changes(self) -> None:
        """Send everybody whole views from now on."""
        synced, self.sync = self.synced, None
        for one in synced:
            self.remove(one.listener)
            self.add(one.listener, one.viewer, 0)

    def _tell_workers(self, seq: int | None, frames: Frames, afar: Copies) -> None:
        copies = _by_worker(afar) if afar else {}
        for worker in self._workers:
            told = (self._game_hex, seq, None, frames)
            # Workers of an earlier release know of no copies.
            self._relay.tell(worker, "game.frames", (*told, copies[worker]) if worker in copies else told)

    def missed(self, since: int, last: int) -> list[tuple[int, Frames]] | None:
        """Return the frames after ``since`` up to ``last``, the latest, or None if they are not all kept."""
        first = last - len(self._kept) + 1
        if since > last or since + 1 < first:
            return None
        return [(seq, frames) for seq, frames in enumerate(self._kept, first) if seq > since]


def _count(counts: dict[str, int], worker: str, change: int) -> None:
    counts[worker] = counts.get(worker, 0) + change
    if not counts[worker]:
        del counts[worker]


def _by_worker(afar: Copies) -> dict[str, list[Copy]]:
    """Return the frames of each worker's sockets, equal ones once."""
    workers: dict[str, dict[bytes, list[int]]] = {}
    for listener, frame in afar:
        workers.setdefault(listener.worker, {}).setdefault(frame, []).append(listener.number)
    return {
        worker: [(numbers, frame) for frame, numbers in frames.items()] for worker, frames in workers.items()
    }
