"""Games that never end, with real rules, for scripted players."""

from math import pi, sqrt
from random import Random
from typing import Any

from bench.basket import MAX_USERS
from game.author import (
    Annotated,
    Game,
    Literal,
    Meta,
    Quantised,
    Radius,
    Record,
    Seat,
    State,
    Verdict,
    move,
)
from game.games.pong import Pong
from game.games.tictactoe import TicTacToe


class BenchBoard(TicTacToe):
    """Tic-tac-toe on a board that is wiped when it is full."""

    name = "bench_board"
    title = "Endless tic-tac-toe"

    @move
    def place(self, state: dict[str, Any], seat: int, cell: Annotated[int, Meta(ge=0, le=8)]) -> None:
        board = state["board"]
        self.require(board[cell] is None, "taken", "That cell is taken.")
        board[cell] = seat
        if None not in board:
            state["board"] = self.grid.empty()


class BenchRealTime(Pong):
    """Pong without an end."""

    name = "bench_real_time"
    title = "Endless pong"
    hidden = False

    def result(self, state: dict[str, Any]) -> None:
        return None


class Walk(Record):
    """The direction in which a player walks from now on."""

    direction: Literal[-1, 0, 1]


Length = Annotated[float, Quantised(0.1)]


class Walker(Record):
    """Where a player is."""

    x: Length
    y: Length


class Field(Record):
    """The players in sight, by seat."""

    walkers: dict[str, Walker]


SIGHT = 100.0
IN_SIGHT = 10


class BenchCrowd(Game):
    """A field on which up to 200 players walk to and fro, for ever; each sees about ten of the others."""

    name = "bench_crowd"
    title = "Endless crowd"
    players = (2, 200)
    hidden = False
    sees = Radius(SIGHT, field="walkers")

    def setup(self, random: Random) -> State:
        return {
            "places": [[random.uniform(0, self.width), random.uniform(0, self.width)] for _ in self.seats],
            "directions": [0 for _ in self.seats],
        }

    @property
    def width(self) -> float:
        """The length of each side of the field."""
        return SIGHT * sqrt(pi * len(self.seats) / IN_SIGHT)

    def tick(self, state: State, inputs: dict[Seat, Walk], dt: float) -> None:
        places, directions = state["places"], state["directions"]
        for seat, walk in inputs.items():
            directions[seat] = walk.direction
        for seat, direction in enumerate(directions):
            if direction:
                places[seat][0] = min(max(places[seat][0] + 30 * direction * dt, 0), self.width)

    def result(self, state: State) -> Verdict:
        return None

    def view(self, state: State, seat: Seat | None) -> Field:
        return Field({str(number): Walker(*place) for number, place in enumerate(state["places"])})


class BenchQueues(TicTacToe):
    """Tic-tac-toe with a queue for each user of the basket, where nobody else waits."""

    name = "bench_queues"
    title = "Queues of one"
    modes = tuple(f"m{number}" for number in range(MAX_USERS))
