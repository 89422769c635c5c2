"""Compile the hot path of moves and frames with mypyc: ``python -m gameplatform.compiled``.

A server uses the build only if it was made from exactly these sources with this Python, and runs the plain
modules otherwise. Building needs a C compiler, Python's headers and requirements-compile.txt.
"""

import contextlib
import hashlib
import importlib.machinery
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

import uvicorn
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".compiled"
MODULES = (
    "core.grid",
    "game.author.match",
    "game.author.past",
    "game.author.read_only_match",
    "game.author.sync",
    "game.live.alarm",
    "game.live.audience",
    "game.live.clock",
    "game.live.room.actor",
    "game.live.room.attended",
    "game.live.room.commits",
    "game.live.room.course",
    "game.live.room.frames",
    "game.live.room.phase",
    "game.live.room.presence",
    "game.live.sync",
    "game.live.room.table",
    "game.live.seats",
    "realtime.connections.connection",
    "realtime.server.turn",
)
_GROUP = "kernel"
_SHARED = f"{_GROUP}__mypyc"
"""The library with the code of all modules; the modules themselves are thin wrappers around it."""
_STAMP = "built-from"
_SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]
_PACKAGES = ("accounts", "core", "friends", "game", "progression", "realtime")
"""Packages that the modules import from: their constants may be inlined into the build."""


class CannotBuild(Exception):
    """A requirement for building is missing; the message says which."""


def use() -> bool:
    """Import the compiled modules instead of their sources from now on; return whether there are any.

    Does nothing if ``COMPILED`` is off.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return True
    if not settings.COMPILED or not is_fresh():
        return False
    sys.meta_path.insert(0, _Finder())
    return True


class Config(uvicorn.Config):
    """uvicorn's config; it is copied to worker processes, so that they use the compiled modules too."""

    def load(self) -> None:
        use()
        super().load()


def is_fresh() -> bool:
    """Return whether the build was made from exactly these sources with this Python."""
    with contextlib.suppress(OSError):
        return (FOLDER / _STAMP).read_text() == _digest()
    return False


def compiler() -> str | None:
    """Return the path of the C compiler, or None without one or without Python's headers."""
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) if headers.exists() else None


def build() -> None:
    """Compile the modules unless the build is fresh. Raises ``CannotBuild``."""
    if is_fresh():
        return
    digest = _digest()
    draft = Path(tempfile.mkdtemp(prefix=FOLDER.name, dir=ROOT))
    try:
        _compile(draft)
        shutil.rmtree(draft / "c")
        (draft / _STAMP).write_text(digest)
        draft.chmod(0o755)  # The server may run as another user.
        shutil.rmtree(FOLDER, ignore_errors=True)
        draft.rename(FOLDER)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class _Finder:
    """Import hook that finds the compiled modules."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name in MODULES or name == _SHARED:
            return spec_from_file_location(name, FOLDER / (name.replace(".", "/") + _SUFFIX))
        return None


def _compile(draft: Path) -> None:
    if compiler() is None:
        raise CannotBuild("There is no C compiler, or it has no headers of this Python.")
    try:
        from mypyc.build import mypycify
        from setuptools import Distribution
    except ImportError as problem:
        raise CannotBuild(f"requirements-compile.txt is not installed: {problem}.") from problem
    paths = [f"{module.replace('.', '/')}.py" for module in MODULES]
    with contextlib.chdir(ROOT):
        extensions = mypycify(
            ["--config-file=pyproject.toml", *paths],
            opt_level="3",
            debug_level="0",
            group_name=_GROUP,
            target_dir=str(draft / "c"),
        )
        command = Distribution({"name": _GROUP, "ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(draft), str(draft / "c")
        command.ensure_finalized()
        command.run()


def _digest() -> str:
    digest = hashlib.sha256(_SUFFIX.encode())
    sources = (path for package in _PACKAGES for path in (ROOT / package).rglob("*.py"))
    for path in [ROOT / "requirements-compile.txt", *sorted(sources)]:
        if "tests" not in path.parts[len(ROOT.parts) :]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    try:
        build()
    except CannotBuild as problem:
        sys.exit(f"The server will run without compiled modules: {problem}")


if __name__ == "__main__":
    main()
