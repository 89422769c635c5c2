"""The games that this server offers: every game class in the ``games`` module of an installed app."""

import importlib
import importlib.util
from collections.abc import Iterable
from types import ModuleType

from game.author.game import Game
from game.author.refusals import GameDefinitionError, UnknownGame

_games: dict[str, type[Game]] = {}


def register(game: type[Game]) -> None:
    """Add a game to the catalogue. Raises GameDefinitionError if its name is taken."""
    other = _games.setdefault(game.name, game)
    if other is not game:
        raise GameDefinitionError(
            f"{game.__qualname__} and {other.__qualname__} are both called {game.name!r}."
        )


def collect(module: ModuleType) -> None:
    """Register every game that the module defines or imports, in order."""
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Game) and hasattr(value, "movements"):
            register(value)


def discover(app_names: Iterable[str]) -> None:
    """Register the games of each app that has a ``games.py`` (or a package ``games``)."""
    for app_name in app_names:
        if importlib.util.find_spec(f"{app_name}.games"):
            collect(importlib.import_module(f"{app_name}.games"))


def get(name: str) -> type[Game]:
    """Return the game with this name. Raises UnknownGame."""
    try:
        return _games[name]
    except KeyError:
        raise UnknownGame(f"There is no game called {name!r} here.") from None


def offers(name: str) -> bool:
    """Return whether a game with this name is offered."""
    return name in _games


def all() -> list[type[Game]]:
    """Return all games, in order of registration."""
    return list(_games.values())
