"""Games that never end, with real rules, for scripted players."""

from random import Random
from typing import Any

from bench.basket import MOST_USERS
from game.author import Annotated, Game, Literal, Meta, Record, Seat, State, Verdict, move
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


class BenchCrowd(Game):
    """A line on which up to 200 players walk up and down, for ever."""

    name = "bench_crowd"
    title = "Endless crowd"
    players = (2, 200)
    hidden = False

    def setup(self, random: Random) -> State:
        return {"places": [0.0 for _ in self.seats], "directions": [0 for _ in self.seats]}

    def tick(self, state: State, inputs: dict[Seat, Walk], dt: float) -> None:
        places, directions = state["places"], state["directions"]
        for seat, walk in inputs.items():
            directions[seat] = walk.direction
        for seat, direction in enumerate(directions):
            if direction:
                places[seat] = (places[seat] + 100 * direction * dt) % 1000

    def result(self, state: State) -> Verdict:
        return None

    def view(self, state: State, seat: Seat | None) -> dict[str, Any]:
        return {"places": [round(place, 1) for place in state["places"]]}


class BenchQueues(TicTacToe):
    """Tic-tac-toe with a queue for each user of the basket, where nobody else waits."""

    name = "bench_queues"
    title = "Queues of one"
    modes = tuple(f"m{number}" for number in range(MOST_USERS))
