"""Cells: platforms with databases of their own that share accounts (docs/scaling.md).

An account and a session are at home in the cell that made them, and their ids say in which: each cell allots
every ``MOST``-th number, beginning with its place in ``CELLS``. So ids never collide, and no cell has to ask
another.
"""

from django.conf import settings

MOST = 256
"""Cells that there can be. Lower ids are of what was made before, such as bots; they are at home here."""


def is_set() -> bool:
    """Return whether this platform is one of several cells."""
    return bool(settings.CELL)


def here() -> str:
    """Return the name of this cell."""
    return str(settings.CELL)


def number() -> int:
    """Return the place of this cell in ``CELLS``."""
    return settings.CELLS.index(settings.CELL)


def others() -> list[str]:
    """Return the names of the other cells."""
    return [cell for cell in settings.CELLS if is_set() and cell != settings.CELL]


def home(id: int) -> str:
    """Return the cell in which the account or session with this id was made."""
    place = id % MOST
    is_known = is_set() and id >= MOST and place < len(settings.CELLS)
    return str(settings.CELLS[place] if is_known else settings.CELL)


def is_foreign(id: int) -> bool:
    """Return whether an account or session was made in another cell."""
    return is_set() and home(id) != settings.CELL
