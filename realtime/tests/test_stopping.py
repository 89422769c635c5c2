"""Stopping: events committed while a server stops are published, and a hanging server ends."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from django.db import transaction
from redis.exceptions import ConnectionError as Disconnected

from core.database import in_database
from core.redis import sync_client
from gameplatform.testing.processes import ServerProcess
from realtime import systemd, watchdog, worker
from realtime.delivery import channels, history
from realtime.publishing import publish
from realtime.tests.conftest import Said
from realtime.wire.topics import Topic

LATE = """
import concurrent.futures.thread as pools
import time
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.db import transaction
from realtime.publishing import publish
from realtime.tests.conftest import Said

def commit():
    while not pools._shutdown:
        time.sleep(0.01)
    with transaction.atomic():
        publish(Said(room="late", message="still here"))

ThreadPoolExecutor(1).submit(commit)
"""


def is_told(topic: Topic) -> bool:
    """Return whether the topic's stream has a frame."""
    return bool(sync_client().exists(history.keys(topic)[1]))


def test_what_a_thread_commits_while_the_interpreter_ends_is_told() -> None:
    topic = Topic("late")
    history.forget(topic)
    listening = sync_client().pubsub()
    listening.subscribe(channels.of(topic))
    # With the channels' prefix of this test run.
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}

    ended = subprocess.run(
        [sys.executable, "-c", LATE], env=environment, capture_output=True, text=True, timeout=120, check=True
    )

    assert ended.stderr == ""
    assert is_told(topic)
    heard = [listening.get_message(timeout=5) for _ in range(2)]
    assert b"still here" in heard[-1]["data"]
    listening.close()


@pytest.mark.django_db(transaction=True)
async def test_a_worker_that_stops_waits_until_what_was_committed_has_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = await worker.start()
    topic = Topic("committed just before")
    history.forget(topic)
    append = here.streams._history.append
    refused: list[Any] = []

    async def append_at_the_second_try(frames: Any) -> Any:
        if not refused:
            refused.append(frames)
            raise Disconnected("Redis is away for a moment")
        return await append(frames)

    monkeypatch.setattr(here.streams._history, "append", append_at_the_second_try)

    def commit() -> None:
        with transaction.atomic():
            publish(Said(room="committed just before", message="hi"))

    await in_database(commit)
    await worker.stop()
    assert refused
    assert is_told(topic)


class Loop:
    """A worker as the watchdog sees it."""

    def __init__(self) -> None:
        self.beat: Any = time.monotonic()
        self.thread = threading.get_ident()


def test_a_loop_that_stands_still_ends_the_process_and_one_that_turns_does_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ended, turned = threading.Event(), threading.Event()
    monkeypatch.setattr(watchdog, "LOOKS_EVERY_S", 0.01)
    monkeypatch.setattr(os, "_exit", lambda status: ended.set())
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    loop = Loop()

    class Turning(Loop):
        looks = 0

        @property
        def beat(self) -> int:
            self.looks += 1
            if self.looks > 40:
                turned.set()
            return self.looks

        @beat.setter
        def beat(self, value: Any) -> None: ...

    off = watchdog.start(cast(Any, Turning()))
    assert turned.wait(10)
    assert not ended.is_set()
    off.set()
    off = watchdog.start(cast(Any, loop))
    assert ended.wait(10)
    off.set()
    assert "test_a_loop_that_stands_still" in caplog.text


def test_a_process_whose_loop_hangs_ends_by_itself(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    """For real: what holds the loop is a signal handler that never returns."""
    with live_server_process(
        DEBUG="false", SECRET_KEY=32 * "k", ALLOWED_HOSTS="127.0.0.1", EXTRA_APPS="realtime.tests.hanging"
    ) as server:
        process = psutil.Process(server._process.pid)
        process.send_signal(signal.SIGUSR1)
        assert server._process.wait(60) == watchdog.EXIT_STATUS
        assert "stands still" in server.log()
        assert "hang_for_ever" in server.log()


def test_systemd_is_told_when_one_listens_and_nobody_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd.notify("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd.notify("READY=1")
        assert listener.recv(100) == b"READY=1"


def test_systemd_hears_that_a_server_serves_lives_and_stops(
    tmp_path: Path, live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]]
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(60)
        heard: list[Any] = []
        with live_server_process(NOTIFY_SOCKET=str(tmp_path / "notify")) as server:
            while {"READY=1", "WATCHDOG=1"} - set(heard):
                heard.append(listener.recv(100).decode())
            server.stop()
            while heard[-1] != "STOPPING=1":
                heard.append(listener.recv(100).decode())
