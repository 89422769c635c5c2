"""Tic-tac-toe: three in a row win."""

from game.author import DRAW, Annotated, Game, Grid, Meta, Seat, State, Verdict, move

LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


class TicTacToe(Game):
    name = "tictactoe"
    title = "Tic-tac-toe"
    players = 2
    grid = Grid(rows=3, columns=3, marks="XO")

    @move
    def place(self, state: State, seat: Seat, cell: Annotated[int, Meta(ge=0, le=8)]) -> None:
        self.require(state["board"][cell] is None, "taken", "That cell is taken.")
        state["board"][cell] = seat

    def result(self, state: State) -> Verdict:
        board = state["board"]
        won = [board[a] for a, b, c in LINES if board[a] == board[b] == board[c] is not None]
        return won or (None if None in board else DRAW)
