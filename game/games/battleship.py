"""Battleship: both players place a fleet in secret, then take turns to fire; sink all ships to win."""

import itertools
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from game.author import Annotated, Game, Literal, Meta, Record, Seat, State, Verdict, move

ShipName = Literal["carrier", "battleship", "cruiser", "submarine", "destroyer"]

SIZE = 10
FLEET: dict[ShipName, int] = {"carrier": 5, "battleship": 4, "cruiser": 3, "submarine": 3, "destroyer": 2}

Coordinate = Annotated[int, Meta(ge=0, le=SIZE - 1)]


class Ship(Record):
    """A ship, given by its upper left cell; it extends down if vertical, otherwise to the right."""

    name: ShipName
    row: Coordinate
    col: Coordinate
    vertical: bool

    def cells(self) -> list[int]:
        """Return its cells, numbered row by row; some lie outside the board if the ship does not fit."""
        return [
            (self.row + step * self.vertical) * SIZE + self.col + step * (not self.vertical)
            for step in range(FLEET[self.name])
        ]

    def fits(self) -> bool:
        return (self.row if self.vertical else self.col) + FLEET[self.name] <= SIZE


Cell = Literal["miss", "hit", "sunk", "ship"]
Stage = Literal["placing", "firing", "over"]


class LastShot(Record):
    """The last shot: whose it was, where it fell, and what became of it."""

    side: str
    row: int
    col: int
    result: Cell | None


class View(Record):
    """The own water (``board``), the known part of the enemy's (``target``), and which ships are afloat."""

    phase: Stage
    placed: list[bool]
    board: list[list[Cell | None]]
    target: list[list[Cell | None]]
    fleet: dict[str, bool]
    enemy: dict[str, bool]
    last_shot: LastShot | None


class Battleship(Game):
    """Fleets are placed in secret, then players fire in turn.

    ``fleets[seat]`` maps the names of a player's ships to their cells (None until placed); ``shots[seat]``
    lists the cells that the player fired at, in order.
    """

    secret_moves = ("place",)

    def setup(self, random: Random) -> State:
        return {"fleets": [None, None], "shots": [[], []]}

    def turn(self, state: State) -> Seat | Sequence[Seat]:
        unplaced = [seat for seat in self.seats if state["fleets"][seat] is None]
        return unplaced or len(state["shots"][0]) - len(state["shots"][1])

    @move
    def place(
        self,
        state: State,
        seat: Seat,
        ships: Annotated[list[Ship], Meta(min_length=len(FLEET), max_length=len(FLEET))],
    ) -> None:
        self.require(state["fleets"][seat] is None, "already_placed", "Your fleet is placed.")
        self.require({ship.name for ship in ships} == FLEET.keys(), "wrong_fleet", "Place each ship once.")
        self.require(all(ship.fits() for ship in ships), "off_board", "A ship lies off the board.")
        fleet = {ship.name: ship.cells() for ship in ships}
        self.require(
            len(set().union(*fleet.values())) == sum(FLEET.values()), "overlap", "Two ships overlap."
        )
        state["fleets"][seat] = fleet

    @move
    def fire(self, state: State, seat: Seat, row: Coordinate, col: Coordinate) -> None:
        self.require(None not in state["fleets"], "not_placed", "Place your fleet first.")
        self.require(row * SIZE + col not in state["shots"][seat], "already_fired", "You have fired there.")
        state["shots"][seat].append(row * SIZE + col)

    def result(self, state: State) -> Verdict:
        return [seat for seat in self.seats if len(sunk(state, 1 - seat)) == len(FLEET)] or None

    def scores(self, state: State) -> Sequence[int]:
        """Return the number of enemy ships that each player has sunk."""
        return [len(sunk(state, 1 - seat)) for seat in self.seats]

    def view(self, state: State, seat: Seat | None) -> View:
        """Return two grids: ``board``, the player's own water, and ``target``, the known part of the enemy's.

        A cell is None, "miss", "hit", "sunk", or "ship" for an intact part of a ship: the player's own, and
        the enemy's once the game is over. ``fleet`` and ``enemy`` say for each ship whether it is afloat;
        ``last_shot`` is ``{side, row, col, result}``. Spectators see the first player's water as ``board``,
        and no intact ships in either grid.
        """
        own = seat or 0
        over = self.result(state) is not None
        return View(
            phase="over" if over else "placing" if None in state["fleets"] else "firing",
            placed=[fleet is not None for fleet in state["fleets"]],
            board=water(state, own, ships=over or seat is not None),
            target=water(state, 1 - own, ships=over),
            fleet={name: name not in sunk(state, own) for name in FLEET},
            enemy={name: name not in sunk(state, 1 - own) for name in FLEET},
            last_shot=self.last_shot(state),
        )

    def last_shot(self, state: State) -> LastShot | None:
        first, second = state["shots"]
        if not first:
            return None
        shooter = 0 if len(first) > len(second) else 1
        row, col = divmod(state["shots"][shooter][-1], SIZE)
        result = water(state, 1 - shooter, ships=False)[row][col]
        return LastShot(side=self.sides[shooter], row=row, col=col, result=result)

    def bot(self, view: dict[str, Any], seat: Seat, random: Random, level: int) -> dict[str, Any]:
        if view["phase"] == "placing":
            return {"ships": random_fleet(random)}
        return fire_at(view["target"], random, level)


def sunk(state: State, seat: Seat) -> list[str]:
    """Return the names of the seat's ships that are hit in every cell."""
    shots = set(state["shots"][1 - seat])
    return [name for name, cells in (state["fleets"][seat] or {}).items() if shots.issuperset(cells)]


def water(state: State, seat: Seat, *, ships: bool) -> list[list[Cell | None]]:
    """Return the seat's water as rows, including the intact cells of its ships if ``ships`` is true."""
    fleet = state["fleets"][seat] or {}
    gone = sunk(state, seat)
    cells: list[Cell | None] = [None] * (SIZE * SIZE)
    if ships:
        for cell in itertools.chain(*fleet.values()):
            cells[cell] = "ship"
    hits: dict[int, Cell] = {
        cell: "sunk" if name in gone else "hit" for name in fleet for cell in fleet[name]
    }
    for shot in state["shots"][1 - seat]:
        cells[shot] = hits.get(shot, "miss")
    return [cells[start : start + SIZE] for start in range(0, SIZE * SIZE, SIZE)]


def random_fleet(random: Random) -> list[dict[str, Any]]:
    """Return a random fleet in which no two ships overlap."""
    taken: set[int] = set()
    fleet = []
    for name in FLEET:
        spots = [
            Ship(name, row, col, vertical)
            for row in range(SIZE)
            for col in range(SIZE)
            for vertical in (True, False)
        ]
        ship = random.choice([spot for spot in spots if spot.fits() and taken.isdisjoint(spot.cells())])
        taken.update(ship.cells())
        fleet.append(msgspec.structs.asdict(ship))
    return fleet


def fire_at(target: list[list[str | None]], random: Random, level: int) -> dict[str, int]:
    """Return a shot at a cell that was not fired at before.

    Level 1 guesses; level 2 continues around a hit; level 3 also searches in a checkerboard pattern, which no
    ship can slip through, and follows the line of two hits.
    """
    open_cells = [(row, col) for row in range(SIZE) for col in range(SIZE) if target[row][col] is None]
    near = [cell for cell in open_cells if level > 1 and any(hits_beside(target, *cell))]
    in_line = [
        cell for cell in near if level > 2 and any(length > 1 for length in hits_beside(target, *cell))
    ]
    chequered = [(row, col) for row, col in open_cells if level > 2 and (row + col) % 2 == 0]
    row, col = random.choice(in_line or near or chequered or open_cells)
    return {"row": row, "col": col}


def hits_beside(target: list[list[str | None]], row: int, col: int) -> list[int]:
    """Return the number of consecutive hits next to the cell in each of the four directions."""
    lengths = []
    for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        length, r, c = 0, row + down, col + right
        while 0 <= r < SIZE and 0 <= c < SIZE and target[r][c] == "hit":
            length, r, c = length + 1, r + down, c + right
        lengths.append(length)
    return lengths
