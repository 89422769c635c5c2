"""Games that never end, with real rules, for scripted players."""

from typing import Any

from bench.basket import MOST_USERS
from game.author import Annotated, Meta, move
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


class BenchQueues(TicTacToe):
    """Tic-tac-toe with a queue for each user of the basket, where nobody else waits."""

    name = "bench_queues"
    title = "Queues of one"
    modes = tuple(f"m{number}" for number in range(MOST_USERS))
