"""Fixtures: a push service of the test's own, and browsers that decrypt what it is sent, by RFC 8291."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django import Settings

from core import due
from gameplatform.testing.people import Person, ada, bob, person
from notifications.push import live, rules, services
from realtime.testing import running_worker
from realtime.worker import Worker

__all__ = ["ada", "bob", "person"]


@dataclass
class Call:
    """A call of a push service."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """A server that keeps what it is sent, and answers with ``status``."""

    port: int = 0
    status: int = 201
    calls: list[Call] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.calls.append(Call(head[0].split()[1], headers, body))
        writer.write(f"HTTP/1.1 {self.status} As asked\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@dataclass
class Browser:
    """A browser that is subscribed at the push service under ``/<name>``."""

    service: PushService
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self, **changed: Any) -> dict[str, Any]:
        keys = {"p256dh": rules.encoded(self.point), "auth": rules.encoded(self.secret)}
        endpoint = f"http://127.0.0.1:{self.service.port}/{self.name}"
        return {"endpoint": endpoint, "keys": keys, "language": "en", **changed}

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def shown(self) -> list[dict[str, Any]]:
        """Return what the browser was told, oldest first."""
        return [
            json.loads(self.decrypt(call.body)) for call in self.service.calls if call.path == f"/{self.name}"
        ]

    def decrypt(self, body: bytes) -> bytes:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        info = b"WebPush: info\0" + self.point + sender
        material = HKDF(SHA256(), 32, self.secret, info).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\2")
        return plain[:-1]

    async def subscribes(self, who: Person, **changed: Any) -> None:
        answer = await who.put("/api/me/push/subscription", **self.subscription(**changed))
        assert answer.status_code == 204, answer.data


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[PushService]:
    """A push service on this machine, on a server that pushes."""
    settings.PUSH_KEY = rules.new_key()
    settings.PUSH_NETWORKS = ["127.0.0.0/8"]
    started = PushService()
    server = await asyncio.start_server(started.take, "127.0.0.1", 0)
    started.port = server.sockets[0].getsockname()[1]
    async with server:
        yield started


@pytest.fixture
async def here(
    transactional_db: None, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Worker]:
    """The worker that serves the sockets of the test. It sends only when the test calls ``send``."""
    monkeypatch.setattr(due.looks[services.LOOK], "_function", lambda: None)
    async with running_worker() as worker:
        yield worker


@pytest.fixture
async def phone(service: PushService) -> Browser:
    return Browser(service, "phone")


@pytest.fixture
async def laptop(service: PushService) -> Browser:
    return Browser(service, "laptop")


def claims_of(call: Call, *, key: str) -> dict[str, Any]:
    """Verify the ``Authorization`` of a call as a push service does, by RFC 8292; return the claims."""
    scheme, _, fields = call.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    given = dict(one.strip().split("=", 1) for one in fields.split(","))
    assert given["k"] == rules.encoded(rules.point(rules.private_key(key)))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), rules.decoded(given["k"]))
    options: Any = {"verify_aud": False}
    claims: dict[str, Any] = jwt.decode(given["t"], public, algorithms=["ES256"], options=options)
    return claims


async def send() -> None:
    """Send what is due, as the worker does each second."""
    await live.send_due()
