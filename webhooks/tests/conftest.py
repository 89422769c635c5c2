"""Fixtures: another system that takes calls, and an endpoint for it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from core.database import in_database
from webhooks import selectors
from webhooks.models import Endpoint


@dataclass
class OtherSystem:
    """A server that keeps what it is sent, and answers with ``answer``."""

    port: int = 0
    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    calls: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.calls.append(({"": head[0], **headers}, body.decode()))
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[OtherSystem]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    system = OtherSystem()
    server = await asyncio.start_server(system.take, "127.0.0.1", 0)
    system.port = server.sockets[0].getsockname()[1]
    async with server:
        yield system


@pytest.fixture
async def over_tls(settings: Settings, certificate: Path) -> AsyncIterator[OtherSystem]:
    """Another system that takes calls by https, with a self-signed certificate for 127.0.0.1."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    system = OtherSystem()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(system.take, "127.0.0.1", 0, ssl=context)
    system.port = server.sockets[0].getsockname()[1]
    async with server:
        yield system


@pytest.fixture
async def endpoint(transactional_db: None, other: OtherSystem) -> Callable[..., Any]:
    """``await endpoint("level_up")``: an endpoint of the other system for these events."""

    async def endpoint(*events: str, **fields: Any) -> Endpoint:
        url = f"http://127.0.0.1:{other.port}/hook?from=us"
        made = await in_database(
            lambda: Endpoint.objects.create(**{"name": "crm", "url": url, "events": list(events), **fields})
        )
        await in_database(selectors.refresh)
        return made

    return endpoint
