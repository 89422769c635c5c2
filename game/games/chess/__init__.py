"""Chess by the rules of FIDE."""

from math import inf
from random import Random
from typing import Any, Final

from game.author import DRAW, Annotated, Clock, Game, Literal, Meta, Record, Seat, State, Verdict, move
from game.games.chess.notation import san, step_of, uci_of
from game.games.chess.position import Position, cannot_mate, captured
from game.games.chess.worth import chances, gain, settled_balance

START: Final = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"

# A move on the wire, in the notation of UCI: e2e4, or e7e8q for a promotion.
Uci = Annotated[str, Meta(pattern="^[a-h][1-8][a-h][1-8][nbrq]?$")]

Ending = Literal["checkmate", "stalemate", "insufficient_material", "repetition", "fifty_moves"]

# An upper-case letter is one of White's.
Piece = Literal["K", "Q", "R", "B", "N", "P", "k", "q", "r", "b", "n", "p"]

# Moves of both players without a capture or a move of a pawn, after which the game is drawn.
IDLE_MOVES: Final = 100
REPETITIONS: Final = 3


class TimeControl(Record):
    """The thinking time of each player, and what a move adds to it, in seconds."""

    minutes: Annotated[int, Meta(ge=1, le=180)] = 10
    increment: Annotated[int, Meta(ge=0, le=60)] = 5


class View(Record):
    """The board from White's side, the moves in PGN's notation, and the pieces that each seat has lost."""

    board: list[list[Piece | None]]
    fen: str
    moves: list[str]
    last: str | None
    taken: list[str]
    check: bool
    ending: Ending | None


class Chess(Game):
    """Checkmate the king.

    A draw needs no claim: the game ends at once with the third time of a position, after fifty moves of each
    player without a capture or a pawn's move, by stalemate, and when what is left cannot mate.

    In the state, ``legal`` lists the moves of who is to move in UCI's notation, ``moves`` the moves so far in
    PGN's; ``seen`` counts the positions since the last capture or pawn's move, and ``taken`` has the pieces
    that each seat has lost.
    """

    Options = TimeControl
    hidden = False
    tells_legal = True
    undo = True

    def time_control(self) -> Clock:
        return Clock(60 * self.options.minutes, self.options.increment)

    def setup(self, random: Random) -> State:
        return state_at(Position.read(START))

    def turn(self, state: State) -> Seat:
        return 0 if Position.read(state["fen"]).white else 1

    @move
    def go(self, state: State, seat: Seat, uci: Uci) -> None:
        self.require(uci in state["legal"], "illegal_move", "That move is not legal.")
        before = Position.read(state["fen"])
        step = step_of(uci)
        state["taken"][1 - seat] += captured(before, step).lower()
        after = before.after(step).settled()
        legal = listed(after)
        state["moves"].append(san(before, step, state["legal"], after, has_answer=bool(legal)))
        state["fen"], state["legal"], state["last"] = after.fen(), legal, uci
        if after.halfmoves == 0:
            state["seen"] = {}
        key = after.key()
        state["seen"][key] = state["seen"].get(key, 0) + 1

    def result(self, state: State) -> Verdict:
        ending = self.ending(state)
        if ending is None:
            return None
        return 1 - self.turn(state) if ending == "checkmate" else DRAW

    def ending(self, state: State) -> Ending | None:
        """Return why the game is over by its rules, or None."""
        position = Position.read(state["fen"])
        if not state["legal"]:
            return "checkmate" if position.in_check() else "stalemate"
        if cannot_mate(position.board):
            return "insufficient_material"
        if state["seen"][position.key()] >= REPETITIONS:
            return "repetition"
        return "fifty_moves" if position.halfmoves >= IDLE_MOVES else None

    def view(self, state: State, seat: Seat | None) -> View:
        position = Position.read(state["fen"])
        cells: list[Any] = [None if piece == "." else piece for piece in position.board]
        return View(
            board=[cells[start : start + 8] for start in range(0, 64, 8)],
            fen=state["fen"],
            moves=state["moves"],
            last=state["last"],
            taken=state["taken"],
            check=position.in_check(),
            ending=self.ending(state),
        )

    def legal(self, state: State, seat: Seat) -> list[dict[str, Any]]:
        return [{"uci": uci} for uci in state["legal"]] if seat == self.turn(state) else []

    def pgn(self, state: State) -> str:
        numbered = (
            f"{number // 2 + 1}. {name}" if number % 2 == 0 else name
            for number, name in enumerate(state["moves"])
        )
        return " ".join(numbered)

    def value(self, state: State, seat: Seat) -> float:
        position = Position.read(state["fen"])
        ahead = settled_balance(position, -inf, inf)
        return chances(ahead if position.white == (seat == 0) else -ahead)


def listed(position: Position) -> list[str]:
    """Return the legal moves, those first that gain most: the bots try them in this order."""
    steps = sorted(position.legal(), key=lambda step: -gain(position, step))
    return [uci_of(step) for step in steps]


def state_at(position: Position) -> State:
    """Return the state of a game that begins with this position."""
    return {
        "fen": position.fen(),
        "legal": listed(position),
        "moves": [],
        "last": None,
        "taken": ["", ""],
        "seen": {position.key(): 1},
    }
