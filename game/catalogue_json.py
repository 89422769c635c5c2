"""The catalogue of games as JSON, encoded once per process because it is the same for everybody."""

import inspect
from functools import lru_cache

from django.contrib.staticfiles import finders
from django.templatetags.static import static

from core.renderers import encode
from game.author import catalogue, queues
from game.author.game import BOT_LEVELS
from game.author.game import Game as Rules
from game.author.match import clock_of
from game.author.movements import schema_of, view_schema_of
from game.author.timing import described
from game.shapes import CatalogueAction, CatalogueEntry, CataloguePhase


def body() -> bytes:
    """Return the body of ``GET /api/games/catalog/``: the entries of all games."""
    return _encoded(tuple(catalogue.all()))


@lru_cache(maxsize=1)
def _encoded(games: tuple[type[Rules], ...]) -> bytes:
    return encode([entry(game) for game in games])


def entry(game: type[Rules]) -> CatalogueEntry:
    """Return the game's entry in the public catalogue."""
    return CatalogueEntry(
        name=game.name,
        title=game.title,
        min_players=game.min_players,
        max_players=game.max_players,
        kind="real_time" if game.real_time else "turn_based",
        description=inspect.cleandoc(game.__doc__ or ""),
        sides=list(game.sides[: game.max_players]),
        spectators=game.spectators,
        spectators_follow=game.spectators and game.spectators_follow,
        open=game.open,
        modes=[mode for mode in queues.modes_of(game) if mode],
        clock=None if game.real_time else described(clock_of(game, {})),
        phases=[
            CataloguePhase(name=phase.name, moves=list(phase.moves), who=phase.who, seconds=phase.seconds)
            for phase in game.phases
        ],
        undo=bool(game.undo),
        actions=[
            CatalogueAction(
                name=name,
                description=inspect.cleandoc(action.method.__doc__ or ""),
                data_schema=action.data.schema,
            )
            for name, action in game.actions.items()
        ],
        options=schema_of(game.Options),
        bots=list(BOT_LEVELS) if game.max_players >= 2 else [],
        move_schema=game.movements.schema,
        view_schema=None if game.view_type is None else view_schema_of(game.view_type),
        board=_board(game.name),
    )


def _board(name: str) -> str | None:
    path = f"{name}/board.js"
    return static(path) if finders.find(path) else None
