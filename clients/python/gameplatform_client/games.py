"""The types of the games: views and movements as dictionaries."""

# Made by manage.py generate_catalogue from the code; changes here are lost.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


# arena: Run, hide and shoot. Who fells most others has won; walls hide you from them, and them from you.


class ArenaSteer(TypedDict):
    """Where a fighter runs and aims from now on, and whether it shoots."""

    dx: int
    dy: int
    aim: int
    fire: NotRequired[bool]


class ArenaView(TypedDict):
    """The part of the arena that a seat sees. Fighters and frags are by seat, pickups as on the map."""

    map: str
    ticks_left: int
    fighters: dict[str, ArenaFighter]
    pickups: list[bool]
    shots: list[ArenaShot]
    frags: dict[str, int]
    falls: list[ArenaFall]
    turn: int | None
    you: ArenaYou | None


class ArenaFighter(TypedDict):
    """A fighter in sight: its centre, the direction of its aim, and what health is left."""

    x: float
    y: float
    aim: int
    health: int
    safe: bool
    power: bool


class ArenaShot(TypedDict):
    """A shot of this tick, from ``x``, ``y`` to where it ended, and the seat of who was hit."""

    seat: int
    x: float
    y: float
    to_x: float
    to_y: float
    hit: int | None


class ArenaFall(TypedDict):
    """A fighter who was felled; ``number`` counts the falls of the match."""

    number: int
    by: int
    seat: int


class ArenaYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# battleship: Fleets are placed in secret, then players fire in turn.


class BattleshipPlace(TypedDict):
    """Place, of battleship."""

    ships: list[BattleshipShip]


class BattleshipShip(TypedDict):
    """A ship, given by its upper left cell; it extends down if vertical, otherwise to the right."""

    name: Literal["battleship", "carrier", "cruiser", "destroyer", "submarine"]
    row: int
    col: int
    vertical: bool


class BattleshipFire(TypedDict):
    """Fire, of battleship."""

    row: int
    col: int


class BattleshipView(TypedDict):
    """The own water (``board``), the known part of the enemy's (``target``), and which ships are afloat."""

    phase: Literal["firing", "over", "placing"]
    placed: list[bool]
    board: list[list[Literal["hit", "miss", "ship", "sunk"] | None]]
    target: list[list[Literal["hit", "miss", "ship", "sunk"] | None]]
    fleet: dict[str, bool]
    enemy: dict[str, bool]
    last_shot: BattleshipLastShot | None
    turn: int | None
    you: BattleshipYou | None


class BattleshipLastShot(TypedDict):
    """The last shot: whose it was, where it fell, and what became of it."""

    side: str
    row: int
    col: int
    result: Literal["hit", "miss", "ship", "sunk"] | None


class BattleshipYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# chess: Checkmate the king.


class ChessGo(TypedDict):
    """Go, of chess."""

    uci: str


class ChessView(TypedDict):
    """The board from White's side, the moves in PGN's notation, and the pieces that each seat has lost."""

    board: list[list[Literal["B", "K", "N", "P", "Q", "R", "b", "k", "n", "p", "q", "r"] | None]]
    fen: str
    moves: list[str]
    last: str | None
    taken: list[str]
    check: bool
    ending: Literal["checkmate", "fifty_moves", "insufficient_material", "repetition", "stalemate"] | None
    turn: int | None
    you: ChessYou | None


class ChessYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# connect_four: The state stores the last disc: only that one can complete a line.


class ConnectFourDrop(TypedDict):
    """Drop, of connect_four."""

    column: int


class ConnectFourView(TypedDict):
    """The rows from the top, and the cell of the last disc, counted along the rows."""

    board: list[list[Literal["R", "Y"] | None]]
    last: int | None
    turn: int | None
    you: ConnectFourYou | None


class ConnectFourYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# draughts: Capture all enemy pieces, or leave them no move.


class DraughtsGo(TypedDict):
    """Go, of draughts."""

    start: int
    to: int


class DraughtsView(TypedDict):
    """The board, the squares that the last piece visited, and the pieces lost by each seat."""

    board: list[list[Literal["B", "W", "b", "w"] | None]]
    last: list[int]
    taken: list[int]
    turn: int | None
    you: DraughtsYou | None


class DraughtsYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# hearts: Take no points; the fewest win.


class HeartsGive(TypedDict):
    """Give, of hearts."""

    cards: list[Literal["2C", "2D", "2H", "2S", "3C", "3D", "3H", "3S", "4C", "4D", "4H", "4S", "5C", "5D", "5H", "5S", "6C", "6D", "6H", "6S", "7C", "7D", "7H", "7S", "8C", "8D", "8H", "8S", "9C", "9D", "9H", "9S", "AC", "AD", "AH", "AS", "JC", "JD", "JH", "JS", "KC", "KD", "KH", "KS", "QC", "QD", "QH", "QS", "TC", "TD", "TH", "TS"]]


class HeartsPlay(TypedDict):
    """Play, of hearts."""

    card: Literal["2C", "2D", "2H", "2S", "3C", "3D", "3H", "3S", "4C", "4D", "4H", "4S", "5C", "5D", "5H", "5S", "6C", "6D", "6H", "6S", "7C", "7D", "7H", "7S", "8C", "8D", "8H", "8S", "9C", "9D", "9H", "9S", "AC", "AD", "AH", "AS", "JC", "JD", "JH", "JS", "KC", "KD", "KH", "KS", "QC", "QD", "QH", "QS", "TC", "TD", "TH", "TS"]


class HeartsView(TypedDict):
    """The table, and a player's own hand; lists by seat, but for the cards. ``given`` and ``received`` are
    the cards that the player passed on and was passed, ``laid`` those of the round so far, and ``voids``
    the suits that each player is known not to have.
    """

    phase: Literal["over", "passing", "playing"]
    round: int
    direction: Literal["across", "hold", "left", "right"]
    hand: list[str]
    given: list[str] | None
    received: list[str]
    passed: list[bool]
    cards: list[int]
    playable: list[str]
    trick: list[list[int | str]]
    leader: int | None
    last_trick: HeartsTrick | None
    broken: bool
    points: list[int]
    laid: list[str]
    tricks: list[int]
    voids: list[list[str]]
    scores: dict[str, int]
    target: int
    turn: int | None
    you: HeartsYou | None


class HeartsTrick(TypedDict):
    """A trick that was taken: the cards in order, each with the seat that laid it, and who won it."""

    cards: list[list[int | str]]
    winner: int


class HeartsYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# pong: Positions are the centres of paddles and ball; x grows to the right, y downwards.


class PongSteer(TypedDict):
    """The direction of a paddle from now on: up, none or down."""

    direction: Literal[-1, 0, 1]


class PongView(TypedDict):
    """All that is to be seen: the whole game."""

    ball: PongBall
    paddles: PongPaddles
    scores: PongScores
    target: int
    width: NotRequired[int]
    height: NotRequired[int]
    paddle_width: NotRequired[int]
    paddle_height: NotRequired[int]
    ball_radius: NotRequired[int]
    turn: int | None
    you: PongYou | None


class PongBall(TypedDict):
    """The ball's middle, and its speed."""

    x: float
    y: float
    vx: float
    vy: float


class PongPaddles(TypedDict):
    """The heights of the paddles' middles."""

    left: float
    right: float


class PongScores(TypedDict):
    """The points of each side."""

    left: int
    right: int


class PongYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str


# tictactoe: Tic-tac-toe


class TicTacToePlace(TypedDict):
    """Place, of tictactoe."""

    cell: int


class TicTacToeView(TypedDict):
    """View, of tictactoe."""

    board: list[list[Literal["O", "X"] | None]]
    turn: int | None
    you: TicTacToeYou | None


class TicTacToeYou(TypedDict):
    """The viewer's own seat."""

    user_id: int
    side: str
