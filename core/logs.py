"""Logging: readable lines in development, JSON elsewhere, with request ids and without secrets."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter

from core import telemetry
from core.redaction import redact_event


def _add_trace_id(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (trace_id := telemetry.trace_id()) is not None:
        event["trace_id"] = trace_id
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_trace_id,
]


errors = Counter("logged_errors_total", "Log lines of level ERROR or above")


class CountErrors(logging.Handler):
    """Counts log records in ``logged_errors_total``."""

    def emit(self, record: logging.LogRecord) -> None:
        errors.inc()


class ExceptionsOnly(logging.Filter):
    """Passes only records with a traceback.

    Django also logs a line for each 5xx response: a refusal, or a failure that is logged already.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


def formatter(as_json: bool) -> logging.Formatter:
    """Return the formatter of all handlers (``"()"`` in ``LOGGING``)."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact_event,
            renderer,
        ],
    )


def configuration(as_json: bool, level: str) -> dict[str, Any]:
    """Return Django's ``LOGGING`` setting."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter, "as_json": as_json}},
        "filters": {"raised": {"()": ExceptionsOnly}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "lines"},
            "count_errors": {"()": CountErrors, "level": "ERROR"},
        },
        "root": {"handlers": ["console", "count_errors"], "level": level},
        "loggers": {
            # Django's own handlers would print a second, unredacted line.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Refusals are not worth a line; failures are.
            "django.request": {"level": "ERROR", "filters": ["raised"]},
            "axes": {"level": "ERROR"},
            # Anybody can cause refusals for a missing cookie, any number of times.
            "django.security": {"level": "CRITICAL"},
            # It logs every socket that opens or closes.
            "picows": {"level": "WARNING"},
        },
    }
