"""The names of moves: UCI's on the wire, PGN's for people."""

from game.games.chess.position import NAMES, NUMBERS, ROOK_WAYS, Position, Step, captured


def uci_of(step: Step) -> str:
    start, to, promotion = step
    return NAMES[start] + NAMES[to] + promotion


def step_of(uci: str) -> Step:
    return NUMBERS[uci[:2]], NUMBERS[uci[2:4]], uci[4:]


def san(before: Position, step: Step, legal: list[str], after: Position, *, has_answer: bool) -> str:
    """Return the name of a move in PGN: Nbd7, exd6, e8=Q+, O-O, Qxf7#.

    ``legal`` has the moves that were possible before it; with ``has_answer`` there are some after it.
    """
    start, to, promotion = step
    piece = before.board[start].upper()
    mark = ("+" if has_answer else "#") if after.in_check() else ""
    if piece == "K" and (start, to) in ROOK_WAYS:
        return ("O-O" if to > start else "O-O-O") + mark
    name, end = NAMES[start], "x" * bool(captured(before, step)) + NAMES[to]
    if piece == "P":
        return (name[0] if "x" in end else "") + end + (f"={promotion.upper()}" if promotion else "") + mark
    rivals = [
        uci[:2]
        for uci in legal
        if uci[2:] == NAMES[to] and uci[:2] != name and before.board[NUMBERS[uci[:2]]] == before.board[start]
    ]
    if not rivals:
        which = ""
    elif all(rival[0] != name[0] for rival in rivals):
        which = name[0]
    elif all(rival[1] != name[1] for rival in rivals):
        which = name[1]
    else:
        which = name
    return piece + which + end + mark
