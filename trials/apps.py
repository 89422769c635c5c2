"""Lets a server of a trial run with a planted fault, or with a clock that jumps."""

import os
import threading
import time
from datetime import UTC, datetime

from django.apps import AppConfig


class TrialsConfig(AppConfig):
    name = "trials"
    verbose_name = "Trials"

    def ready(self) -> None:
        if fault := os.environ.get("PLANTED_FAULT"):
            from trials import faults

            getattr(faults, fault)()
        if step := os.environ.get("CLOCK_STEPS"):
            threading.Thread(target=_step_the_clock, args=[float(step)], daemon=True).start()


def _step_the_clock(step: float) -> None:
    """Forward and back by so many seconds, each second. What counts time without a calendar sees nothing."""
    import time_machine

    clock = time_machine.travel(datetime.now(UTC), tick=True).start()
    while True:
        clock.shift(step)
        time.sleep(1)
        clock.shift(-step)
        time.sleep(1)
