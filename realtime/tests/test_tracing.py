"""The spans that a server exports to an OpenTelemetry collector."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gameplatform.testing.processes import ServerProcess
from tests.clients import WITHIN_S, NetworkPlayer, begin, new_game


class Collector:
    """Receives traces by OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = ExportTraceServiceRequest.FromString(body)
                collector.spans += [
                    span for resource in told.resource_spans for s in resource.scope_spans for span in s.spans
                ]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


def test_probes_and_scrapes_may_come_by_any_host_though_calls_are_traced(
    collector: Collector, live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]]
) -> None:
    production = {"DEBUG": "false", "SECRET_KEY": 32 * "k", "ALLOWED_HOSTS": "127.0.0.1"}
    with live_server_process(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **production) as server:
        by_another = {"Host": "worker-1"}
        for path in ("/metrics?own=1", "/health/ready"):
            answer = httpx.get(server.base_url + path, headers=by_another, timeout=WITHIN_S)
            assert answer.status_code == 200
        refused = httpx.get(f"{server.base_url}/api/status", headers=by_another, timeout=WITHIN_S)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


async def test_sockets_commands_and_commits_are_traced_and_idle_polling_is_not(
    collector: Collector, live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]]
) -> None:
    asks = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with live_server_process(**asks) as server:
        ada, bob = NetworkPlayer(server.base_url, "ada"), NetworkPlayer(server.base_url, "bob")
        await begin(new_game(ada, bob), ada, bob)
        await ada.send(type="player_move", movement={"cell": 99})
        await ada.hear("error")
        for player in (ada, bob):
            await player.leave()
        wanted = {"socket /ws/game", "command player_ready", "command player_move", "journal commit"}
        async with asyncio.timeout(WITHIN_S):
            while wanted - {span.name for span in collector.spans}:  # noqa: ASYNC110  (nothing tells)
                await asyncio.sleep(0.05)
        # Pending spans have been sent once the server has stopped.
        await asyncio.to_thread(server.stop)

    sockets = {span.span_id for span in collector.spans if span.name == "socket /ws/game"}
    (move,) = [span for span in collector.spans if span.name == "command player_move"]
    assert len(sockets) == 2
    assert {link.span_id for link in move.links} <= sockets
    assert [fact.key for fact in move.attributes] == ["refused"]
    begun = {span.name.split()[0] for span in collector.spans if not span.parent_span_id}
    assert begun <= {"socket", "command", "journal", "GET", "POST"}
    assert [span for span in collector.spans if span.name == "SELECT"]
