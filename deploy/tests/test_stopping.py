"""A worker that gets SIGTERM exits in time, with the exit code that its unit expects."""

import contextlib
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import httpx
import pytest

from deploy.tests.test_files import DEPLOY
from gameplatform.testing.processes import ServerProcess, fresh_database

STOPS_WITHIN_S = 20.0
A_SLOW_MACHINE_S = 5.0


class Road:
    """A proxy to PostgreSQL. When blocked, it accepts all data and answers nothing."""

    def __init__(self, url: str) -> None:
        self._to = environ.Env.db_url_config(url)
        self._blocked = threading.Event()
        self.is_asked_in_vain = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[Any] = []
        threading.Thread(target=self._accept, daemon=True).start()
        password = f":{self._to['PASSWORD']}" if self._to.get("PASSWORD") else ""
        host, port = self._server.getsockname()
        self.url = f"postgres://{self._to['USER']}{password}@{host}:{port}/{self._to['NAME']}"

    def block(self) -> None:
        self._blocked.set()

    def close(self) -> None:
        for connection in (self._server, *self._open):
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                self._open.append(near)
                if self._blocked.is_set():
                    self.is_asked_in_vain.set()
                    continue
                far = self._reach()
                self._open.append(far)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _reach(self) -> socket.socket:
        host, port = str(self._to["HOST"]), int(self._to["PORT"] or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{host}/.s.PGSQL.{port}")
        return far

    def _carry(self, source: Any, sink: Any) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if self._blocked.is_set():
                    self.is_asked_in_vain.set()
                else:
                    sink.sendall(data)


@pytest.mark.skipif(
    urlsplit(os.environ["DATABASE_URL"]).scheme == "sqlite", reason="SQLite is no server that could be silent"
)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_waits_for_a_silent_database_stops_in_time(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
    tmp_path: Path,
    workers: int,
) -> None:
    with (
        fresh_database(os.environ["DATABASE_URL"], tmp_path) as url,
        contextlib.closing(Road(url)) as road,
        live_server_process(DATABASE_URL=road.url, workers=workers) as server,
    ):
        guest = httpx.post(f"{server.base_url}/api/auth/guest/", json={}).json()
        bearer = {"Authorization": f"Bearer {guest['access']}"}
        road.block()
        # More requests than threads, of strangers and of a player.
        for _ in range(12 * workers):
            for path, headers in (("/health/ready", {}), ("/api/player/me/", bearer)):
                threading.Thread(target=_call, args=(server.base_url + path, headers), daemon=True).start()
        assert road.is_asked_in_vain.wait(30)
        assert httpx.get(f"{server.base_url}/health/live", timeout=10).json() == {"status": "ok"}

        process = server._process
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < STOPS_WITHIN_S + A_SLOW_MACHINE_S
        if workers == 1:
            assert process.returncode == 1
            assert re.search(
                r"ends without what its threads wait for: .*(http|database)_\d+ at ", server.log()
            )


def _call(url: str, headers: dict[str, str]) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(url, headers=headers, timeout=60)


def test_the_unit_takes_a_worker_that_was_stopped_for_one_that_succeeded(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    unit = (DEPLOY / "systemd" / "gameplatform@.service").read_text()
    with live_server_process() as server:
        process = server._process
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in {0, int(re.search(r"^SuccessExitStatus=(\d+)$", unit, re.MULTILINE)[1])}
