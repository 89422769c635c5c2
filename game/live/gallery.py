"""Those who watch a game with a delay, and all that they have not seen yet."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Final, NamedTuple

from msgspec import Raw, Struct, json

from game.author.sync import Fields
from game.live.alarm import Alarm
from game.live.listeners import TICK, Frames, Listener, RemoteListener, frame_of
from game.live.sync import NOWHERE, SUBPROTOCOLS, Change, Synced, tick_frame, with_schema
from realtime.connections.connection import Connection

logger = logging.getLogger(__name__)

EVENTS_KEPT = 50
"""After so many events a newcomer is better sent a new state."""

_STATE: Final = "state"


class _Coming(NamedTuple):
    """Frames that are not old enough yet."""

    due: float
    frames: Frames
    key: Hashable
    is_silent: bool
    """A state for newcomers only."""
    schema: bytes
    """The format of the binary frames after this state, as JSON."""


class _Tick(Struct):
    """The parts of a tick's frame that are read."""

    tick: int
    view: Raw


class Gallery:
    """The spectators of one room. All that they are sent comes ``delay`` seconds late.

    A newcomer begins with the last state that is old enough, or waits for the first one. ``want_state`` is
    called when ``put_state`` should follow. Those who asked for changes get ticks as changes, read from the
    whole views, if views have the type ``codec``; ``schema()`` is then how binary frames are read.
    """

    def __init__(
        self,
        delay: float,
        want_state: Callable[[], None],
        codec: Fields | None = None,
        schema: Callable[[], bytes] = bytes,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._delay = delay
        self._want_state = want_state
        self._codec = codec
        self._schema = schema
        self._now = loop.time
        self._alarm = Alarm(loop, self._release)
        self._coming: deque[_Coming] = deque()
        self._since_state = 0
        self._listeners: dict[Listener, int] = {}
        self._synced: dict[Listener, Synced] = {}
        """The listeners who get changes, in place of those above."""
        self._trees: dict[int, tuple[int, Any]] = {}
        """The last tick that was shown, and its content, for each viewer who gets changes."""
        self._waiting: dict[Listener, int] = {}
        self._state: _Coming | None = None
        self._after: list[Frames] = []
        """The events after ``_state``, and the newest tick."""
        self._tick: Frames | None = None

    def enter(self, listener: Listener, viewer: int) -> None:
        """Send a spectator everything that is old enough, from a state on, and then the rest."""
        if isinstance(listener, RemoteListener):
            listener.wait()
        self._listeners.pop(listener, None)
        self._synced.pop(listener, None)
        self._waiting[listener] = viewer
        if self._state is not None:
            self._begin()

    def leave(self, listener: Listener) -> None:
        """Send a spectator nothing more."""
        self._listeners.pop(listener, None)
        self._synced.pop(listener, None)
        self._waiting.pop(listener, None)

    def put(self, frames: Frames, key: Hashable = None, *, is_state: bool = False) -> None:
        """Send these frames when they are old enough."""
        self._add(frames, key, is_state=is_state, is_silent=False)
        if not is_state and key is None:
            self._since_state += 1
            if self._since_state == EVENTS_KEPT:
                self._want_state()

    def put_state(self, frames: Frames) -> None:
        """Use this state as the first frame of newcomers, once it is old enough."""
        self._add(frames, None, is_state=True, is_silent=True)

    def stop(self) -> None:
        """Send nothing more."""
        self._alarm.clear()
        self._coming.clear()

    def _add(self, frames: Frames, key: Hashable, *, is_state: bool, is_silent: bool) -> None:
        if is_state:
            self._since_state = 0
        due = self._now() + self._delay
        schema = self._schema() if is_state else b""
        self._coming.append(_Coming(due, frames, _STATE if is_state else key, is_silent, schema))
        self._alarm.set(due)

    def _release(self) -> None:
        self._alarm.clear()
        coming, now = self._coming, self._now()
        while coming and coming[0].due <= now:
            one = coming.popleft()
            if not one.is_silent:
                self._show(one)
            if one.key == _STATE:
                self._state, self._after, self._tick = one, [], None
                self._begin()
            elif one.key is None:
                self._after.append(one.frames)
            else:
                self._tick = one.frames
        if coming:
            self._alarm.set(coming[0].due)

    def _show(self, shown: _Coming) -> None:
        frames, key = shown.frames, None if shown.key == _STATE else shown.key
        for listener, viewer in tuple(self._listeners.items()):
            listener.send(frame_of(frames, viewer), key)
        if key == TICK and self._synced:
            self._show_changes(frames)
            return
        for listener, one in tuple(self._synced.items()):
            frame = frame_of(frames, one.viewer)
            listener.send(with_schema(frame, shown.schema) if shown.key == _STATE else frame)
            if frames[1] is not None:
                one.at = NOWHERE  # It has a view.

    def _show_changes(self, frames: Frames) -> None:
        """Send those who get changes what a tick has changed, and all of it to one who is too slow."""
        changes: dict[int, Change] = {}
        trees: dict[int, tuple[int, Any]] = {}
        for listener, one in tuple(self._synced.items()):
            viewer = one.viewer
            if viewer not in changes:
                packed = self._packed(frame_of(frames, viewer))
                if packed is None:
                    self._give_up_changes(frames)
                    return
                since, before = self._trees.get(viewer, (NOWHERE, None))
                assert self._codec is not None
                changes[viewer] = Change(self._codec, before, packed[1], since)
                trees[viewer] = packed
            tick = trees[viewer][0]
            if isinstance(listener, Connection) and not listener.is_clear:
                # A newer whole view replaces it, where a change could not be left out.
                listener.send(frame_of(frames, viewer), TICK)
                one.at = NOWHERE
                continue
            listener.send(tick_frame(one, changes[viewer], tick, 0))
            one.at = tick
        self._trees = trees

    def _packed(self, frame: bytes) -> tuple[int, Any] | None:
        """Return the tick and the content of a frame, or None if its view is not as declared."""
        codec = self._codec
        if codec is None:
            return None
        try:
            shown = json.decode(frame, type=_Tick)
            return shown.tick, codec.pack(json.decode(shown.view))
        except Exception:
            logger.exception("A view is not as declared: spectators are sent it whole")
            return None

    def _give_up_changes(self, frames: Frames) -> None:
        """Send everybody whole views, from this tick on."""
        self._codec = None
        synced, self._synced = self._synced, {}
        for listener, one in synced.items():
            self._listeners[listener] = one.viewer
            listener.send(frame_of(frames, one.viewer), TICK)

    def _begin(self) -> None:
        assert self._state is not None
        waiting, self._waiting = self._waiting, {}
        for listener, viewer in waiting.items():
            is_synced = self._codec is not None and listener.subprotocol in SUBPROTOCOLS
            state = frame_of(self._state.frames, viewer)
            listener.send_ahead(with_schema(state, self._state.schema) if is_synced else state)
            for frames in self._after:
                listener.send_ahead(frame_of(frames, viewer))
            tick = None if self._tick is None else frame_of(self._tick, viewer)
            packed = self._packed(tick) if is_synced and tick is not None else None
            if tick is not None and packed is not None:
                listener.send_ahead(self._synced_from(listener, viewer, packed))
            elif tick is not None:
                listener.send_ahead(tick)
                self._listeners[listener] = viewer
            elif is_synced:
                self._synced[listener] = Synced(listener, viewer)
            else:
                self._listeners[listener] = viewer

    def _synced_from(self, listener: Listener, viewer: int, packed: tuple[int, Any]) -> bytes:
        """Send a listener changes after this tick; return the frame with all of it."""
        assert self._codec is not None
        tick, tree = self._trees[viewer] = packed
        one = self._synced[listener] = Synced(listener, viewer)
        frame = tick_frame(one, Change(self._codec, None, tree, NOWHERE), tick, 0)
        one.at = tick
        return frame
