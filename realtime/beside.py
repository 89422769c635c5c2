"""What a socket hears beside its stream."""

from collections.abc import Awaitable, Callable, Hashable

from realtime.connection import Connection
from realtime.messages import Message, encode
from realtime.topics import Topic


class Beside:
    """A socket as the listener of one more topic, whose frames carry no ``seq``.

    Frames wait until ``begin``, so that a snapshot can be made that comes before them. ``snapshot`` makes
    another one, where there is any, for ``begin_anew``.
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
        """Send the snapshot, if there is one, and what came since; from now on frames go on at once."""
        if snapshot is not None:
            self._connection.send(encode(snapshot))
        held, self._held = self._held or [], None
        for frame, key in held:
            self._connection.send(frame, key)

    async def begin_anew(self) -> None:
        """Send a new snapshot: frames were lost for good."""
        if self._snapshot is not None:
            self._held = []
            self.begin(await self._snapshot())

    def send(self, frame: bytes, key: Hashable = None) -> None:
        """Hear a frame of the topic."""
        if self._held is None:
            self._connection.send(frame, key)
        else:
            self._held.append((frame, key))

    def is_of(self, user_id: int) -> bool:
        """Whether the socket is this user's."""
        return self._connection.is_of(user_id)

    def stands_for(self, connection: Connection) -> bool:
        """Whether it is this socket that hears the topic."""
        return self._connection is connection

    def close(self, code: int, reason: str = "") -> None:
        """Close the socket."""
        self._connection.close(code, reason)
