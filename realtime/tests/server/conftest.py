"""The servers under test, each started once: uvicorn in threads of this process, daphne in a process."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect

from realtime.server.http_protocol import BoundedHeadProtocol
from realtime.server.picows_protocol import PicowsProtocol
from realtime.tests.server.app import application
from realtime.tests.server.wire import Wire

APPLICATION = "realtime.tests.server.app:application"
MAX_SIZE = 65_536
OURS: dict[str, Any] = {"ws": PicowsProtocol, "http": BoundedHeadProtocol}
UVICORN: dict[str, dict[str, Any]] = {
    "picows": {**OURS, "loop": "uvloop"},
    "picows-asyncio": {**OURS, "loop": "asyncio"},
    "websockets-sansio": {"ws": "websockets-sansio", "loop": "uvloop"},
}
# Capabilities beyond those that all servers share.
EVERYTHING = {
    "1011",  # sent to a client whose application failed
    "accept headers",
    "close code",  # echoes a client's code
    "direct",
    "empty",  # messages
    "limit",  # on the size of messages
    "reason",  # of a close, both ways
    "refusal body",
    "strict",  # strictly follows RFC 6455
}
ABILITIES = {
    "picows": EVERYTHING,
    "picows-asyncio": EVERYTHING,
    "websockets-sansio": EVERYTHING - {"1011", "direct", "strict"},
    "daphne": {"1011"},
}


@dataclass(frozen=True)
class Served:
    """A running server."""

    name: str
    port: int

    def can(self, ability: str) -> bool:
        return ability in ABILITIES[self.name]

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def connect(self, path: str, **options: Any) -> connect:
        return connect(self.url(path), compression=None, max_size=None, proxy=None, **options)

    def wire(self) -> Wire:
        return Wire(self.port)


def listening() -> socket.socket:
    """Return a bound socket: clients wait in its backlog until the server is up."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    return sock


@contextlib.contextmanager
def uvicorn_thread(app: Any, sock: socket.socket | None = None, **options: Any) -> Iterator[Any]:
    """Run uvicorn in a thread; yields its ``Server`` and its port."""
    sock = sock or listening()
    name = sock.getsockname()
    settings = {
        "log_config": None,
        "lifespan": "off",
        "ws_max_size": MAX_SIZE,
        "ws_per_message_deflate": False,
    }
    server = uvicorn.Server(uvicorn.Config(app, **{**settings, **options}))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        yield server, name[1] if isinstance(name, tuple) else name
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def daphne_process() -> Iterator[Any]:
    with listening() as sock:
        process = subprocess.Popen(
            [sys.executable, "-m", "daphne", "--fd", str(sock.fileno()), "-v", "0", APPLICATION],
            pass_fds=[sock.fileno()],
            cwd=Path(__file__).parents[3],
        )
        try:
            yield sock.getsockname()[1]
        finally:
            process.terminate()
            process.wait()


@pytest.fixture(scope="session", params=[*UVICORN, "daphne"])
def server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Each of the servers in turn."""
    if request.param == "daphne":
        with daphne_process() as port:
            yield Served("daphne", port)
    else:
        with uvicorn_thread(application, **UVICORN[request.param]) as (_, port):
            yield Served(request.param, port)


@pytest.fixture(scope="session", params=["picows", "picows-asyncio"])
def ours(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Our protocol, on both event loops."""
    with uvicorn_thread(application, **UVICORN[request.param]) as (_, port):
        yield Served(request.param, port)


@pytest.fixture(autouse=True)
def here() -> None:
    """No worker: these servers serve applications of their own."""
