"""An app that gives a trial's server a planted fault, a jumping clock, or an overly verbose log."""

import logging
import os
import threading
import time
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from django.apps import AppConfig
from django.core.signals import request_started

logger = logging.getLogger(__name__)


class TrialsConfig(AppConfig):
    name = "trials"
    verbose_name = "Trials"

    def ready(self) -> None:
        if fault := os.environ.get("PLANTED_FAULT"):
            from trials import faults

            getattr(faults, fault)()
        if step := os.environ.get("CLOCK_STEPS"):
            threading.Thread(target=_step_the_clock, args=[float(step)], daemon=True).start()
        if os.environ.get("LOG_REQUESTS"):
            _log_requests()


def _step_the_clock(step: float) -> None:
    """Move the wall clock by ``step`` seconds forward or back, each second; not monotonic clocks."""
    import time_machine

    clock = time_machine.travel(datetime.now(UTC), tick=True).start()
    while True:
        clock.shift(step)
        time.sleep(1)
        clock.shift(-step)
        time.sleep(1)


def _log_requests() -> None:
    """Log each request with its address and headers, as somebody debugging would."""
    from realtime.socket.gate import Gate

    def log_request(environ: dict[str, Any], **_: Any) -> None:
        logger.debug("Request: %r", environ)

    authenticate = Gate._authenticate

    async def log_socket(self: Gate, scope: Any, query: Any) -> Any:
        logger.debug("Socket: %r", {name: scope[name] for name in ("path", "query_string", "headers")})
        return await authenticate(self, scope, query)

    request_started.connect(log_request, weak=False)
    mock.patch("realtime.socket.gate.Gate._authenticate", log_socket).start()
