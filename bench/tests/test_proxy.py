"""The proxy behaves like the network that it is told to be."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from bench.proxy import HOST, STALL_S, Network, Proxy

WITHIN_S = 30.0

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[..., AbstractAsyncContextManager[tuple[Proxy, Line]]]


@pytest.fixture
async def through() -> AsyncIterator[Connect]:
    """``async with through(network) as (proxy, line)``: a line to a server that sends back what it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    @asynccontextmanager
    async def connect(network: Network | None = None) -> AsyncIterator[tuple[Proxy, Line]]:
        proxy = Proxy(server.sockets[0].getsockname()[1], network)
        await proxy.start()
        reader, writer = await asyncio.open_connection(HOST, proxy.port)
        try:
            yield proxy, (reader, writer)
        finally:
            writer.close()
            await proxy.stop()

    server = await asyncio.start_server(echo, HOST, 0)
    yield connect
    server.close()


async def there_and_back(line: Line, data: bytes) -> float:
    """Return the seconds until ``data`` has come back."""
    reader, writer = line
    began = time.perf_counter()
    writer.write(data)
    async with asyncio.timeout(WITHIN_S):
        assert await reader.readexactly(len(data)) == data
    return time.perf_counter() - began


async def test_each_way_takes_at_least_its_delay(through: Connect) -> None:
    async with through(Network(delay_s=0.05, jitter_s=0.01)) as (_, line):
        for _ in range(5):
            assert await there_and_back(line, b"move") >= 0.08


async def test_what_is_lost_comes_late_and_in_order(through: Connect) -> None:
    async with through(Network(jitter_s=0.005, loss=0.5)) as (_, line):
        took = [await there_and_back(line, b"%04d" % number) for number in range(8)]
        assert max(took) >= STALL_S
        reader, writer = line
        for number in range(50):
            writer.write(b"%04d" % number)
            await writer.drain()
            await asyncio.sleep(0)
        async with asyncio.timeout(WITHIN_S):
            assert await reader.readexactly(200) == b"".join(b"%04d" % number for number in range(50))


async def test_a_silent_network_says_nothing_closes_nothing_and_loses_nothing(through: Connect) -> None:
    async with through() as (proxy, line):
        await there_and_back(line, b"before")
        proxy.is_silent = True
        reader, writer = line
        writer.write(b"during")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
        proxy.is_silent = False
        async with asyncio.timeout(WITHIN_S):
            assert await reader.readexactly(6) == b"during"


async def test_a_line_that_is_closed_on_one_side_is_closed_on_the_other(through: Connect) -> None:
    async with through() as (_, line):
        reader, writer = line
        await there_and_back(line, b"hello")
        writer.write_eof()
        async with asyncio.timeout(WITHIN_S):
            assert await reader.read() == b""
