"""The base class of every game: what an author writes, and what holds when it is left out."""

import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, ClassVar, Final, Literal, TypeVar

import msgspec

from game.author.movements import Move, Movements, Record, struct_of, types_of
from game.author.refusals import GameDefinitionError, IllegalMove

Seat = int
"""A player's place at the table, from 0. Who sits there is not the rules' business."""

State = dict[str, Any]
"""All there is to know of a running game: dicts with text keys, lists, text, numbers, booleans and None."""

Score = int | float
"""What a seat has so far. Compiled code makes a float of what is called just that: 1 would be told as 1.0."""

DRAW: Final = "draw"
"""What ``result`` says when nobody won because all did equally well."""

Verdict = Seat | Iterable[Seat] | Literal["draw"] | None

MODE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")

F = TypeVar("F", bound=Move)


def move(method: F) -> F:
    """Mark a method as a move: ``method(self, state, seat, argument: type, ...)`` changes ``state`` in place.

    The arguments' types are checked before it is called. It refuses with ``self.require`` and returns
    nothing.
    """
    method.is_move = True  # type: ignore[attr-defined]
    return method


class Clock(msgspec.Struct, frozen=True):
    """Thinking time of a seat in seconds, and what it gets back after each of its moves."""

    seconds: float
    increment: float = 0.0


class Grid(msgspec.Struct, frozen=True, dict=True):
    """A board of ``rows`` by ``columns`` cells, seat n leaving ``marks[n]`` on it.

    In the state ``board`` is one flat list, row by row from the top, of seats and None. In views it becomes a
    list of rows with marks. A game with a grid starts with an empty board unless it has a ``setup``.
    """

    rows: int
    columns: int
    marks: Sequence[str]

    def empty(self) -> list[Seat | None]:
        return [None] * (self.rows * self.columns)

    def shown(self, board: Sequence[Seat | None]) -> list[list[str | None]]:
        cells = list(map(self._mark_of, board))
        return list(map(cells.__getitem__, self._rows))

    @functools.cached_property
    def _mark_of(self) -> Callable[[Seat | None], str | None]:
        known: dict[Seat | None, str] = dict(enumerate(self.marks))
        return known.get

    @functools.cached_property
    def _rows(self) -> list[slice]:
        return [slice(row * self.columns, (row + 1) * self.columns) for row in range(self.rows)]


class NoOptions(Record):
    """The options of a game that has none."""


class Game:
    """A game is rules, nothing else; everything around them is done for it.

    Rules are deterministic: what happens depends on the state, the movement and ``self.random`` only. An
    instance is one running game, but keeps nothing: whatever must be remembered stands in ``state``.

    Turn-based games have ``@move`` methods. Real-time games have ``tick`` in their place, called ``rate``
    times for each second of play whether or not somebody did something.
    """

    # What an author may say.
    name: ClassVar[str]
    """Its name on the wire; the class name in snake_case unless given."""
    title: ClassVar[str]
    """Its name for people; the words of the class name unless given."""
    players: ClassVar[int | tuple[int, int] | range] = 2
    """How many play: a number, a ``range``, or ``(fewest, most)``."""
    sides: ClassVar[Sequence[str]] = ()
    """The name of each seat's side; left and right for two unless given."""
    grid: ClassVar[Grid | None] = None
    """The board, if it has one; its ``setup`` and ``view`` then come by themselves."""
    clock: ClassVar[Clock | None] = Clock(seconds=120, increment=5)
    """Thinking time in a turn-based game; None for no limit."""
    modes: ClassVar[Sequence[str]] = ()
    """Ways to be queued for it beside the ordinary one, such as ``("blitz",)``: each has a queue."""
    spectators: ClassVar[bool] = True
    """Whether others may watch; they get ``view(state, None)``."""
    hidden: ClassVar[bool]
    """Whether seats see different things; True if there is a ``view``, unless given. If False, all get the
    view of seat None, made once."""
    secret_moves: ClassVar[Sequence[str]] = ()
    """Moves whose arguments only the mover may know: others are told that it was made, not what it was."""
    rate: ClassVar[int] = 60
    """Real time: ticks a second."""
    frame_rate: ClassVar[int] = 30
    """Real time: views sent a second."""
    Options: ClassVar[type[msgspec.Struct]] = NoOptions
    """What may be chosen when a game is created, with defaults for all; read it as ``self.options``."""

    # What the platform works out of it, when the class is made.
    min_players: ClassVar[int]
    max_players: ClassVar[int]
    real_time: ClassVar[bool] = False
    alternating: ClassVar[bool]
    movements: ClassVar[Movements]
    moves: ClassVar[dict[type[msgspec.Struct], Move]]
    tick: ClassVar[Move]

    __slots__ = ("options", "random", "seats")
    options: Any
    random: Random
    seats: range

    def __init__(self, seats: range, random: Random, options: msgspec.Struct) -> None:
        for name, value in (("seats", seats), ("random", random), ("options", options)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a game keeps nothing outside its state: not self.{name}, but state[{name!r}]")

    def __init_subclass__(cls, abstract: bool = False) -> None:
        super().__init_subclass__()
        if not abstract:
            _prepare(cls)

    # The rules: what an author writes.

    def setup(self, random: Random) -> State:
        """The state in which the game begins; ``random`` is ``self.random``, the game's seeded generator."""
        if self.grid is None:
            raise NotImplementedError
        return {"board": self.grid.empty()}

    def turn(self, state: State) -> Seat | Iterable[Seat]:
        """The seat to move, or all that may move now; without it the seats move one after the other."""
        raise NotImplementedError

    def result(self, state: State) -> Verdict:
        """None while it goes on; at the end the winner, all winners (none if everybody lost), or DRAW."""
        raise NotImplementedError

    def scores(self, state: State) -> Sequence[Score] | None:
        """The score of each seat so far; without it the winners end with 1 and the others with 0."""
        return None

    def view(self, state: State, seat: Seat | None) -> dict[str, Any]:
        """What the player at ``seat`` may see, or for None a spectator; without it, the whole state.

        The platform adds ``turn`` and ``you``.
        """
        if self.grid is None:
            return dict(state)
        return {**state, "board": self.grid.shown(state["board"])}

    def legal(self, state: State, seat: Seat) -> Iterable[dict[str, Any]] | None:
        """The movements that ``seat`` may make; without it, every movement that the types allow is tried."""
        return None

    def bot(self, view: dict[str, Any], seat: Seat, random: Random, level: int) -> dict[str, Any] | None:
        """A movement for a computer player who sees what a player sees; ``level`` is 1 to 3.

        None leaves it to the general players, or in a real-time game does nothing for now.
        """
        return None

    # What rules use.

    @staticmethod
    def require(condition: object, code: str, sentence: str = "") -> None:
        """Refuse the move unless ``condition`` holds: ``code`` is for clients, ``sentence`` for people."""
        if not condition:
            raise IllegalMove(code, sentence)


def side_of(game: type[Game], seat: Seat) -> str:
    """The name of the seat's side; of a seat that the game has had once, its number."""
    return game.sides[seat] if seat < len(game.sides) else f"seat_{seat + 1}"


def _prepare(cls: type[Game]) -> None:
    """Check a game class and fill in what follows from it."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+|[a-z]+", cls.__name__)
    given = vars(cls)
    cls.name = given.get("name", "_".join(words).lower())
    cls.title = given.get("title", " ".join(words))
    _check(
        re.fullmatch(r"[a-z][a-z0-9_]{0,39}", cls.name), cls, f"the name {cls.name!r} is not in snake_case"
    )

    players = (cls.players,) if isinstance(cls.players, int) else tuple(cls.players)
    is_well = bool(players) and all(type(end) is int for end in players) and 1 <= players[0] <= players[-1]
    is_well = is_well and len(players) in (2, players[-1] - players[0] + 1)
    _check(is_well, cls, "`players` must be a number, a range or (fewest, most)")
    cls.min_players, cls.max_players = players[0], players[-1]
    if not cls.sides:
        cls.sides = (
            ("left", "right") if cls.max_players == 2 else [f"seat_{n + 1}" for n in range(cls.max_players)]
        )
    _check(len(cls.sides) >= cls.max_players, cls, "`sides` must name a side for each player")
    is_well = not isinstance(cls.modes, str) and all(MODE.fullmatch(mode) for mode in cls.modes)
    _check(is_well, cls, "`modes` must be names of small letters, digits, - and _, a letter first")
    _check(
        not cls.grid or len(cls.grid.marks) >= cls.max_players,
        cls,
        "`grid.marks` must hold a mark for each player",
    )
    _check(
        cls.clock is None or isinstance(cls.clock, Clock), cls, "`clock` must be a Clock(seconds=...) or None"
    )
    _check(cls.grid or _overrides(cls, "setup"), cls, "it needs `setup(self, random)` (or a `grid`)")
    _check(_overrides(cls, "result"), cls, "it needs `result(self, state)`: None while it goes on")

    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    moves = {
        name: getattr(cls, name) for name in names if getattr(getattr(cls, name, None), "is_move", False)
    }
    tick = getattr(cls, "tick", None)
    cls.real_time = tick is not None
    cls.alternating = not _overrides(cls, "turn")
    if "hidden" not in given:
        cls.hidden = _overrides(cls, "view")
    if tick is not None:
        _check(not moves and cls.alternating, cls, "a game has either `tick`, or moves and turns")
        rates = (cls.rate, cls.frame_rate)
        is_well = all(type(rate) is int and rate >= 1 for rate in rates) and cls.rate % cls.frame_rate == 0
        advice = f"`rate` ({rates[0]}) must be a whole number, and a multiple of `frame_rate` ({rates[1]})"
        _check(is_well, cls, advice)
        cls.movements = Movements({"input": _input_type(cls, tick)})
    else:
        _check(moves, cls, "it has no `@move` method (or, for real time, no `tick`)")
        cls.movements = Movements({name: struct_of(name, method) for name, method in moves.items()})
        cls.moves = {struct: moves[name] for name, struct in cls.movements.structs.items()}
    _check(moves.keys() >= set(cls.secret_moves), cls, "`secret_moves` must name moves")
    is_record = isinstance(cls.Options, type) and issubclass(cls.Options, msgspec.Struct)
    _check(is_record, cls, "`Options` must be a Record")
    try:
        cls.Options()
    except TypeError as error:
        raise GameDefinitionError(f"{cls.__name__}: every field of `Options` needs a default.") from error


def _input_type(cls: type[Game], tick: Move) -> type[msgspec.Struct]:
    """The X of ``tick(self, state, inputs: dict[Seat, X], dt)``."""
    kind = typing.get_args(types_of(tick).get("inputs"))
    advice = "`tick` must read (self, state, inputs: dict[Seat, Input], dt) with a Record as Input"
    _check(list(inspect.signature(tick).parameters)[1:] == ["state", "inputs", "dt"], cls, advice)
    _check(len(kind) == 2 and isinstance(kind[1], type) and issubclass(kind[1], msgspec.Struct), cls, advice)
    return kind[1]


def _overrides(cls: type[Game], hook: str) -> bool:
    return getattr(cls, hook) is not getattr(Game, hook)


def _check(condition: object, cls: type[Game], message: str) -> None:
    if not condition:
        raise GameDefinitionError(f"{cls.__name__}: {message}.")
