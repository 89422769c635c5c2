"""Password hashing: Argon2id, with a limit on concurrent hashes and threads of its own for sign-ins."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

from core.lanes import Lane
from core.refusals import Unavailable

MAX_CONCURRENT = 2
MAX_WAITING = 64
WAIT_TIMEOUT_S = 10.0

_turn = threading.BoundedSemaphore(MAX_CONCURRENT)
_place = threading.BoundedSemaphore(MAX_CONCURRENT + MAX_WAITING)


class TooManySignIns(Unavailable):
    """More sign-ins are waiting than passwords can be hashed in time."""

    code = "too_many_sign_ins"
    title = "Too many sign-ins at once"


LANE = Lane("hashing", threads=MAX_CONCURRENT, max_waiting=32, max_held=4 << 20, busy=TooManySignIns)
"""The lane of calls that hash a password, over HTTP and on sockets: guessing keeps nobody waiting but
others who sign in. As many as wait are done within about two seconds.
"""


class Argon2id(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters: 19 MiB, two passes, one lane.

    Django's default uses 100 MiB per sign-in. Concurrency is bounded, so that many sign-ins do not take
    memory and CPU from running games; those that would wait too long get :class:`TooManySignIns`.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, *args: Any, **kwargs: Any) -> str:
        with _bounded():
            return super().encode(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        with _bounded():
            return super().verify(*args, **kwargs)


@contextmanager
def _bounded() -> Iterator[None]:
    if not _place.acquire(blocking=False):
        raise TooManySignIns(retry_after=2)
    try:
        if not _turn.acquire(timeout=WAIT_TIMEOUT_S):
            raise TooManySignIns(retry_after=2)
        try:
            yield
        finally:
            _turn.release()
    finally:
        _place.release()
