"""Subscriptions: topics that a socket receives in addition to its own stream."""

from collections.abc import Awaitable, Callable, Hashable

from core.ids import UserId
from realtime.connections.connection import Connection
from realtime.wire.messages import Message, encode
from realtime.wire.topics import Topic


class Subscription:
    """A socket's subscription to an additional topic, whose frames carry no ``seq``.

    Frames are held until ``begin``, so that a snapshot can be sent before them. ``snapshot``, if given, makes
    a fresh one for ``resync``.
    """

    __slots__ = ("_connection", "_held", "_snapshot", "topic")

    def __init__(
        self,
        topic: Topic,
        connection: Connection,
        snapshot: Callable[[], Awaitable[Message]] | None = None,
    ) -> None:
        self.topic = topic
        self._connection = connection
        self._snapshot = snapshot
        self._held: list[tuple[bytes, Hashable]] | None = []

    def begin(self, snapshot: Message | None = None) -> None:
        """Send the snapshot, if any, and the held frames; later frames are sent at once."""
        if snapshot is not None:
            self._connection.send(encode(snapshot))
        held, self._held = self._held or [], None
        for frame, key in held:
            self.deliver(frame, key)

    async def resync(self) -> None:
        """Send a fresh snapshot after frames were lost for good."""
        if self._snapshot is not None:
            self._held = []
            self.begin(await self._snapshot())

    def send(self, frame: bytes, key: Hashable = None) -> None:
        """Send or hold a frame of the topic."""
        if self._held is None:
            self.deliver(frame, key)
        else:
            self._held.append((frame, key))

    def deliver(self, frame: bytes, key: Hashable = None) -> None:
        """Send a frame that is not held, or no longer."""
        self._connection.send(frame, key)

    def belongs_to(self, user_id: UserId) -> bool:
        """Return whether the socket belongs to this user."""
        return self._connection.belongs_to(user_id)

    def is_socket(self, connection: Connection) -> bool:
        """Return whether the frames go to this socket."""
        return self._connection is connection

    def close(self, code: int, reason: str = "") -> None:
        """Close the socket."""
        self._connection.close(code, reason)
