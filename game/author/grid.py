"""A board of cells, whose state and views the platform makes."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from game.author.movements import Record
from game.author.results import Seat


class Grid(msgspec.Struct, frozen=True, dict=True):
    """A board of ``rows`` by ``columns`` cells; seat n places ``marks[n]`` on it.

    In the state, ``board`` is one flat list of seats and None, row by row from the top. In views it is a list
    of rows of marks. A game with a grid starts with an empty board unless it defines ``setup``.
    """

    rows: int
    columns: int
    marks: Sequence[str]

    def empty(self) -> list[Seat | None]:
        return [None] * (self.rows * self.columns)

    def shown(self, board: Sequence[Seat | None]) -> list[list[str | None]]:
        cells = list(map(self._mark_of, board))
        return list(map(cells.__getitem__, self._rows))

    @functools.cached_property
    def View(self) -> type[Record]:
        """The type of a view with nothing but the board."""
        marks: Any = Literal[*self.marks]
        cells: Any = list[list[marks | None]]
        view: type[Record] = msgspec.defstruct("View", [("board", cells)], bases=(Record,))  # type: ignore[assignment]
        return view

    @functools.cached_property
    def _mark_of(self) -> Callable[[Seat | None], str | None]:
        known: dict[Seat | None, str] = dict(enumerate(self.marks))
        return known.get

    @functools.cached_property
    def _rows(self) -> list[slice]:
        return [slice(row * self.columns, (row + 1) * self.columns) for row in range(self.rows)]
