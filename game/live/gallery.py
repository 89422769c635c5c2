"""Those who watch a game with a delay, and all that they have not seen yet."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable

from game.live.alarm import Alarm
from game.live.listeners import Frames, Listener, RemoteListener, frame_of

EVENTS_KEPT = 50
"""After so many events a newcomer is better sent a new state."""


class Gallery:
    """The spectators of one room. All that they are sent comes ``delay`` seconds late, with whole views.

    A newcomer begins with the last state that is old enough, or waits for the first one. ``want_state`` is
    called when ``put_state`` should follow.
    """

    def __init__(self, delay: float, want_state: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._delay = delay
        self._want_state = want_state
        self._now = loop.time
        self._alarm = Alarm(loop, self._release)
        self._coming: deque[tuple[float, Frames, Hashable, bool]] = deque()
        """When each is due, its frames and key, and whether it is a state for newcomers only."""
        self._since_state = 0
        self._listeners: dict[Listener, int] = {}
        self._waiting: dict[Listener, int] = {}
        self._state: Frames | None = None
        self._after: list[Frames] = []
        """The events after ``_state``, and the newest tick."""
        self._tick: Frames | None = None

    def enter(self, listener: Listener, viewer: int) -> None:
        """Send a spectator everything that is old enough, from a state on, and then the rest."""
        if isinstance(listener, RemoteListener):
            listener.wait()
        self._listeners.pop(listener, None)
        self._waiting[listener] = viewer
        if self._state is not None:
            self._begin()

    def leave(self, listener: Listener) -> None:
        """Send a spectator nothing more."""
        self._listeners.pop(listener, None)
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
        self._coming.append((due, frames, _STATE if is_state else key, is_silent))
        self._alarm.set(due)

    def _release(self) -> None:
        self._alarm.clear()
        coming, now = self._coming, self._now()
        while coming and coming[0][0] <= now:
            _, frames, key, is_silent = coming.popleft()
            if not is_silent:
                for listener, viewer in tuple(self._listeners.items()):
                    listener.send(frame_of(frames, viewer), None if key == _STATE else key)
            if key == _STATE:
                self._state, self._after, self._tick = frames, [], None
                self._begin()
            elif key is None:
                self._after.append(frames)
            else:
                self._tick = frames
        if coming:
            self._alarm.set(coming[0][0])

    def _begin(self) -> None:
        assert self._state is not None
        waiting, self._waiting = self._waiting, {}
        for listener, viewer in waiting.items():
            for frames in (self._state, *self._after, *([] if self._tick is None else [self._tick])):
                listener.send_ahead(frame_of(frames, viewer))
            self._listeners[listener] = viewer


_STATE = "state"
