"""Tracing of sockets and their commands; does nothing unless OpenTelemetry is configured.

A socket may live for hours, so each command starts a trace of its own, linked to its socket's span.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from core import telemetry
from core.refusals import Refusal
from realtime.socket.consumer import Consumer
from realtime.wire.messages import wire_name

Application = Callable[[Any, Any, Any], Awaitable[None]]
_SPAN = "span"


def trace_sockets(application: Application) -> Application:
    """Wrap the application of all sockets with spans; return it unchanged when tracing is off."""
    if not telemetry.is_tracing():
        return application
    for consumer in _descendants(Consumer):
        consumer.handlers = {
            kind: _traced(wire_name(kind.__name__), handler) for kind, handler in consumer.handlers.items()
        }

    async def traced(scope: Any, receive: Any, send: Any) -> None:
        # Without names and ids, which differ from one to the next.
        place = "/".join(scope["path"].split("/")[:3])
        with telemetry.span(f"socket {place}", is_served=True) as span:
            scope[_SPAN] = span
            await application(scope, receive, send)

    return traced


def _descendants(base: type[Consumer]) -> Iterator[type[Consumer]]:
    for child in base.__subclasses__():
        yield child
        yield from _descendants(child)


def _traced(name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    def handle(self: Consumer, command: Any) -> Awaitable[None] | None:
        span = telemetry.begin(f"command {name}", link=self.scope.get(_SPAN))
        with span.current():
            try:
                outcome = handler(self, command)
            except Exception as problem:
                _end(span, problem)
                raise
        if outcome is None:
            _end(span)
            return None
        return _finish(span, outcome)

    return handle


async def _finish(span: telemetry.Span, outcome: Awaitable[None]) -> None:
    with span.current():
        try:
            await outcome
        except Exception as problem:
            _end(span, problem)
            raise
    _end(span)


def _end(span: telemetry.Span, problem: Exception | None = None) -> None:
    if isinstance(problem, Refusal):
        span.note("refused", problem.code)
        problem = None
    span.end(problem)
