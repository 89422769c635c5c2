"""Positions of chess and their legal moves."""

from typing import Final, NamedTuple

# Squares are numbered from 0 (a8) to 63 (h1), along the rows from the top, as a FEN lists them.
NAMES: Final = [f"{file}{rank}" for rank in "87654321" for file in "abcdefgh"]
NUMBERS: Final = {name: square for square, name in enumerate(NAMES)}

# The pieces of each player, indexed by whether the player is White.
PIECES: Final = ("pnbrqk", "PNBRQK")
KINGS: Final = ("k", "K")
HOME_ROWS: Final = (range(8, 16), range(48, 56))
LAST_ROWS: Final = (range(56, 64), range(8))

STRAIGHT: Final = ((0, 1), (1, 0), (0, -1), (-1, 0))
DIAGONAL: Final = ((1, 1), (1, -1), (-1, -1), (-1, 1))
LEAPS: Final = tuple(
    (down, right) for down in (-2, -1, 1, 2) for right in (-2, -1, 1, 2) if abs(down * right) == 2
)


def steps(square: int, directions: tuple[tuple[int, int], ...]) -> list[int]:
    """Return the squares one step away in these directions."""
    row, column = divmod(square, 8)
    ends = [(row + down, column + right) for down, right in directions]
    return [8 * r + c for r, c in ends if 0 <= r < 8 and 0 <= c < 8]


def ray(square: int, direction: tuple[int, int]) -> list[int]:
    """Return the squares in a direction, up to the edge of the board."""
    squares: list[int] = []
    while onward := steps(squares[-1] if squares else square, (direction,)):
        squares += onward
    return squares


KNIGHT_STEPS: Final = [steps(square, LEAPS) for square in range(64)]
KING_STEPS: Final = [steps(square, STRAIGHT + DIAGONAL) for square in range(64)]
PAWN_CAPTURES: Final = tuple(
    [steps(square, ((down, -1), (down, 1))) for square in range(64)] for down in (1, -1)
)
STRAIGHT_RAYS: Final = [[ray(square, direction) for direction in STRAIGHT] for square in range(64)]
DIAGONAL_RAYS: Final = [[ray(square, direction) for direction in DIAGONAL] for square in range(64)]
RAYS: Final = {
    "r": STRAIGHT_RAYS,
    "b": DIAGONAL_RAYS,
    "q": [straight + diagonal for straight, diagonal in zip(STRAIGHT_RAYS, DIAGONAL_RAYS, strict=True)],
}


class Castling(NamedTuple):
    """A king's move with a rook: where both go, and which squares must be empty or not attacked."""

    king: tuple[int, int]
    rook: tuple[int, int]
    empty: tuple[int, ...]
    safe: tuple[int, ...]


# By the letter of the right in a FEN.
CASTLINGS: Final = {
    "K": Castling((60, 62), (63, 61), (61, 62), (60, 61, 62)),
    "Q": Castling((60, 58), (56, 59), (57, 58, 59), (60, 59, 58)),
    "k": Castling((4, 6), (7, 5), (5, 6), (4, 5, 6)),
    "q": Castling((4, 2), (0, 3), (1, 2, 3), (4, 3, 2)),
}
ROOK_WAYS: Final = {castling.king: castling.rook for castling in CASTLINGS.values()}
# A move from or to one of these squares ends these rights.
RIGHTS_AT: Final = {60: "KQ", 63: "K", 56: "Q", 4: "kq", 7: "k", 0: "q"}

# A move inside this module: from, to, and the piece that a pawn becomes, as a small letter, or "".
Step = tuple[int, int, str]


class Position(NamedTuple):
    """A position as in FEN. ``passed`` is the square behind a pawn that made a double step, or None."""

    board: str
    white: bool
    rights: str
    passed: int | None
    halfmoves: int
    number: int

    @classmethod
    def read(cls, fen: str) -> "Position":
        rows, side, rights, passed, halfmoves, number = fen.split()
        board = "".join("." * int(char) if char.isdigit() else char for char in rows if char != "/")
        return cls(board, side == "w", rights.strip("-"), NUMBERS.get(passed), int(halfmoves), int(number))

    def fen(self) -> str:
        rows = []
        for start in range(0, 64, 8):
            row = self.board[start : start + 8]
            for length in range(8, 0, -1):
                row = row.replace("." * length, str(length))
            rows.append(row)
        passed = "-" if self.passed is None else NAMES[self.passed]
        side = "w" if self.white else "b"
        return f"{'/'.join(rows)} {side} {self.rights or '-'} {passed} {self.halfmoves} {self.number}"

    def key(self) -> str:
        """Return what makes two positions the same for the rule of repetition."""
        return self.fen().rsplit(" ", 2)[0]

    def in_check(self) -> bool:
        return attacked(self.board, self.board.index(KINGS[self.white]), by_white=not self.white)

    def legal(self) -> list[Step]:
        """Return all legal moves."""
        board, white = self.board, self.white
        king = board.index(KINGS[white])
        checked = attacked(board, king, by_white=not white)
        pinned = shields(board, king, white)
        found = []
        for step in reach(self):
            start, to, _ = step
            if checked or start == king or start in pinned or (to == self.passed and board[start] in "pP"):
                after = moved(board, step)
                if attacked(after, to if start == king else king, by_white=not white):
                    continue
            found.append(step)
        return found if checked else found + self.castlings()

    def settled(self) -> "Position":
        """Return the position without ``passed`` if no pawn may capture there.

        By the rule of repetition it is the same position then.
        """
        if self.passed is None:
            return self
        pawn = PIECES[self.white][0]
        captures = (to == self.passed and self.board[start] == pawn for start, to, _ in self.legal())
        return self if any(captures) else self._replace(passed=None)

    def castlings(self) -> list[Step]:
        return [
            (*castling.king, "")
            for right, castling in CASTLINGS.items()
            if right in self.rights
            and right.isupper() == self.white
            and all(self.board[square] == "." for square in castling.empty)
            and not any(attacked(self.board, square, by_white=not self.white) for square in castling.safe)
        ]

    def after(self, step: Step) -> "Position":
        """Return the position after a legal move."""
        start, to, _ = step
        board, pawn = self.board, self.board[start] in "pP"
        rights = self.rights
        if rights:
            lost = RIGHTS_AT.get(start, "") + RIGHTS_AT.get(to, "")
            rights = "".join(right for right in rights if right not in lost)
        return Position(
            moved(board, step),
            not self.white,
            rights,
            (start + to) // 2 if pawn and abs(start - to) == 16 else None,
            0 if pawn or board[to] != "." else self.halfmoves + 1,
            self.number + (not self.white),
        )


def attacked(board: str, square: int, *, by_white: bool) -> bool:
    """Return whether a player could capture on this square if it were the other's."""
    pawn, knight, bishop, rook, queen, king = PIECES[by_white]
    for near in KNIGHT_STEPS[square]:
        if board[near] == knight:
            return True
    for near in PAWN_CAPTURES[not by_white][square]:
        if board[near] == pawn:
            return True
    for near in KING_STEPS[square]:
        if board[near] == king:
            return True
    for rays, sliders in ((STRAIGHT_RAYS, rook + queen), (DIAGONAL_RAYS, bishop + queen)):
        for squares in rays[square]:
            for near in squares:
                piece = board[near]
                if piece != ".":
                    if piece in sliders:
                        return True
                    break
    return False


def shields(board: str, king: int, white: bool) -> set[int]:
    """Return the squares of the player's pieces that stand between the king and an attacker."""
    own = PIECES[white]
    _, _, bishop, rook, queen, _ = PIECES[not white]
    found = set()
    for rays, sliders in ((STRAIGHT_RAYS, rook + queen), (DIAGONAL_RAYS, bishop + queen)):
        for squares in rays[king]:
            shield = None
            for near in squares:
                piece = board[near]
                if piece == ".":
                    continue
                if shield is None and piece in own:
                    shield = near
                    continue
                if shield is not None and piece in sliders:
                    found.add(shield)
                break
    return found


def reach(position: Position) -> list[Step]:
    """Return the moves by the way the pieces go, except castling; some may leave the king in check."""
    board, white = position.board, position.white
    own, enemy = PIECES[white], PIECES[not white]
    found: list[Step] = []
    for start, piece in enumerate(board):
        if piece == "." or piece not in own:
            continue
        kind = piece.lower()
        if kind == "p":
            found += pawn_moves(position, start)
        elif kind in "nk":
            for to in (KNIGHT_STEPS if kind == "n" else KING_STEPS)[start]:
                if board[to] not in own:
                    found.append((start, to, ""))
        else:
            for squares in RAYS[kind][start]:
                for to in squares:
                    if board[to] == ".":
                        found.append((start, to, ""))
                        continue
                    if board[to] in enemy:
                        found.append((start, to, ""))
                    break
    return found


def pawn_moves(position: Position, start: int) -> list[Step]:
    board, white = position.board, position.white
    ahead = -8 if white else 8
    ends = [
        to for to in PAWN_CAPTURES[white][start] if board[to] in PIECES[not white] or to == position.passed
    ]
    if board[start + ahead] == ".":
        ends.append(start + ahead)
        if start in HOME_ROWS[white] and board[start + 2 * ahead] == ".":
            ends.append(start + 2 * ahead)
    if start + ahead in LAST_ROWS[white]:
        return [(start, to, promotion) for to in ends for promotion in "qrbn"]
    return [(start, to, "") for to in ends]


def moved(board: str, step: Step) -> str:
    """Return the board after a move: with castling, capture in passing and promotion."""
    start, to, promotion = step
    squares = list(board)
    piece = squares[start]
    squares[start] = "."
    if piece in "pP" and (start - to) % 8 and squares[to] == ".":
        squares[start - start % 8 + to % 8] = "."
    squares[to] = (promotion.upper() if piece == "P" else promotion) if promotion else piece
    if piece in "kK" and (start, to) in ROOK_WAYS:
        corner, beside = ROOK_WAYS[start, to]
        squares[beside], squares[corner] = squares[corner], "."
    return "".join(squares)


def captured(position: Position, step: Step) -> str:
    """Return the piece that a move captures, or ""."""
    start, to, _ = step
    piece = position.board[to]
    if piece == "." and position.board[start] in "pP" and to == position.passed:
        return PIECES[not position.white][0]
    return piece.strip(".")


def cannot_mate(board: str) -> bool:
    """Return whether no checkmate is possible: with a lone knight, or bishops on squares of one colour."""
    others = [(piece, square) for square, piece in enumerate(board) if piece not in ".kK"]
    if len(others) <= 1:
        return all(piece in "nNbB" for piece, _ in others)
    colours = {(square // 8 + square) % 2 for _, square in others}
    return len(colours) == 1 and all(piece in "bB" for piece, _ in others)
