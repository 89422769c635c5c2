"""Connections that come while the server is busy."""

import asyncio
import socket
from contextlib import ExitStack

import uvloop

from gameplatform import serving

COMING = 40


class Counted(asyncio.Protocol):
    """A connection that is counted."""

    accepted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        type(self).accepted += 1


async def turns_until_all_are_accepted() -> int:
    """Return how often the event loop turned until all who had come were accepted."""
    turns = 0
    while Counted.accepted < COMING:
        await asyncio.sleep(0)
        turns += 1
    return turns


def test_several_who_come_at_once_are_accepted_in_one_turn_of_the_loop() -> None:
    listener = serving.listen("127.0.0.1", 0)
    with ExitStack() as held, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sockets = [held.enter_context(one) for one in serving.watched(listener)]
        for one in sockets:
            start = runner.get_loop().create_server(Counted, sock=one, backlog=COMING)
            runner.get_loop().run_until_complete(start)
        for _ in range(COMING):
            held.enter_context(socket.create_connection(listener.getsockname()))
        assert runner.run(turns_until_all_are_accepted()) < COMING // 2
