"""Passwords: Argon2id, with a bound on how many are hashed at once, and threads for those who sign in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

from core.lanes import Lane
from core.refusals import Unavailable

AT_ONCE = 2
WAITING = 64
PATIENCE_S = 10.0

_turn = threading.BoundedSemaphore(AT_ONCE)
_place = threading.BoundedSemaphore(AT_ONCE + WAITING)


class TooManySignIns(Unavailable):
    """More people sign in at this moment than passwords can be hashed."""

    code = "too_many_sign_ins"
    title = "Too many sign-ins at once"


LANE = Lane("hashing", threads=AT_ONCE, max_waiting=32, max_held=4 << 20, busy=TooManySignIns)
"""Where calls run that hash a password, over HTTP and on sockets: who guesses passwords keeps nobody waiting
but those who sign in, too. As many as wait are done within about two seconds.
"""


class Argon2id(Argon2PasswordHasher):
    """Argon2id as OWASP advises: 19 MiB, two passes, one lane.

    Django's default takes 100 MiB for each sign-in. Bounded, so that many at once cost neither the memory nor
    the processor that running games need; who would wait too long is refused with :class:`TooManySignIns`.
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
        if not _turn.acquire(timeout=PATIENCE_S):
            raise TooManySignIns(retry_after=2)
        try:
            yield
        finally:
            _turn.release()
    finally:
        _place.release()
