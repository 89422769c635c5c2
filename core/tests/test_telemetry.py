"""Sentry and OpenTelemetry: off by default, and without secrets when on."""

import json
import logging
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from core import logs, telemetry


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The modules that were requested; only those that a test provides exist."""
    asked: list[Any] = []
    present: dict[Any, Any] = {}

    def import_module(name: str) -> Any:
        asked.append(name)
        if name not in present:
            raise ImportError(f"No module named {name!r}")
        return present[name]

    monkeypatch.setattr(telemetry, "import_module", import_module)
    return SimpleNamespace(asked=asked, present=present)


def test_without_variables_nothing_is_imported(
    imported: SimpleNamespace, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    settings.SENTRY_DSN = ""

    telemetry.start()

    assert imported.asked == []
    assert "sentry_sdk" not in sys.modules


def test_a_missing_package_is_named_with_what_installs_it(
    imported: SimpleNamespace, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"
    with pytest.raises(ImproperlyConfigured, match=r"sentry_sdk.*requirements-observability\.txt"):
        telemetry.start()

    settings.SENTRY_DSN = ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    with pytest.raises(ImproperlyConfigured, match=r"opentelemetry.*requirements-observability\.txt"):
        telemetry.start()


def test_reported_errors_hold_no_secrets(
    imported: SimpleNamespace, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    given = {}
    imported.present["sentry_sdk"] = SimpleNamespace(init=lambda **options: given.update(options))
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"

    telemetry.start()

    event = {"request": {"url": "/ws/?token=hunter2-secret"}, "lines": ["ticket=hunter2-secret", 3]}
    reported = given["before_send"](event, {})
    assert "hunter2" not in str(reported)
    assert reported["lines"][1] == 3
    assert given["send_default_pii"] is False


def test_requests_answered_before_django_are_traced_too(
    imported: SimpleNamespace, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = []

    class Span(SimpleNamespace):
        def end(self, ended_ns: Any) -> None:
            self.took_ns = ended_ns - self.start_time

        def set_status(self, status: Any) -> None:
            self.is_error = status == "error"

    def start_span(name: str, **facts: Any) -> Span:
        spans.append(Span(name=name, is_error=False, **facts))
        return spans[-1]

    provider = SimpleNamespace(
        add_span_processor=lambda _: None,
        get_tracer=lambda _: SimpleNamespace(start_span=start_span),
    )
    instrumentor = SimpleNamespace(instrument=lambda: None)
    imported.present |= {
        "opentelemetry.trace": SimpleNamespace(
            set_tracer_provider=lambda _: None,
            SpanKind=SimpleNamespace(SERVER="server", CLIENT="client"),
            StatusCode=SimpleNamespace(ERROR="error"),
        ),
        "opentelemetry.propagate": SimpleNamespace(extract=lambda headers: headers["traceparent"]),
        "opentelemetry.sdk.resources": SimpleNamespace(Resource=SimpleNamespace(create=dict)),
        "opentelemetry.sdk.trace": SimpleNamespace(TracerProvider=lambda resource, sampler: provider),
        "opentelemetry.sdk.trace.sampling": SimpleNamespace(Sampler=object, ParentBased=lambda root: root),
        "opentelemetry.sdk.trace.export": SimpleNamespace(BatchSpanProcessor=lambda exporter: None),
        "opentelemetry.exporter.otlp.proto.http.trace_exporter": SimpleNamespace(OTLPSpanExporter=dict),
        "opentelemetry.instrumentation.django": SimpleNamespace(DjangoInstrumentor=lambda: instrumentor),
        "opentelemetry.instrumentation.psycopg": SimpleNamespace(PsycopgInstrumentor=lambda: instrumentor),
    }
    settings.SENTRY_DSN = ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setattr(telemetry, "_tracer", None)

    headers = [(b"traceparent", b"the-callers")]
    telemetry.trace_request("GET", "api/me", 200, time.perf_counter(), headers)
    telemetry.start()
    telemetry.trace_request("GET", "api/me", 200, time.perf_counter() - 2, headers)
    telemetry.trace_request("POST", "game/join", 503, time.perf_counter(), headers)

    read, join = spans
    assert (read.name, read.context, read.kind, read.is_error) == (
        "GET api/me",
        "the-callers",
        "server",
        False,
    )
    assert read.attributes == {"http.method": "GET", "http.route": "api/me", "http.status_code": 200}
    assert read.took_ns >= 1e9
    assert (join.name, join.is_error) == ("POST game/join", True)


def test_a_log_line_names_the_trace_it_is_part_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def line() -> str:
        return logs.formatter(as_json=True).format(
            logging.LogRecord("x", logging.INFO, "x.py", 1, "hello", (), None)
        )

    assert "trace_id" not in json.loads(line())
    monkeypatch.setattr(telemetry, "trace_id", lambda: "0af7651916cd43dd8448eb211c80319c")
    assert json.loads(line())["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
