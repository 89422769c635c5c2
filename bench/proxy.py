"""A TCP proxy that makes a good network a bad one: delay, jitter, lost segments, silence.

``python -m bench.proxy PORT [--delay 100] [--jitter 30] [--loss 10]`` forwards to a port of this machine and
prints its own.
"""

import argparse
import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

HOST = "127.0.0.1"
STALL_S = 0.2
"""TCP repeats a lost segment after this long, and holds back everything that follows."""
_NEXT = 1e-6
"""Timers of the same moment would fire in any order."""


@dataclass(frozen=True)
class Network:
    """One way of a network: every segment is delayed, and a share of them is lost at first."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0


class Proxy:
    """Forwards to a port.

    While it is silent it accepts and keeps everything, and forwards and closes nothing.
    """

    def __init__(self, to_port: int, network: Network | None = None, *, seed: int = 26) -> None:
        self.port = 0
        self.network = network or Network()
        self.dice = random.Random(seed)
        self._to_port = to_port
        self._sides: set[_Side] = set()
        self._is_silent = False
        self._connecting: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for side in tuple(self._sides):
            side.transport.abort()
        for task in tuple(self._connecting):
            task.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)

    @property
    def is_silent(self) -> bool:
        return self._is_silent

    @is_silent.setter
    def is_silent(self, is_silent: bool) -> None:
        self._is_silent = is_silent
        if not is_silent:
            for side in tuple(self._sides):
                side.deliver()

    def _accept(self) -> "_Side":
        outside = _Side(self)

        async def connect() -> None:
            loop = asyncio.get_running_loop()
            try:
                _, inside = await loop.create_connection(lambda: _Side(self), HOST, self._to_port)
            except OSError:
                outside.transport.abort()
                return
            outside.join(inside)
            inside.join(outside)

        task = asyncio.get_running_loop().create_task(connect())
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return outside

    def keep(self, side: "_Side") -> None:
        self._sides.add(side)

    def drop(self, side: "_Side") -> None:
        self._sides.discard(side)


class _Side(asyncio.Protocol):
    """One end of a connection: what it reads is written to the other end, later."""

    transport: asyncio.Transport

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._other: _Side | None = None
        self._due_at = 0.0
        self._due: list[bytes | None] = []
        """Data that waits for the other end, or for the silence to end; None is the end of the stream."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._proxy.keep(self)

    def join(self, other: "_Side") -> None:
        self._other = other
        self.deliver()

    def data_received(self, data: bytes) -> None:
        self._send(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._proxy.drop(self)
        self._send(None)

    def _send(self, data: bytes | None) -> None:
        network, dice = self._proxy.network, self._proxy.dice
        loop = asyncio.get_running_loop()
        delay = network.delay_s + network.jitter_s * dice.uniform(-1, 1)
        if dice.random() < network.loss:
            delay += STALL_S
        self._due_at = max(self._due_at + _NEXT, loop.time() + delay)
        loop.call_at(self._due_at, self._arrive, data)

    def _arrive(self, data: bytes | None) -> None:
        self._due.append(data)
        self.deliver()

    def deliver(self) -> None:
        """Hand over what has come through, unless the network is silent."""
        if self._other is None or self._proxy.is_silent:
            return
        for data in self._due:
            if data is None:
                self._other.transport.close()
            else:
                self._other.transport.write(data)
        self._due.clear()


class ProxyThread:
    """A proxy for code that does not run in its event loop."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self._proxy = proxy
        self._loop = loop
        self.url = f"http://{HOST}:{proxy.port}"

    def fall_silent(self) -> None:
        self._loop.call_soon_threadsafe(setattr, self._proxy, "is_silent", True)

    def recover(self) -> None:
        self._loop.call_soon_threadsafe(setattr, self._proxy, "is_silent", False)


@contextlib.contextmanager
def running(to_port: int, network: Network | None = None) -> Iterator[ProxyThread]:
    """Run a proxy on a thread of its own."""
    proxy, loop = Proxy(to_port, network), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(10)
        yield ProxyThread(proxy, loop)
    finally:
        asyncio.run_coroutine_threadsafe(proxy.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _serve(to_port: int, network: Network) -> None:
    proxy = Proxy(to_port, network)
    await proxy.start()
    print(proxy.port, flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.proxy", description=__doc__)
    parser.add_argument("port", type=int, help="where to forward to")
    parser.add_argument("--delay", type=float, default=0, help="milliseconds, each way")
    parser.add_argument("--jitter", type=float, default=0, help="milliseconds more or less")
    parser.add_argument("--loss", type=float, default=0, help="percent of the segments")
    given = parser.parse_args()
    network = Network(given.delay / 1000, given.jitter / 1000, given.loss / 100)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(given.port, network))


if __name__ == "__main__":
    main()
