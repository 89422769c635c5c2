"""Connect four: discs fall to the bottom of their column; four in a row in any direction win."""

from random import Random

from game.author import DRAW, Annotated, Game, Grid, Literal, Meta, Record, Seat, State, Verdict, move

ROWS, COLUMNS = 6, 7


def runs_of_four() -> list[tuple[int, int, int, int]]:
    """Return all 69 lines of four cells."""
    runs = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                if row + 3 * down < ROWS and 0 <= column + 3 * right < COLUMNS:
                    first, step = row * COLUMNS + column, down * COLUMNS + right
                    runs.append((first, first + step, first + 2 * step, first + 3 * step))
    return runs


# By cell: a disc can only complete lines through its own cell.
RUNS = [[run for run in runs_of_four() if cell in run] for cell in range(ROWS * COLUMNS)]


Disc = Literal["R", "Y"]


class View(Record):
    """The rows from the top, and the cell of the last disc, counted along the rows."""

    board: list[list[Disc | None]]
    last: int | None


class ConnectFour(Game):
    """The state stores the last disc: only that one can complete a line."""

    grid = Grid(rows=ROWS, columns=COLUMNS, marks="RY")
    View = View

    def setup(self, random: Random) -> State:
        return {"board": self.grid.empty(), "last": None}

    @move
    def drop(self, state: State, seat: Seat, column: Annotated[int, Meta(ge=0, le=COLUMNS - 1)]) -> None:
        board = state["board"]
        self.require(board[column] is None, "column_full", "That column is full.")
        state["last"] = max(cell for cell in range(column, len(board), COLUMNS) if board[cell] is None)
        board[state["last"]] = seat

    def result(self, state: State) -> Verdict:
        board, last = state["board"], state["last"]
        if last is None:
            return None
        for a, b, c, d in RUNS[last]:
            if board[a] == board[b] == board[c] == board[d]:
                winner: Seat = board[last]
                return winner
        return None if None in board[:COLUMNS] else DRAW
