"""Interest: which entities of a view its viewer gets."""

import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from core.grid import Grid
from game.author.movements import Record
from game.author.refusals import GameDefinitionError
from game.author.results import Seat

Ids = Collection[str] | Mapping[str, Collection[str]]
"""Ids of the entities in the view's only map, or by the name of the map."""

View = dict[str, Any] | Record


class Radius(msgspec.Struct, frozen=True):
    """A viewer sees the entities of the map ``field`` of the view that are at most ``r`` away.

    The entities have ``x`` and ``y``. The viewer stands where the entity is whose id is the number of the
    seat (``"0"``, ``"1"``, ...) in the map ``around``, by default the same map, and sees none if there is
    none. Spectators see all.
    """

    r: float
    field: str
    around: str = ""


Sees = Radius | tuple[Radius, ...] | Callable[[Any, dict[str, Any], Seat | None], Ids]
"""A game's ``sees``."""


class Interest:
    """The ``sees`` of a game class, checked against the type of its view. Raises ``GameDefinitionError``."""

    def __init__(self, sees: Sees, view_type: type[Record] | None) -> None:
        if view_type is None:
            raise GameDefinitionError("`sees` needs a declared view, with maps of entities")
        hints = typing.get_type_hints(view_type)
        maps = {name: typing.get_args(kind) for name, kind in hints.items() if _is_map(kind)}
        self._maps = tuple(maps)
        self._radii: tuple[Radius, ...] = ()
        self._sees = None if isinstance(sees, (Radius, tuple)) else sees
        if self._sees is None:
            self._radii = (sees,) if isinstance(sees, Radius) else tuple(sees)  # type: ignore[arg-type]
            for radius in self._radii:
                _check(radius, maps)
        elif not maps:
            raise GameDefinitionError("`sees` needs a map of entities in the view, such as dict[str, Ship]")

    def sight(self, game: Any, state: dict[str, Any], view: View) -> "Sight":
        """Return the sight of this view."""
        return Sight(self._radii, self._sees, self._maps, game, state, view)


class Sight:
    """A view of everything, from which the part of each viewer is picked."""

    def __init__(
        self,
        radii: tuple[Radius, ...],
        sees: Callable[[Any, dict[str, Any], Seat | None], Ids] | None,
        maps: tuple[str, ...],
        game: Any,
        state: dict[str, Any],
        view: View,
    ) -> None:
        self._radii = radii
        self._sees = sees
        self._maps = maps
        self._game = game
        self._state = state
        self.view = view
        self._grids = [_grid_of(one.r, self._entities(one.field)) for one in radii]

    def seen(self, seat: Seat | None) -> Mapping[str, Iterable[str]]:
        """Return the ids of what this seat sees, each once, by the map of the entities.

        It sees all of other maps. Raises whatever the rules raise.
        """
        if self._sees is None:
            if seat is None:
                return {}
            viewer = str(seat)
            return {
                one.field: self._near(one, grid, viewer)
                for one, grid in zip(self._radii, self._grids, strict=True)
            }
        ids = self._sees(self._game, self._state, seat)
        if isinstance(ids, Mapping):
            return {field: dict.fromkeys(seen) for field, seen in ids.items()}
        (field,) = self._maps
        return {field: dict.fromkeys(ids)}

    def picked(self, seat: Seat | None) -> View:
        """Return the view with the entities that this seat sees. Raises whatever the rules raise."""
        changed: dict[str, Any] = {}
        for field, seen in self.seen(seat).items():
            entities = self._entities(field)
            changed[field] = {id: entities[id] for id in seen if id in entities}
        if isinstance(self.view, dict):
            return {**self.view, **changed}
        return msgspec.structs.replace(self.view, **changed)

    def _near(self, radius: Radius, grid: Grid[str], viewer: str) -> Iterable[str]:
        here = self._entities(radius.around or radius.field).get(viewer)
        return () if here is None else grid.near(*_position(here), radius.r)

    def _entities(self, field: str) -> dict[str, Any]:
        view = self.view
        entities: dict[str, Any] = view[field] if isinstance(view, dict) else getattr(view, field)
        return entities


def _grid_of(size: float, entities: Mapping[str, Any]) -> Grid[str]:
    grid: Grid[str] = Grid(size)
    for id, entity in entities.items():
        grid.place(id, *_position(entity))
    return grid


def _position(entity: Any) -> tuple[float, float]:
    if isinstance(entity, dict):
        return entity["x"], entity["y"]
    return entity.x, entity.y


def _is_map(kind: Any) -> bool:
    return typing.get_origin(kind) is dict


def _check(radius: Radius, maps: Mapping[str, tuple[Any, ...]]) -> None:
    if not isinstance(radius, Radius) or not radius.r > 0:
        raise GameDefinitionError(
            "`sees` must be a Radius(r, field=...) of more than 0, or several, or a method"
        )
    for field in (radius.field, radius.around or radius.field):
        entity = maps.get(field, (None, None))[1]
        fields = getattr(entity, "__struct_fields__", ())
        if not {"x", "y"}.issubset(fields):
            raise GameDefinitionError(
                f"`sees`: the view has no map {field!r} of records with `x` and `y`, as in dict[str, Ship]"
            )
