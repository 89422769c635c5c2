"""Temporary folders whose owners may be killed: a lock tells a folder in use from one left behind."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Sockets need a short path, and PostgreSQL run as another user an open one; TMPDIR promises neither.
BASE = Path("/tmp")


class OwnedFolder:
    """A new private folder ``path``, this process's until :meth:`remove` or its end."""

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=BASE))
        self._claim = _claim(self.path)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None


def left_behind(prefix: str) -> Iterator[Path]:
    """The folders of owners that were killed, each deleted once the loop is through with it."""
    for path in BASE.glob(f"{prefix}*"):
        try:
            claim = _claim(path)
        except OSError:
            continue  # another user's, or going at this moment
        if claim is not None:
            yield path
            shutil.rmtree(path, ignore_errors=True)
            os.close(claim)


def _claim(path: Path) -> int | None:
    """A descriptor that holds the folder's lock while it is open; None when another process has it."""
    descriptor = os.open(path / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
