"""Loads rules again when their files are saved, in development: new games use them, running ones do not."""

import importlib
import importlib.util
import logging
import os
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from game.author import catalogue
from game.author.game import Game

logger = logging.getLogger(__name__)

_Stamps = dict[str, tuple[int, int]]

_guard = threading.RLock()
_known: dict[str, _Stamps] = {}
"""By module, the time and size of each of its files when it was loaded."""
_former: dict[str, list[tuple[float, type[Game]]]] = {}
"""By game, its replaced classes, oldest first, each with the time until which it was the current one."""


def watch(app_names: Iterable[str]) -> None:
    """Look at the files of these apps' ``games`` modules whenever the catalogue is asked."""
    for module in (f"{name}.games" for name in app_names):
        if module in sys.modules:
            _known[module] = _stamps(module)
    catalogue.before_lookup = refresh


def stop() -> None:
    """Stop looking at files, and forget former rules."""
    catalogue.before_lookup = None
    _known.clear()
    _former.clear()


def refresh() -> None:
    """Load each module again that was saved since; one that cannot be loaded leaves its games as they are."""
    with _guard:
        for module, known in _known.items():
            stamps = _stamps(module)
            if stamps and stamps != known:
                _known[module] = stamps
                _load(module)


def rules_at(game: type[Game], created_at: float) -> type[Game]:
    """Return the class that was this game's rules at that time, as far as this process knows."""
    return next((former for until, former in _former.get(game.name, ()) if created_at < until), game)


def _load(name: str) -> None:
    former = _modules(name)
    for one, module in former.items():
        del sys.modules[one]
        # Its time is kept in whole seconds: a file saved twice within one could be mistaken for the older.
        Path(importlib.util.cache_from_source(str(module.__file__))).unlink(missing_ok=True)
    importlib.invalidate_caches()
    try:
        # A new module rather than a reloaded one: running games go on with the functions of the old.
        replaced = catalogue.replace(former[name], importlib.import_module(name))
    except Exception:
        for one in _modules(name):
            del sys.modules[one]
        sys.modules.update(former)
        logger.exception("%s cannot be loaded: new games use its rules from before", name)
        return
    for game in replaced:
        _former.setdefault(game.name, []).append((time.time(), game))
    logger.info("%s was loaded again: new games use its rules", name)


def _modules(name: str) -> dict[str, ModuleType]:
    return {one: module for one, module in sys.modules.items() if one == name or one.startswith(f"{name}.")}


def _stamps(name: str) -> _Stamps:
    """Return the stamps of the module's files; none while an editor replaces one of them."""
    try:
        found = {str(module.__file__): os.stat(str(module.__file__)) for module in _modules(name).values()}
    except OSError:
        return {}
    return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in found.items()}
