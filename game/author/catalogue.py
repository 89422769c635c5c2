"""The games that this server offers: every game class in the ``games`` module of an installed app."""

import importlib
import importlib.util
from collections.abc import Callable, Collection, Iterable, Iterator
from types import ModuleType

from game.author.game import Game
from game.author.refusals import GameDefinitionError, UnknownGame

_games: dict[str, type[Game]] = {}

before_lookup: Callable[[], None] | None = None
"""Called before the catalogue is read; in development it loads the rules that were saved."""


def register(game: type[Game]) -> None:
    """Add a game to the catalogue. Raises GameDefinitionError if its name is taken."""
    other = _games.setdefault(game.name, game)
    if other is not game:
        raise GameDefinitionError(
            f"{game.__qualname__} and {other.__qualname__} are both called {game.name!r}."
        )


def collect(module: ModuleType) -> None:
    """Register every game that the module defines or imports, in order."""
    for game in _games_of(module):
        register(game)


def replace(former: ModuleType, module: ModuleType) -> list[type[Game]]:
    """Put the games of a module that was loaded again in the place of its former ones, and return those.

    Raises GameDefinitionError, before any change, if a name is taken by a game of another module. Games that
    the module no longer has stay.
    """
    old, new = set(_games_of(former)), list(_games_of(module))
    replaced = [_games[game.name] for game in new if game.name in _games and _games[game.name] is not game]
    for other in replaced:
        if other not in old:
            raise GameDefinitionError(f"{other.__qualname__} is called {other.name!r} already.")
    _games.update({game.name: game for game in new})
    return replaced


def _games_of(module: ModuleType) -> Iterator[type[Game]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Game) and hasattr(value, "movements"):
            yield value


def discover(app_names: Iterable[str]) -> None:
    """Register the games of each app that has a ``games.py`` (or a package ``games``)."""
    for app_name in app_names:
        if importlib.util.find_spec(f"{app_name}.games"):
            collect(importlib.import_module(f"{app_name}.games"))


def keep(names: Collection[str], module: ModuleType) -> None:
    """Withdraw the games of a module that are not among these."""
    for game in _games_of(module):
        if game.name not in names:
            _games.pop(game.name, None)


def first(*names: str) -> str:
    """Return the first of these names that is a game's, else the first game, or nothing if there is none."""
    return next((name for name in (*names, *_games) if name in _games), "")


def get(name: str) -> type[Game]:
    """Return the game with this name. Raises UnknownGame."""
    _look()
    try:
        return _games[name]
    except KeyError:
        raise UnknownGame(f"There is no game called {name!r} here.") from None


def offers(name: str) -> bool:
    """Return whether a game with this name is offered."""
    _look()
    return name in _games


def all() -> list[type[Game]]:
    """Return all games, in order of registration."""
    _look()
    return list(_games.values())


def _look() -> None:
    if before_lookup is not None:
        before_lookup()
