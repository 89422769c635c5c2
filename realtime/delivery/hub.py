"""The listeners of each topic in this process; a frame is encoded once and sent to each as the same bytes."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from core.ids import UserId
from realtime.connections.connection import Connection
from realtime.wire.messages import Closing
from realtime.wire.topics import Topic


class Listener(Protocol):
    """A listener of a topic: a socket, or an object that forwards to one."""

    def send(self, frame: bytes, key: Hashable = None) -> None: ...
    def belongs_to(self, user_id: UserId) -> bool: ...
    def is_socket(self, connection: Connection) -> bool: ...
    def close(self, code: int, reason: str = "") -> None: ...


Resync = Callable[[], Awaitable[None]]


class Hub:
    """Topics and their local listeners."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, dict[Listener, Resync | None]] = {}

    def join(self, topic: Topic, listener: Listener, resync: Resync | None) -> None:
        """Add a listener to the topic.

        ``resync`` is called to send it a fresh snapshot when frames of the topic are lost for good.
        """
        self._listeners.setdefault(topic, {})[listener] = resync

    def leave(self, topic: Topic, listener: Listener) -> bool:
        """Remove a listener; return whether the topic has no local listener left."""
        listeners = self._listeners.get(topic)
        if listeners is None:
            return False
        listeners.pop(listener, None)
        if listeners:
            return False
        del self._listeners[topic]
        return True

    def deliver(self, topic: Topic, frame: bytes) -> None:
        """Send the frame to every local listener."""
        listeners = self._listeners.get(topic)
        if listeners is None:
            return
        # Iterate over a copy: closing a slow listener may remove it from the topic.
        for listener in tuple(listeners):
            listener.send(frame)

    def deliver_answer(self, topic: Topic, frame: bytes, asking: Connection, answer: bytes) -> None:
        """Send the frame to every local listener except ``asking``, which gets ``answer``."""
        for listener in self.listeners(topic):
            listener.send(answer if listener.is_socket(asking) else frame)

    def deliver_ephemeral(
        self, topic: Topic, frame: bytes, key: Hashable, but_user_id: UserId | None
    ) -> None:
        """Send the frame, which replaces unsent ones of its key, to all local listeners but this user's."""
        for listener in self.listeners(topic):
            if but_user_id is None or not listener.belongs_to(but_user_id):
                listener.send(frame, key)

    def close(self, topic: Topic, closing: Closing) -> None:
        """Close the topic's local sockets: all, or those of one user."""
        for listener in self.listeners(topic):
            if closing.user_id is None or listener.belongs_to(closing.user_id):
                listener.close(closing.code, closing.reason)

    def listeners(self, topic: Topic) -> tuple[Listener, ...]:
        """Return the topic's local listeners."""
        return tuple(self._listeners.get(topic, ()))

    def resyncs(self, topic: Topic) -> list[tuple[Listener, Resync]]:
        """Return the local listeners that can be resynchronised, with their functions."""
        listeners = self._listeners.get(topic, {})
        return [(listener, resync) for listener, resync in listeners.items() if resync is not None]

    def __contains__(self, topic: object) -> bool:
        return topic in self._listeners

    def __len__(self) -> int:
        return len(self._listeners)
