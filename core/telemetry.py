"""Sentry and OpenTelemetry, each only where its environment variable is set; nothing is imported without."""

import os
import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.redaction import LONGEST_TRACEBACK, bounded

_PACKAGES = "requirements-observability.txt"
_OF_TRACES = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.instrumentation.django",
    "opentelemetry.instrumentation.psycopg",
)

_tracer: Any = None


def require_packages() -> None:
    """Raise ``ImproperlyConfigured`` where packages for what the environment asks for are not installed."""
    if settings.SENTRY_DSN:
        _needed("sentry_sdk")
    if _is_traced():
        for module in _OF_TRACES:
            _needed(module)


def start() -> None:
    """Set up what the environment asks for; once in each server process, before it serves.

    Raises what :func:`require_packages` does.
    """
    require_packages()
    if settings.SENTRY_DSN:
        _report_errors()
    if _is_traced():
        _trace()


def trace_request(
    method: str, route: str, status: int, started: float, headers: Iterable[tuple[bytes, bytes]]
) -> None:
    """The span of a request that was answered before Django, whose instrumentation sees none of it.

    ``started`` is of ``perf_counter``. Nothing where nobody asked for traces.
    """
    if _tracer is None:
        return
    trace = _needed("opentelemetry.trace")
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    ended_ns = time.time_ns()
    span = _tracer.start_span(
        f"{method} {route}",
        context=_needed("opentelemetry.propagate").extract(given),
        kind=trace.SpanKind.SERVER,
        # By the names that Django's instrumentation gives them.
        attributes={"http.method": method, "http.route": route, "http.status_code": status},
        start_time=ended_ns - int((time.perf_counter() - started) * 1e9),
    )
    if status >= 500:
        span.set_status(trace.StatusCode.ERROR)
    span.end(ended_ns)


def _is_traced() -> bool:
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))


def _report_errors() -> None:
    _needed("sentry_sdk").init(
        dsn=settings.SENTRY_DSN,
        environment=settings.ENVIRONMENT,
        release=f"gameplatform@{settings.VERSION}",
        send_default_pii=False,
        before_send=_redacted,
    )


def _trace() -> None:
    global _tracer
    trace = _needed("opentelemetry.trace")
    resource = _needed("opentelemetry.sdk.resources").Resource.create({"service.name": "gameplatform"})
    provider = _needed("opentelemetry.sdk.trace").TracerProvider(resource=resource)
    exporter = _needed("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
    provider.add_span_processor(_needed("opentelemetry.sdk.trace.export").BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _tracer = provider.get_tracer("gameplatform")
    _needed("opentelemetry.instrumentation.django").DjangoInstrumentor().instrument()
    _needed("opentelemetry.instrumentation.psycopg").PsycopgInstrumentor().instrument()


def _needed(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as missing:
        raise ImproperlyConfigured(f"{missing}: pip install -r {_PACKAGES}") from missing


def _redacted(event: Any, hint: Any) -> Any:
    """The event with secrets blotted out of every text in it, and long texts cut."""
    match event:
        case str():
            return bounded(event, LONGEST_TRACEBACK)
        case dict():
            return {key: _redacted(value, hint) for key, value in event.items()}
        case list() | tuple():
            return [_redacted(value, hint) for value in event]
    return event
