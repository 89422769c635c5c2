"""Temporary folders of processes that may be killed; a lock marks the folders still in use."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Unix sockets need a short path, and PostgreSQL under another user an accessible one; TMPDIR guarantees
# neither.
BASE = Path("/tmp")


class OwnedFolder:
    """A new private folder ``path``, owned by this process until :meth:`remove` or its exit."""

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=BASE))
        self._claim = _claim(self.path)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None


def orphaned_folders(prefix: str) -> Iterator[Path]:
    """Yield the folders of killed processes; each is deleted after its iteration."""
    for path in BASE.glob(f"{prefix}*"):
        try:
            claim = _claim(path)
        except OSError:
            continue  # another user's, or just being deleted
        if claim is not None:
            yield path
            shutil.rmtree(path, ignore_errors=True)
            os.close(claim)


def _claim(path: Path) -> int | None:
    """Return a descriptor that locks the folder while it is open, or None if it is already locked."""
    descriptor = os.open(path / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
