"""Who of this process listens to what; a frame encoded once goes to each of them as the same bytes."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from realtime.connection import Connection
from realtime.messages import Closing
from realtime.topics import Topic


class Listener(Protocol):
    """Who hears a topic: a socket, or what stands for one."""

    def send(self, frame: bytes, key: Hashable = None) -> None: ...
    def is_of(self, user_id: int) -> bool: ...
    def stands_for(self, connection: Connection) -> bool: ...
    def close(self, code: int, reason: str = "") -> None: ...


Resync = Callable[[], Awaitable[None]]


class Hub:
    """Topics and their local sockets."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, dict[Listener, Resync | None]] = {}

    def join(self, topic: Topic, listener: Listener, resync: Resync | None) -> None:
        """Let the socket hear the topic.

        ``resync`` begins anew with the socket when frames of the topic are lost for good.
        """
        self._listeners.setdefault(topic, {})[listener] = resync

    def leave(self, topic: Topic, listener: Listener) -> bool:
        """Stop hearing it; true if the topic has no local listener any more."""
        listeners = self._listeners.get(topic)
        if listeners is None:
            return False
        listeners.pop(listener, None)
        if listeners:
            return False
        del self._listeners[topic]
        return True

    def deliver(self, topic: Topic, frame: bytes) -> None:
        """Hand the frame to every local listener."""
        listeners = self._listeners.get(topic)
        if listeners is None:
            return
        # A copy: a listener that is too slow is closed on the way, which may take it out.
        for listener in tuple(listeners):
            listener.send(frame)

    def deliver_answer(self, topic: Topic, frame: bytes, asking: Connection, answer: bytes) -> None:
        """Hand the frame to every local listener but the socket that asked for it, which gets the answer."""
        for listener in self.listeners(topic):
            listener.send(answer if listener.stands_for(asking) else frame)

    def deliver_passing(self, topic: Topic, frame: bytes, key: Hashable, but_user_id: int | None) -> None:
        """Hand the frame, which replaces unsent ones of its key, to every local listener but this user's."""
        for listener in self.listeners(topic):
            if but_user_id is None or not listener.is_of(but_user_id):
                listener.send(frame, key)

    def close(self, topic: Topic, closing: Closing) -> None:
        """Close the sockets that listen: all, or those of one user."""
        for listener in self.listeners(topic):
            if closing.user_id is None or listener.is_of(closing.user_id):
                listener.close(closing.code, closing.reason)

    def listeners(self, topic: Topic) -> tuple[Listener, ...]:
        """The local sockets that hear the topic."""
        return tuple(self._listeners.get(topic, ()))

    def resyncs(self, topic: Topic) -> list[tuple[Listener, Resync]]:
        """The local sockets that hear the topic and can begin anew, and how."""
        listeners = self._listeners.get(topic, {})
        return [(listener, resync) for listener, resync in listeners.items() if resync is not None]

    def __contains__(self, topic: object) -> bool:
        return topic in self._listeners

    def __len__(self) -> int:
        return len(self._listeners)
