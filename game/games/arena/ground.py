"""The ground of the arena: its maps, what is solid, what can be seen from where, and the way to a place."""

import json
from collections import deque
from functools import cache, lru_cache
from itertools import pairwise
from math import hypot, inf, sqrt
from pathlib import Path
from typing import Final, NamedTuple

RADIUS: Final = 0.42  # of a fighter; a cell of the map is 1 wide
SIGHT: Final = 12.0

# The page draws the same maps.
_MAPS: Final = Path(__file__).parents[2] / "static" / "game" / "arena" / "maps.json"

_NEIGHBOURS: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))

# Sight is decided between points half a cell apart; walls are as many bits of a number, so that a whole line
# is compared at once.
_FINE: Final = 2
_MARGIN: Final = 64  # bits before the first row, for lines that run to the left in it


class Pickup(NamedTuple):
    """A place where something lies that fighters pick up."""

    kind: str
    x: float
    y: float


class Ground:
    """A map: rows of cells, each a wall ``#``, floor, a spawn ``s``, health ``h`` or power ``p``."""

    def __init__(self, name: str, rows: list[str]) -> None:
        self.name = name
        self.width, self.height = len(rows[0]), len(rows)
        self.solid = [[cell == "#" for cell in row] for row in rows]
        places = [(cell, x + 0.5, y + 0.5) for y, row in enumerate(rows) for x, cell in enumerate(row)]
        self.spawns = [(x, y) for cell, x, y in places if cell == "s"]
        kinds = {"h": "health", "p": "power"}
        self.pickups = [Pickup(kinds[cell], x, y) for cell, x, y in places if cell in kinds]
        self._stride = self.width * _FINE
        self._walls = sum(
            1 << (_MARGIN + fine_y * self._stride + fine_x)
            for fine_y in range(self.height * _FINE)
            for fine_x in range(self._stride)
            if self.solid[fine_y // _FINE][fine_x // _FINE]
        )
        self._lines: dict[tuple[int, int], int] = {}
        self.distances = lru_cache(maxsize=512)(self._distances)

    def moved(self, x: float, y: float, by_x: float, by_y: float) -> tuple[float, float]:
        """Return where a fighter comes to who goes this far, less than a radius; it slides along walls."""
        x, y = x + by_x, y + by_y
        column, row = int(x), int(y)
        in_x, in_y = x - column, y - row
        solid = self.solid
        side = -1 if in_x < RADIUS else 1 if in_x > 1 - RADIUS else 0
        level = -1 if in_y < RADIUS else 1 if in_y > 1 - RADIUS else 0
        if side and solid[row][column + side]:
            x, side = column + (RADIUS if side < 0 else 1 - RADIUS), 0
        if level and solid[row + level][column]:
            y, level = row + (RADIUS if level < 0 else 1 - RADIUS), 0
        if side and level and solid[row + level][column + side]:
            # Around the corner of a wall.
            corner_x, corner_y = column + (side > 0), row + (level > 0)
            off_x, off_y = x - corner_x, y - corner_y
            distance = sqrt(off_x * off_x + off_y * off_y)
            if 0 < distance < RADIUS:
                x, y = corner_x + off_x / distance * RADIUS, corner_y + off_y / distance * RADIUS
        return x, y

    def wall_ahead(self, x: float, y: float, to_x: float, to_y: float, within: float) -> float:
        """Return the distance to the next wall in this direction (of length 1), at most ``within``."""
        column, row = int(x), int(y)
        step_x, step_y = (1 if to_x > 0 else -1), (1 if to_y > 0 else -1)
        cell_x = abs(1 / to_x) if to_x else inf
        cell_y = abs(1 / to_y) if to_y else inf
        next_x = (column + 1 - x if to_x > 0 else x - column) * cell_x if to_x else inf
        next_y = (row + 1 - y if to_y > 0 else y - row) * cell_y if to_y else inf
        solid = self.solid
        while True:
            if next_x < next_y:
                distance, next_x, column = next_x, next_x + cell_x, column + step_x
            else:
                distance, next_y, row = next_y, next_y + cell_y, row + step_y
            if distance >= within:
                return within
            if solid[row][column]:
                return distance

    def is_clear(self, x: float, y: float, other_x: float, other_y: float) -> bool:
        """Return whether somebody at one point sees somebody at the other, the same both ways.

        The line between them may be clear, or one beside it: they are not points.
        """
        ax, ay, bx, by = int(x * _FINE), int(y * _FINE), int(other_x * _FINE), int(other_y * _FINE)
        if (by, bx) < (ay, ax):
            ax, ay, bx, by = bx, by, ax, ay
        across, down = bx - ax, by - ay
        line = self._lines.get((across, down))
        if line is None:
            line = self._lines[across, down] = _line(across, down, self._stride)
        stride, walls = self._stride, self._walls
        start = ay * stride + ax
        if not line << start & walls:
            return True
        aside = 1 if abs(down) > abs(across) else stride
        return not (line << start + aside & walls and line << start - aside & walls)

    def _distances(self, column: int, row: int) -> list[list[int]]:
        """Return how many steps each cell is away from this one; unreachable ones are far away."""
        steps = [[10_000] * self.width for _ in range(self.height)]
        steps[row][column] = 0
        open_cells = deque([(column, row)])
        while open_cells:
            x, y = open_cells.popleft()
            for by_x, by_y in _NEIGHBOURS[:4]:
                if not self.solid[y + by_y][x + by_x] and steps[y + by_y][x + by_x] == 10_000:
                    steps[y + by_y][x + by_x] = steps[y][x] + 1
                    open_cells.append((x + by_x, y + by_y))
        return steps

    def way(self, x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
        """Return the direction, of length 1 or 0, in which somebody goes who wants to get there."""
        steps = self.distances(int(to_x), int(to_y))
        column, row, solid = int(x), int(y), self.solid
        if steps[row][column] == 0:
            return _unit(to_x - x, to_y - y)
        # Diagonally only where no corner is in the way.
        goals = [
            (column + by_x, row + by_y)
            for by_x, by_y in _NEIGHBOURS
            if not (
                solid[row][column + by_x] or solid[row + by_y][column] or solid[row + by_y][column + by_x]
            )
        ]
        goal = min(goals, key=lambda cell: steps[cell[1]][cell[0]])
        return _unit(goal[0] + 0.5 - x, goal[1] + 0.5 - y)


def _unit(x: float, y: float) -> tuple[float, float]:
    length = hypot(x, y)
    return (x / length, y / length) if length > 0.05 else (0.0, 0.0)


def _line(across: int, down: int, stride: int) -> int:
    """Return the points of a line from the origin, as bits; ``down`` is not negative.

    Beside a diagonal step is one more, so that no line slips between walls that touch at a corner.
    """
    length = max(abs(across), down)
    steps = [(round(across * part / length), round(down * part / length)) for part in range(1, length)]
    beside = [(x, after_y) for (x, _), (_, after_y) in pairwise(steps)]
    return sum(1 << (_MARGIN + y * stride + x) for x, y in {*steps, *beside})


@cache
def grounds() -> dict[str, Ground]:
    """Return all maps by name."""
    return {name: Ground(name, rows) for name, rows in json.loads(_MAPS.read_text()).items()}
