"""An app whose server hangs when it gets SIGUSR1."""

import signal
import time
from typing import Any


def hang_for_ever(*_: Any) -> None:
    while True:
        time.sleep(1)


signal.signal(signal.SIGUSR1, hang_for_ever)
