"""The outbox of a socket whose network accepts nothing for a while."""

from typing import Any, cast

from realtime.connections.connection import MAX_BYTES, Connection


class Network:
    """A fake direct interface, as far as an outbox needs it."""

    def __init__(self) -> None:
        self.takes = True
        self.taken: list[bytes] = []

    @property
    def outlet(self) -> "Network":
        return self

    def send(self, data: bytes) -> bool:
        if self.takes:
            self.taken.append(data)
        return self.takes

    def set_on_drain(self, function: Any) -> None:
        self.drained = function

    def close(self, code: int, reason: str) -> None: ...


def test_who_is_slow_again_and_again_but_catches_up_each_time_stays() -> None:
    network = Network()
    connection = Connection(cast(Any, None), cast(Any, network), 0.0)
    frame = b"x" * (MAX_BYTES * 2 // 3)
    for _ in range(3):
        network.takes = False
        connection.send(frame)
        network.takes = True
        network.drained()
    assert (connection.closed_with, network.taken) == (None, [frame] * 3)
    network.takes = False
    connection.send(frame)
    connection.send(frame)
    assert connection.closed_with == 1013
