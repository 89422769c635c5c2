"""A spatial index: a uniform grid that finds the points near a place."""

from collections.abc import Hashable, Iterator
from math import floor
from typing import Generic, TypeVar

Id = TypeVar("Id", bound=Hashable)
Cell = tuple[int, int]


class Grid(Generic[Id]):
    """Points in a plane, by id. A look around costs as much as there is in the cells that it touches.

    ``size`` is the width of a cell; about the radius of the usual look is best.
    """

    def __init__(self, size: float) -> None:
        self._size = size
        self._cells: dict[Cell, dict[Id, tuple[float, float]]] = {}
        self._cell_of: dict[Id, Cell] = {}

    def __contains__(self, id: Id) -> bool:
        return id in self._cell_of

    def place(self, id: Id, x: float, y: float) -> None:
        """Put a point here, or move it here."""
        cell = (floor(x / self._size), floor(y / self._size))
        before = self._cell_of.get(id)
        if before != cell:
            if before is not None:
                self.remove(id)
            self._cell_of[id] = cell
            self._cells.setdefault(cell, {})[id] = (x, y)
        else:
            self._cells[cell][id] = (x, y)

    def remove(self, id: Id) -> None:
        """Take a point away, if it is there."""
        cell = self._cell_of.pop(id, None)
        if cell is not None:
            points = self._cells[cell]
            del points[id]
            if not points:
                del self._cells[cell]

    def cell(self, id: Id) -> Cell:
        """Return the cell in which a point is. Raises ``KeyError``."""
        return self._cell_of[id]

    def around(self, cell: Cell) -> Iterator[Id]:
        """Yield the points in a cell and in the eight around it."""
        for near in cells_around(cell):
            yield from self._cells.get(near, ())

    def position(self, id: Id) -> tuple[float, float]:
        """Return where a point is. Raises ``KeyError``."""
        return self._cells[self._cell_of[id]][id]

    def near(self, x: float, y: float, radius: float) -> list[Id]:
        """Return the points that are at most ``radius`` from here, in no particular order."""
        size, cells, most = self._size, self._cells, radius * radius
        left, right = floor((x - radius) / size), floor((x + radius) / size) + 1
        top, bottom = floor((y - radius) / size), floor((y + radius) / size) + 1
        touched: list[dict[Id, tuple[float, float]]] = []
        if (right - left) * (bottom - top) < len(cells):
            for column in range(left, right):
                for row in range(top, bottom):
                    points = cells.get((column, row))
                    if points is not None:
                        touched.append(points)
        else:
            touched.extend(cells.values())
        found: list[Id] = []
        for points in touched:
            for id, (there_x, there_y) in points.items():
                if (there_x - x) * (there_x - x) + (there_y - y) * (there_y - y) <= most:
                    found.append(id)
        return found


def cells_around(cell: Cell) -> list[Cell]:
    """Return a cell and the eight around it."""
    column, row = cell
    return [(column + right, row + up) for right in (-1, 0, 1) for up in (-1, 0, 1)]


def are_adjacent(one: Cell, other: Cell) -> bool:
    """Return whether two cells touch, or are the same."""
    return abs(one[0] - other[0]) <= 1 and abs(one[1] - other[1]) <= 1
