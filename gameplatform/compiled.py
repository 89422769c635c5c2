"""What each move and each frame goes through, compiled by mypyc: ``python -m gameplatform.compiled``.

A server loads what was built from these very sources with this very Python, and runs the modules as they are
written otherwise. Building takes a C compiler, Python's headers and what requirements-compile.txt names.
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
    "game.author.match",
    "game.live.alarm",
    "game.live.audience",
    "game.live.clock",
    "game.live.room.actor",
    "game.live.room.commits",
    "game.live.room.frames",
    "game.live.room.phase",
    "game.live.room.table",
    "game.live.seats",
    "realtime.connection",
    "realtime.server.turn",
)
_GROUP = "kernel"
_SHARED = f"{_GROUP}__mypyc"
"""Holds the code of all; those of their own names are doors to it."""
_STAMP = "built-from"
_SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]
_PACKAGES = ("accounts", "core", "friends", "game", "progression", "realtime")
"""Where the modules import from: a constant of one of these may be part of what was compiled."""


class CannotBuild(Exception):
    """What is missing here."""


def use() -> bool:
    """From now on import what was built in place of what it was built from; returns whether there is such.

    Nothing where ``COMPILED`` is off.
    """
    if not settings.COMPILED or not is_fresh():
        return False
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    return True


class Config(uvicorn.Config):
    """uvicorn's, of which a worker that is a process of its own gets a copy: it too uses what was built."""

    def load(self) -> None:
        use()
        super().load()


def is_fresh() -> bool:
    """Whether what there is was built from these very sources, with this very Python."""
    with contextlib.suppress(OSError):
        return (FOLDER / _STAMP).read_text() == _digest()
    return False


def compiler() -> str | None:
    """The path of the C compiler, where there is one, and the headers of this Python."""
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) if headers.exists() else None


def build() -> None:
    """Compile the modules, unless what there is is fresh. Raises ``CannotBuild``."""
    if is_fresh():
        return
    digest = _digest()
    draft = Path(tempfile.mkdtemp(prefix=FOLDER.name, dir=ROOT))
    try:
        _compile(draft)
        shutil.rmtree(draft / "c")
        (draft / _STAMP).write_text(digest)
        draft.chmod(0o755)  # Who builds is not always who runs it.
        shutil.rmtree(FOLDER, ignore_errors=True)
        draft.rename(FOLDER)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class _Finder:
    """Finds the compiled modules in their folder."""

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
        sys.exit(f"The server will run as it is written: {problem}")


if __name__ == "__main__":
    main()
