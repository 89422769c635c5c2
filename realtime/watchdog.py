"""Ends a server process whose event loop hangs, so that its supervisor restarts it.

A process stopped by SIGSTOP cannot end itself; systemd's watchdog or uvicorn's supervisor does that.
"""

import logging
import os
import sys
import threading
import traceback

from realtime import worker

logger = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
MAX_MISSED_CHECKS = 10
"""Counted in checks rather than seconds: after a pause of the whole machine, the loop gets its turn first."""
EXIT_STATUS = 70
MAX_FRAMES = 8
"""The innermost frames say what hangs, and they fit into a log line, which is cut at its end."""


def start(here: worker.Worker) -> threading.Event:
    """Watch this worker's loop from a thread, until the returned event is set."""
    ended = threading.Event()
    threading.Thread(target=_watch, args=(here, ended), name="watchdog", daemon=True).start()
    return ended


def _watch(here: worker.Worker, ended: threading.Event) -> None:
    seen, looks = here.beat, 0
    while not ended.wait(LOOKS_EVERY_S):
        looks = looks + 1 if here.beat == seen else 0
        seen = here.beat
        if looks >= MAX_MISSED_CHECKS:
            frame = sys._current_frames().get(here.thread)
            where = "".join(traceback.format_stack(frame, MAX_FRAMES)) if frame is not None else "nowhere"
            logger.critical("The worker's loop stands still, so the process ends. It is at:\n%s", where)
            logging.shutdown()
            os._exit(EXIT_STATUS)
