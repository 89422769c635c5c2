"""The spatial index, against a look at every point."""

from math import dist
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from core.grid import Grid

PLACES = st.floats(-1000, 1000, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(0, 20), PLACES, PLACES)),
    gone=st.sets(st.integers(0, 20)),
    size=st.floats(0.5, 700),
    radius=st.floats(0, 1500),
    x=PLACES,
    y=PLACES,
)
def test_a_look_around_finds_the_points_that_are_there(
    points: list[tuple[int, float, float]], gone: set[int], size: float, radius: float, x: float, y: float
) -> None:
    grid: Grid[int] = Grid(size)
    at: dict[int, tuple[float, float]] = {}
    for id, there_x, there_y in points:
        grid.place(id, there_x, there_y)
        at[id] = there_x, there_y
    for id in gone:
        grid.remove(id)
        at.pop(id, None)
    found = grid.near(x, y, radius)
    assert len(found) == len(set(found))
    assert set(found) == {
        id for id, there in at.items() if (there[0] - x) ** 2 + (there[1] - y) ** 2 <= radius * radius
    }
    assert all(id in grid and grid.position(id) == there for id, there in at.items())
    assert not any(id in grid for id in gone)


def test_a_grid_that_everybody_has_left_is_empty() -> None:
    random, grid = Random(1), Grid[int](10)
    for id in range(200):
        grid.place(id, random.uniform(-500, 500), random.uniform(-500, 500))
    for id in range(200):
        grid.remove(id)
    assert grid.near(0, 0, 1000) == []
    assert not grid._cells
    assert not grid._cell_of


def test_a_look_around_finds_what_is_exactly_at_its_edge() -> None:
    grid: Grid[str] = Grid(5)
    grid.place("edge", 3, 4)
    assert dist((0, 0), grid.position("edge")) == 5
    assert grid.near(0, 0, 5) == ["edge"]
    assert grid.near(0, 0, 4.999) == []
