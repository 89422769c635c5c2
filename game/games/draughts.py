"""Draughts on 64 squares (English draughts, checkers): captures are forced, kings step back as well."""

from collections.abc import Iterable
from math import exp
from random import Random
from typing import Any

from game.author import DRAW, Annotated, Game, Literal, Meta, Record, Seat, State, Verdict, move

# Only dark squares are used, numbered 1 to 32 along the rows from the top left. Black begins at the top and
# moves first. In the state, square n is at index n - 1.
ROWS, PER_ROW = 8, 4
MEN, KINGS = "bw", "BW"
CROWNING_ROW = (ROWS - 1, 0)

Board = list[str | None]
Piece = Literal["b", "w", "B", "W"]
Square = Annotated[int, Meta(ge=1, le=ROWS * PER_ROW)]

# A man is worth more the further it has gone; a king most.
KING, MAN, ROW = 1.6, 1.0, 0.04

# Moves by each player without a capture or a step of a man, after which the game is drawn.
IDLE_MOVES = 40


def row_and_column(square: int) -> tuple[int, int]:
    row, place = divmod(square - 1, PER_ROW)
    return row, 2 * place + (row + 1) % 2


SQUARES = {row_and_column(square): square for square in range(1, ROWS * PER_ROW + 1)}


def diagonals(square: int, directions: Iterable[int]) -> list[tuple[int, int]]:
    """Return the neighbours of a square up or down the board, each with the square behind it (0 if none)."""
    row, column = row_and_column(square)
    return [
        (SQUARES[row + down, column + right], SQUARES.get((row + 2 * down, column + 2 * right), 0))
        for down in directions
        for right in (-1, 1)
        if (row + down, column + right) in SQUARES
    ]


# By piece and square. Black's men go down the board, White's go up.
DIAGONALS = {
    piece: {square: diagonals(square, directions) for square in SQUARES.values()}
    for piece, directions in {"b": (1,), "w": (-1,), "B": (1, -1), "W": (1, -1)}.items()
}


class View(Record):
    """The board, the squares that the last piece visited, and the pieces lost by each seat."""

    board: list[list[Piece | None]]
    last: list[int]
    taken: list[int]


class Draughts(Game):
    """Capture all enemy pieces, or leave them no move.

    A movement is one step or one jump. A piece that has jumped must jump on with the next movement if it can,
    unless it has just become a king.

    In the state, ``legal`` lists the movements of ``seat``, who is to move, as [start, to]; ``last`` has the
    squares that the last piece visited; ``taken`` counts the pieces that each seat has lost, and ``seen`` the
    positions since the last capture or step of a man.
    """

    hidden = False
    tells_legal = True
    undo = True

    def setup(self, random: Random) -> State:
        board = ["b"] * 12 + [None] * 8 + ["w"] * 12
        return {
            "board": board,
            "seat": 0,
            "jumper": None,
            "last": [],
            "taken": [0, 0],
            "idle": 0,
            "seen": {},
            "legal": movements(board, 0),
        }

    def turn(self, state: State) -> Seat:
        return state["seat"]

    @move
    def go(self, state: State, seat: Seat, start: Square, to: Square) -> None:
        board, legal = state["board"], state["legal"]
        if [start, to] not in legal:
            self.require(state["jumper"] in (None, start), "must_continue", "The same piece must jump on.")
            self.require(not is_jump(*legal[0]), "must_jump", "You must jump.")
            self.require(False, "illegal_move", "No piece of yours can go there.")
        piece, board[start - 1] = board[start - 1], None
        crowned = piece in MEN and row_and_column(to)[0] == CROWNING_ROW[seat]
        board[to - 1] = KINGS[seat] if crowned else piece
        state["last"] = [*(state["last"] if state["jumper"] else [start]), to]

        jumped = is_jump(start, to)
        if jumped:
            board[between(start, to) - 1] = None
            state["taken"][1 - seat] += 1
        if jumped or piece in MEN:
            state["idle"], state["seen"] = 0, {}
        else:
            state["idle"] += 1
        onward = jumps_from(board, to, piece) if jumped and not crowned else []
        if onward:
            state["jumper"], state["legal"] = to, onward
            return
        state["jumper"], state["seat"], state["legal"] = None, 1 - seat, movements(board, 1 - seat)
        position = "".join(square or "." for square in board) + MEN[1 - seat]
        state["seen"][position] = state["seen"].get(position, 0) + 1

    def result(self, state: State) -> Verdict:
        if not state["legal"]:
            return 1 - state["seat"]
        drawn = state["idle"] >= 2 * IDLE_MOVES or 3 in state["seen"].values()
        return DRAW if drawn else None

    def view(self, state: State, seat: Seat | None) -> View:
        rows: list[list[Any]] = [[None] * ROWS for _ in range(ROWS)]
        for square, piece in enumerate(state["board"], start=1):
            row, column = row_and_column(square)
            rows[row][column] = piece
        return View(board=rows, last=state["last"], taken=state["taken"])

    def legal(self, state: State, seat: Seat) -> list[dict[str, Any]]:
        return [{"start": start, "to": to} for start, to in state["legal"]] if seat == state["seat"] else []

    def value(self, state: State, seat: Seat) -> float:
        balance = 0.0
        for square, piece in enumerate(state["board"], start=1):
            if piece is None:
                continue
            row, _ = row_and_column(square)
            worth = KING if piece in KINGS else MAN + ROW * (row if piece == "b" else ROWS - 1 - row)
            balance += worth if piece in MEN[seat] + KINGS[seat] else -worth
        return 1 / (1 + exp(-balance / 2))


def is_jump(start: int, to: int) -> bool:
    return abs(row_and_column(start)[0] - row_and_column(to)[0]) == 2


def between(start: int, to: int) -> int:
    """Return the square that a jump passes over."""
    (row, column), (to_row, to_column) = row_and_column(start), row_and_column(to)
    return SQUARES[(row + to_row) // 2, (column + to_column) // 2]


def movements(board: Board, seat: Seat) -> list[list[int]]:
    """Return all movements of a seat as [start, to]: only jumps if there are any."""
    own = MEN[seat] + KINGS[seat]
    pieces = [(square, piece) for square, piece in enumerate(board, start=1) if piece and piece in own]
    jumps = [jump for square, piece in pieces for jump in jumps_from(board, square, piece)]
    return jumps or [
        [square, beside]
        for square, piece in pieces
        for beside, _ in DIAGONALS[piece][square]
        if board[beside - 1] is None
    ]


def jumps_from(board: Board, square: int, piece: str) -> list[list[int]]:
    """Return the jumps of the piece on this square as [start, to]."""
    enemies = "wW" if piece in "bB" else "bB"
    return [
        [square, behind]
        for beside, behind in DIAGONALS[piece][square]
        if behind and board[behind - 1] is None and (board[beside - 1] or ".") in enemies
    ]
