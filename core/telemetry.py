"""Sentry and OpenTelemetry, each imported and enabled only if its environment variable is set."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    """Raise ``ImproperlyConfigured`` if packages for the configured exporters are not installed."""
    if settings.SENTRY_DSN:
        _needed("sentry_sdk")
    if _is_traced():
        for module in _OF_TRACES:
            _needed(module)


def start() -> None:
    """Set up the configured exporters; called once in each server process before it serves.

    Raises ``ImproperlyConfigured`` as :func:`require_packages` does.
    """
    require_packages()
    if settings.SENTRY_DSN:
        _report_errors()
    if _is_traced():
        _trace()


def trace_request(
    method: str, route: str, status: int, started: float, headers: Iterable[tuple[bytes, bytes]]
) -> None:
    """Record a span for a request that was answered before it reached Django's instrumentation.

    ``started`` is a ``perf_counter`` value. Does nothing unless tracing is enabled.
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
        # The attribute names of Django's instrumentation.
        attributes={"http.method": method, "http.route": route, "http.status_code": status},
        start_time=ended_ns - int((time.perf_counter() - started) * 1e9),
    )
    if status >= 500:
        span.set_status(trace.StatusCode.ERROR)
    span.end(ended_ns)


def is_tracing() -> bool:
    """Return whether tracing is enabled."""
    return _tracer is not None


class Span:
    """A span that is begun and ended in different places."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def note(self, name: str, value: str | int) -> None:
        """Set an attribute."""
        self._span.set_attribute(name, value)

    def current(self) -> Any:
        """A context manager within which other spans are children of this one."""
        return _needed("opentelemetry.trace").use_span(
            self._span, record_exception=False, set_status_on_exception=False
        )

    def end(self, problem: Exception | None = None) -> None:
        """End the span, as failed if a problem is given."""
        if problem is not None:
            self._span.set_status(_needed("opentelemetry.trace").StatusCode.ERROR, type(problem).__name__)
        self._span.end()

    def link(self) -> Any:
        """Return a link to this span, for spans of other traces."""
        return _needed("opentelemetry.trace").Link(self._span.get_span_context())


def begin(name: str, *, link: Span | None = None, is_served: bool = True) -> Span:
    """Begin a trace. Requires ``is_tracing``."""
    trace = _needed("opentelemetry.trace")
    span = _tracer.start_span(
        name,
        context=_needed("opentelemetry.context").Context(),
        kind=trace.SpanKind.SERVER if is_served else trace.SpanKind.INTERNAL,
        links=[] if link is None else [link.link()],
    )
    return Span(span)


@contextmanager
def span(name: str, *, is_served: bool) -> Iterator[Span]:
    """Return a context manager for a trace of the block. Requires ``is_tracing``."""
    begun = begin(name, is_served=is_served)
    problem = None
    try:
        with begun.current():
            yield begun
    except Exception as raised:
        problem = raised
        raise
    finally:
        begun.end(problem)


def trace_id() -> str | None:
    """Return the id of the caller's trace, in hex."""
    if _tracer is None:
        return None
    context = _needed("opentelemetry.trace").get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


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
    provider = _needed("opentelemetry.sdk.trace").TracerProvider(resource=resource, sampler=_sampler())
    exporter = _needed("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
    provider.add_span_processor(_needed("opentelemetry.sdk.trace.export").BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _tracer = provider.get_tracer("gameplatform")
    of_django = _needed("opentelemetry.instrumentation.django").DjangoInstrumentor()
    of_django._opentelemetry_middleware = "core.traced_requests.TracedRequests"
    of_django.instrument()
    _needed("opentelemetry.instrumentation.psycopg").PsycopgInstrumentor().instrument()


def _sampler() -> Any:
    """Keep all traces except those whose root is a query: background tasks poll many times a second."""
    sampling = _needed("opentelemetry.sdk.trace.sampling")
    client = _needed("opentelemetry.trace").SpanKind.CLIENT

    def should_sample(
        self: Any, parent_context: Any, trace_id: int, name: str, kind: Any = None, *facts: Any, **more: Any
    ) -> Any:
        sampler = sampling.ALWAYS_OFF if kind == client else sampling.ALWAYS_ON
        return sampler.should_sample(parent_context, trace_id, name, kind, *facts, **more)

    methods = {"should_sample": should_sample, "get_description": lambda self: "Begun"}
    return sampling.ParentBased(root=type("Begun", (sampling.Sampler,), methods)())


def _needed(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as missing:
        raise ImproperlyConfigured(f"{missing}: pip install -r {_PACKAGES}") from missing


def _redacted(event: Any, hint: Any) -> Any:
    """Return the event with secrets removed and long texts truncated."""
    match event:
        case str():
            return bounded(event, LONGEST_TRACEBACK)
        case dict():
            return {key: _redacted(value, hint) for key, value in event.items()}
        case list() | tuple():
            return [_redacted(value, hint) for value in event]
    return event
