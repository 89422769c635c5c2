"""Two concurrent transactions on PostgreSQL: continue once the other waits for a lock, or is done."""

import time
from threading import Event

from django.db import connection

WITHIN_S = 30.0

_WAITED_FOR = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


def let_the_other_come(is_done: Event) -> None:
    """Inside a transaction, wait until another one waits for its locks.

    Returns too when ``is_done`` is set, i.e. the other one did not have to wait.
    """
    until = time.monotonic() + WITHIN_S
    with connection.cursor() as cursor:
        while not is_done.is_set():
            cursor.execute(_WAITED_FOR)
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < until, "the other transaction neither waits nor ends"
