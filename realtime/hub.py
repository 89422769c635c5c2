"""Who of this process listens to what; a frame encoded once goes to each of them as the same bytes."""

from collections.abc import Hashable

from realtime.connection import Connection
from realtime.messages import Closing
from realtime.topics import Topic


class Hub:
    """Topics and their local sockets."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, dict[Connection, None]] = {}

    def join(self, topic: Topic, connection: Connection) -> bool:
        """Let the socket hear the topic; true if it is the topic's first local listener."""
        listeners = self._listeners.get(topic)
        if listeners is None:
            self._listeners[topic] = {connection: None}
            return True
        listeners[connection] = None
        return False

    def leave(self, topic: Topic, connection: Connection) -> bool:
        """Stop hearing it; true if the topic has no local listener any more."""
        listeners = self._listeners.get(topic)
        if listeners is None:
            return False
        listeners.pop(connection, None)
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
        for connection in tuple(listeners):
            connection.send(frame)

    def deliver_passing(self, topic: Topic, frame: bytes, key: Hashable, but_user_id: int | None) -> None:
        """Hand the frame, which replaces unsent ones of its key, to every local listener but this user's."""
        for connection in self.listeners(topic):
            if but_user_id is None or not connection.is_of(but_user_id):
                connection.send(frame, key)

    def close(self, topic: Topic, closing: Closing) -> None:
        """Close the sockets that listen: all, or those of one user."""
        for connection in self.listeners(topic):
            if closing.user_id is None or connection.is_of(closing.user_id):
                connection.close(closing.code, closing.reason)

    def listeners(self, topic: Topic) -> tuple[Connection, ...]:
        """The local sockets that hear the topic."""
        return tuple(self._listeners.get(topic, ()))

    def __contains__(self, topic: object) -> bool:
        return topic in self._listeners
