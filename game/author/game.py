"""The base class of all games: its attributes and methods, with their defaults."""

import inspect
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any, ClassVar, Final, Literal

import msgspec

from game.author.grid import Grid
from game.author.interest import Interest, Sees
from game.author.leaving import BOT, END, PLAY_ON, Leaving, Why
from game.author.marks import OUR_ACTIONS, Action
from game.author.movements import Move, Movements, Record, struct_of, types_of
from game.author.past import MAX_REWIND_S, Past
from game.author.refusals import GameDefinitionError, IllegalMove
from game.author.results import Score, Seat, Verdict
from game.author.source import digest
from game.author.sync import Fields, codec_of
from game.author.timing import ALL, LOSE, MS, NOTHING_DUE, Agenda, Clock, Days, Overtime, Phase, Turns, ticks

State = dict[str, Any]
"""The complete state of a game: dicts with string keys, lists, strings, numbers, booleans and None."""

BOT_LEVELS: Final = (1, 2, 3)
"""The levels of computer players; 1 plays at random unless the game has a ``bot``."""

RESERVED: Final = frozenset(
    (
        "actions",
        "after",
        "agenda",
        "alternating",
        "chosen",
        "correspondence",
        "empty",
        "go_to",
        "interest",
        "lists_inputs",
        "lists_legal",
        "max_players",
        "min_players",
        "movements",
        "moves",
        "options",
        "past",
        "phase",
        "random",
        "real_time",
        "rate_of_time",
        "require",
        "rewind",
        "seats",
        "simultaneous",
        "source_digest",
        "timed",
        "timers",
        "view_codec",
        "view_is_shared",
        "view_type",
    )
)
"""Names that the platform gives a game, so that no method or attribute of an author may have them."""

MODE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class NoOptions(Record):
    """The options of a game without options."""


class Game:
    """Base class of all games: subclass it and write the rules; the platform does everything else.

    Rules must be deterministic: they may depend only on the state, the movement and ``self.random``. An
    instance belongs to one running game but has no attributes of its own: store everything in ``state``.

    A turn-based game defines ``@move`` methods. A real-time game defines ``tick`` instead, which is called
    ``rate`` times per second of play, with or without input.
    """

    # Attributes that an author may set.
    name: ClassVar[str]
    """The name used by clients and in URLs; by default the class name in snake_case."""
    title: ClassVar[str]
    """The name shown to people; by default the words of the class name."""
    players: ClassVar[int | tuple[int, int] | range] = 2
    """The number of players: an integer, a ``range``, or a tuple ``(min, max)``."""
    sides: ClassVar[Sequence[str]] = ()
    """The name of each seat; ``left`` and ``right`` by default for two players."""
    grid: ClassVar[Grid | None] = None
    """The board, if the game has one; ``setup`` and ``view`` then have defaults."""
    clock: ClassVar[Clock | Turns | Days | None] = Clock(seconds=120, increment=5)
    """The thinking time in a turn-based game, for all moves or for each; None for no limit."""
    phases: ClassVar[Sequence[Phase]] = ()
    """The phases of the game, which begins with the first: the moves of each, who makes them, its time."""
    undo: ClassVar[bool | Literal["rated"]] = False
    """Whether a player may ask the others to take the own last move back; "rated": also in rated games."""
    open: ClassVar[bool] = False
    """Whether seats may be taken, and left, while the game runs. It begins with the fewest ``players``, and
    does not wait for anybody who is away."""
    grace: ClassVar[float] = 30
    """The seconds for which a player may be away."""
    start_within: ClassVar[float] = 60
    """The seconds in which all players must have come and be ready, once all seats are taken."""
    fill_within: ClassVar[float] = 600
    """The seconds for which a game waits for its seats to be taken; then those who are there play."""
    fill_with: ClassVar[BOT | None] = None
    """The bot that plays each seat that nobody has taken when the game begins without waiting any longer."""
    modes: ClassVar[Sequence[str]] = ()
    """Additional modes such as ``("blitz",)``; each has a matchmaking queue of its own."""
    spectators: ClassVar[bool] = True
    """Whether others may watch; spectators get ``view(state, None)``."""
    hidden: ClassVar[bool]
    """Whether seats see different things; by default True if the class defines ``view``. If False, everybody
    gets the view of seat None, computed once; with ``sees`` the entities of it that they see."""
    sees: ClassVar[Sees | None] = None
    """The entities in the maps of the view that a seat gets: a ``Radius``, several, or a method
    ``sees(self, state, seat)`` that returns their ids. By default all."""
    spectator_delay: ClassVar[float] = 0
    """The seconds by which spectators see everything later."""
    spectators_follow: ClassVar[bool] = False
    """Whether a spectator may see what a player sees."""
    View: ClassVar[type[Record] | None] = None
    """The type of the views of a game that does not define ``view``; by default that of its ``grid``, unless
    ``setup`` is its own."""
    secret_moves: ClassVar[Sequence[str]] = ()
    """Moves whose arguments only the mover may see; others learn only that the move was made."""
    tells_legal: ClassVar[bool] = False
    """Whether the player to move is sent the list of legal movements with each state and move."""
    rate: ClassVar[int] = 60
    """Real-time games: ticks per second."""
    frame_rate: ClassVar[int] = 30
    """Real-time games: views sent per second. ``rate`` must be a multiple of it."""
    metadata: ClassVar[Mapping[str, str | int | bool]] = {}
    """Plain values that lists of open rooms tell beside a room's options: clients filter by them."""
    tells_inputs: ClassVar[bool] = False
    """Real-time games: whether inputs are sent to everybody."""
    idle: ClassVar[Literal["repeat", "zero"] | None] = None
    """Real-time games: the input of a seat that has sent none since the last tick. By default it is not in
    ``inputs``; ``"repeat"`` gives its last one again, ``"zero"`` one of the type's defaults."""
    lag_compensation: ClassVar[float] = 0
    """Real-time games: the seconds, at most 0.25, by which ``rewind`` may go back."""
    Options: ClassVar[type[msgspec.Struct]] = NoOptions
    """Options for creating a game: a Record with a default for each field; read them as ``self.options``."""

    # Derived by the platform when the class is created.
    min_players: ClassVar[int]
    max_players: ClassVar[int]
    real_time: ClassVar[bool] = False
    alternating: ClassVar[bool]
    correspondence: ClassVar[bool]
    simultaneous: ClassVar[bool]
    timed: ClassVar[bool]
    actions: ClassVar[dict[str, Action]]
    timers: ClassVar[dict[str, Callable[..., None]]]
    movements: ClassVar[Movements]
    moves: ClassVar[dict[type[msgspec.Struct], Move]]
    lists_legal: ClassVar[bool]
    lists_inputs: ClassVar[bool] = False
    view_type: ClassVar[type[Record] | None]
    view_is_shared: ClassVar[bool]
    interest: ClassVar[Interest | None]
    source_digest: ClassVar[str]
    view_codec: ClassVar[Fields | None]
    tick: ClassVar[Move]

    __slots__ = ("agenda", "empty", "options", "past", "random", "seats")
    agenda: Agenda
    options: Any
    past: Past | None
    random: Random
    seats: range
    empty: frozenset[Seat]

    def __init__(self, seats: range, random: Random, options: msgspec.Struct) -> None:
        empty = frozenset(seats) if self.open else frozenset()
        most = int(self.lag_compensation * self.rate)
        past = Past(len(seats), most, every=self.rate // self.frame_rate) if most else None
        attributes = {
            "seats": seats,
            "random": random,
            "options": options,
            "empty": empty,
            "past": past,
            "agenda": NOTHING_DUE,
        }
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"a game has no attributes outside its state: use state[{name!r}] instead of self.{name}"
        )

    def __init_subclass__(cls, abstract: bool = False) -> None:
        super().__init_subclass__()
        if not abstract:
            _prepare(cls)

    # Hooks: the rules, written by the author.

    def setup(self, random: Random) -> State:
        """Return the initial state.

        ``random`` is the game's seeded generator, the same as ``self.random``.
        """
        if self.grid is None:
            raise NotImplementedError
        return {"board": self.grid.empty()}

    def turn(self, state: State) -> Seat | Iterable[Seat]:
        """Return the seat to move, or all seats that may move now. By default the seats take turns."""
        raise NotImplementedError

    def result(self, state: State) -> Verdict:
        """Return None while the game goes on, then the winner, all winners (none: all lost), or DRAW.

        A ``Ranking`` tells all places. An ``open`` game need not have an end.
        """
        return None

    def scores(self, state: State) -> Sequence[Score] | None:
        """Return the current score of each seat. By default winners end with 1 and the others with 0."""
        return None

    def teams(self) -> Iterable[Iterable[Seat]] | None:
        """Return the teams, each a list of seats, which share their places.

        By default everybody plays alone.
        """
        return None

    def left(self, state: State, seat: Seat, why: Why) -> Leaving:
        """Return what becomes of the seat of a player who leaves: END, PLAY_ON, SUBSTITUTE or BOT(level).

        By default the game ends; an ``open`` game goes on. Unless the game ends, ``state`` may be changed.
        """
        return PLAY_ON if self.open else END

    def joined(self, state: State, seat: Seat) -> None:
        """Change the state for a player who takes an empty seat, in an ``open`` game also at its start."""

    def on_timeout(self, state: State, seat: Seat) -> dict[str, Any] | Overtime:
        """Return what becomes of a turn whose time is up: a movement made for the seat, SKIP or LOSE.

        By default what the ``clock`` says. With SKIP, ``state`` may be changed. It is not asked when a
        ``Clock`` runs out: the player loses.
        """
        clock = self.time_control()
        return clock.on_timeout if isinstance(clock, Turns | Days) else LOSE

    def time_control(self) -> Clock | Turns | Days | None:
        """Return the thinking time of this game, where it depends on ``self.options``.

        By default the ``clock``. A game is by ``Days`` only if its ``clock`` is.
        """
        return self.clock

    def phase_ended(self, state: State) -> None:
        """Change the state at the end of ``self.phase``: all have chosen, or its time is up.

        Unless this calls ``self.go_to``, the phase that follows is entered.
        """

    def view(self, state: State, seat: Seat | None) -> "dict[str, Any] | Record":
        """Return what the player at ``seat`` may see; ``seat`` is None for spectators.

        By default the whole state. A method whose return annotation is a ``Record`` returns one: its schema
        then stands in the catalogue and in the clients' types.

        The platform adds the keys ``turn`` and ``you``.
        """
        if self.grid is None:
            return dict(state)
        return {**state, "board": self.grid.shown(state["board"])}

    def legal(self, state: State, seat: Seat) -> Iterable[dict[str, Any]] | None:
        """Return the movements that ``seat`` may make.

        By default all movements that the types allow are tried.
        """
        return None

    def value(self, state: State, seat: Seat) -> float:
        """Return how good a state is for a seat while the game goes on, from 0 (lost) to 1 (won).

        With it, bots look a few moves ahead; without it, they try whole games at random. In a game with
        ``deal``, they try games until it is rolled or dealt again, and take the value then.
        """
        raise NotImplementedError

    def deal(self, view: dict[str, Any], seat: Seat, random: Random) -> State:
        """Return a state that a player who sees this view must hold possible, drawn at random.

        With it, bots think ahead in a game that hides something: what they do not see is dealt anew for each
        game that they try. Its view for ``seat`` must be the given one.
        """
        raise NotImplementedError

    def bot(self, view: dict[str, Any], seat: Seat, random: Random, level: int) -> dict[str, Any] | None:
        """Return a computer player's movement, given the same view as a player's; ``level`` is 1 to 3.

        Return None to use the platform's general bot or, in a real-time game, to send no input now.
        """
        return None

    def pgn(self, state: State) -> str | None:
        """Return the moves so far as the movetext of a PGN file, without a result.

        By default None: the game has no such notation. The first seat plays White.
        """
        return None

    # Helpers for rules.

    def rewind(self, seat: Seat) -> State:
        """Return the state as the player in this seat saw it when making the last input: a copy.

        That is at most ``lag_compensation`` seconds ago. A client that does not tell what it ``saw`` is taken
        to have seen the present.
        """
        if self.past is None:
            raise ValueError("rewind() is for real-time games with `lag_compensation`")
        return self.past.seen_by(seat)

    @staticmethod
    def require(condition: object, code: str, sentence: str = "") -> None:
        """Refuse the move unless ``condition`` is true; ``code`` is for clients, ``sentence`` for people."""
        if not condition:
            raise IllegalMove(code, sentence)

    @property
    def phase(self) -> str:
        """The name of the present phase."""
        return self.agenda.phase

    @property
    def chosen(self) -> Mapping[Seat, dict[str, Any] | None]:
        """The movements chosen so far in a phase for ALL, by seat; None for a seat that was skipped."""
        return self.agenda.chosen

    def go_to(self, phase: str) -> None:
        """Enter a phase; its time begins anew."""
        found = next((one for one in self.phases if one.name == phase), None)
        if found is None:
            raise ValueError(f"there is no phase {phase!r} in `phases`")
        now = self.agenda.now
        due = None if found.seconds is None else now + ticks(found.seconds, self.rate_of_time())
        entered = self.agenda.entered + 1
        agenda = msgspec.structs.replace(self.agenda, phase=phase, phase_due=due, entered=entered, chosen={})
        object.__setattr__(self, "agenda", agenda)

    def after(self, seconds: float, name: str) -> None:
        """Call the ``@timer`` of this name after so many seconds, in place of a call still to come."""
        if name not in self.timers:
            raise ValueError(f"there is no `@timer` called {name!r}")
        due = self.agenda.now + ticks(seconds, self.rate_of_time())
        object.__setattr__(self, "agenda", self.agenda.with_timer(due, name))

    @classmethod
    def rate_of_time(cls) -> int:
        """Return the ticks of a second of play."""
        return cls.rate if cls.real_time else MS


def side_of(game: type[Game], seat: Seat) -> str:
    """Return the name of the seat's side, or ``seat_<n>`` for a seat that the game no longer has."""
    return game.sides[seat] if seat < len(game.sides) else f"seat_{seat + 1}"


def _prepare(cls: type[Game]) -> None:
    """Validate a game class and set its derived attributes."""
    given = vars(cls)
    for name in sorted(RESERVED & _own_names(cls)):
        _check(False, cls, f"the platform uses the name `{name}`: give yours another one")
    _prepare_names(cls)
    _prepare_seats(cls)
    _check_settings(cls)
    moves, actions = _prepare_marked(cls)
    cls.alternating = not _overrides(cls, "turn")
    cls.lists_legal = _overrides(cls, "legal")
    if "hidden" not in given:
        cls.hidden = _overrides(cls, "view")
    _prepare_view(cls)
    tick = getattr(cls, "tick", None)
    cls.real_time = tick is not None
    if tick is not None:
        _check(not moves, cls, "a game has either `tick`, or moves and turns")
        _prepare_real_time(cls, tick)
    else:
        _check(moves, cls, "it has no `@move` method (or, for real time, no `tick`)")
        cls.movements = Movements({name: struct_of(name, method) for name, method in moves.items()})
        cls.moves = {struct: moves[name] for name, struct in cls.movements.structs.items()}
    _check((moves | actions).keys() >= set(cls.secret_moves), cls, "`secret_moves` must name moves")
    _check_phases(cls, moves)
    cls.simultaneous = any(phase.who == ALL for phase in cls.phases)
    cls.correspondence = isinstance(cls.clock, Days) and not cls.real_time
    cls.timed = bool(cls.phases or cls.timers or cls.correspondence)
    cls.source_digest = digest(cls)
    _check_options(cls)


def _prepare_names(cls: type[Game]) -> None:
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+|[a-z]+", cls.__name__)
    cls.name = vars(cls).get("name", "_".join(words).lower())
    cls.title = vars(cls).get("title", " ".join(words))
    _check(
        re.fullmatch(r"[a-z][a-z0-9_]{0,39}", cls.name), cls, f"the name {cls.name!r} is not in snake_case"
    )


def _prepare_seats(cls: type[Game]) -> None:
    players = (cls.players,) if isinstance(cls.players, int) else tuple(cls.players)
    is_valid = bool(players) and all(type(end) is int for end in players) and 1 <= players[0] <= players[-1]
    is_valid = is_valid and len(players) in (2, players[-1] - players[0] + 1)
    _check(is_valid, cls, "`players` must be a number, a range or (fewest, most)")
    cls.min_players, cls.max_players = players[0], players[-1]
    if not cls.sides:
        cls.sides = (
            ("left", "right") if cls.max_players == 2 else [f"seat_{n + 1}" for n in range(cls.max_players)]
        )
    _check(len(cls.sides) >= cls.max_players, cls, "`sides` must name a side for each player")


def _check_settings(cls: type[Game]) -> None:
    is_valid = not isinstance(cls.modes, str) and all(MODE.fullmatch(mode) for mode in cls.modes)
    _check(
        is_valid, cls, "`modes` must be names of lower-case letters, digits, - and _, beginning with a letter"
    )
    _check(
        not cls.grid or len(cls.grid.marks) >= cls.max_players,
        cls,
        "`grid.marks` must hold a mark for each player",
    )
    is_valid = cls.clock is None or isinstance(cls.clock, Clock | Turns | Days)
    _check(is_valid, cls, "`clock` must be a Clock, Turns or Days, or None")
    _check(cls.grid or _overrides(cls, "setup"), cls, "it needs `setup(self, random)` (or a `grid`)")
    _check(
        cls.open or _overrides(cls, "result"), cls, "it needs `result(self, state)`: None while it goes on"
    )
    for name in ("grace", "start_within", "fill_within", "spectator_delay", "lag_compensation"):
        seconds = getattr(cls, name)
        _check(type(seconds) in (int, float) and 0 <= seconds < 1e7, cls, f"`{name}` must be in seconds")
    _check(cls.lag_compensation <= MAX_REWIND_S, cls, f"`lag_compensation` is at most {MAX_REWIND_S} seconds")
    _check(is_filler(cls.fill_with), cls, "`fill_with` must be BOT(1), BOT(2) or BOT(3), or None")


def _prepare_marked(cls: type[Game]) -> tuple[dict[str, Move], dict[str, Move]]:
    """Return the class's moves and actions by name."""
    moves, actions = _marked(cls, "is_move"), _marked(cls, "is_action")
    cls.timers = _marked(cls, "is_timer")
    for name in sorted((moves | actions | cls.timers).keys() & vars(Game).keys()):
        _check(False, cls, f"`{name}` has a meaning of its own: give your move, action or timer another name")
    cls.actions = {
        name: Action(method, Movements({name: struct_of(name, method)})) for name, method in actions.items()
    }
    for name in sorted(OUR_ACTIONS & actions.keys()):
        _check(False, cls, f"every game has an action `{name}`: give yours another name")
    return moves, actions


def _prepare_view(cls: type[Game]) -> None:
    shown = types_of(cls.view).get("return") if _overrides(cls, "view") else cls.View or _view_of_board(cls)
    cls.view_type = shown if isinstance(shown, type) and issubclass(shown, Record) else None
    cls.view_is_shared = not cls.hidden
    try:
        cls.interest = None if cls.sees is None else Interest(cls.sees, cls.view_type)
    except GameDefinitionError as error:
        raise GameDefinitionError(f"{cls.__name__}: {error}.") from None
    cls.hidden = cls.hidden or cls.interest is not None
    cls.view_codec = None if cls.view_type is None else codec_of(cls.view_type)
    taken = {"turn", "you"}.intersection(cls.view_type.__struct_encode_fields__ if cls.view_type else ())
    _check(not taken, cls, "the platform adds `turn` and `you` to each view: give your fields other names")


def _prepare_real_time(cls: type[Game], tick: Move) -> None:
    _check(cls.alternating, cls, "a game has either `tick`, or moves and turns")
    _check(not cls.tells_legal, cls, "`tells_legal` is for games with moves")
    _check(not cls.undo, cls, "`undo` is for games with moves")
    rates = (cls.rate, cls.frame_rate)
    is_valid = all(type(rate) is int and rate >= 1 for rate in rates) and cls.rate % cls.frame_rate == 0
    advice = f"`rate` ({rates[0]}) must be a whole number, and a multiple of `frame_rate` ({rates[1]})"
    _check(is_valid, cls, advice)
    input_type, cls.lists_inputs = _input_type(cls, tick)
    cls.movements = Movements({"input": input_type}, are_inputs=True)
    _check(cls.idle in (None, "repeat", "zero"), cls, '`idle` must be "repeat", "zero" or None')
    has_zero = not any(field.required for field in msgspec.structs.fields(input_type))
    _check(cls.idle != "zero" or has_zero, cls, '`idle = "zero"` needs defaults for all fields of an input')


def _check_options(cls: type[Game]) -> None:
    is_record = isinstance(cls.Options, type) and issubclass(cls.Options, msgspec.Struct)
    _check(is_record, cls, "`Options` must be a Record")
    is_plain = all(type(one) in (str, int, bool) for one in cls.metadata.values())
    _check(is_plain, cls, "`metadata` must have text, whole numbers or booleans as values")
    named = sorted(cls.metadata.keys() & set(cls.Options.__struct_fields__))
    _check(not named, cls, f"`metadata` must not have the name of an option: {', '.join(named)}")
    try:
        cls.Options()
    except TypeError as error:
        raise GameDefinitionError(f"{cls.__name__}: every field of `Options` needs a default.") from error


def is_filler(bot: object) -> bool:
    """Return whether this is a bot of a known level, or None."""
    return bot is None or (isinstance(bot, BOT) and bot.level in BOT_LEVELS)


def _own_names(cls: type[Game]) -> set[str]:
    """Return the names that authors define: in the class, and in bases that are no complete games."""
    written = [base for base in cls.__mro__ if base not in Game.__mro__ and "source_digest" not in vars(base)]
    return {name for base in written for name in vars(base)}


def _marked(cls: type[Game], mark: str) -> dict[str, Move]:
    """Return the methods with this mark by name, in the order of their definition."""
    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    return {name: getattr(cls, name) for name in names if getattr(getattr(cls, name, None), mark, False)}


def _check_phases(cls: type[Game], moves: Mapping[str, Move]) -> None:
    names = [phase.name for phase in cls.phases]
    _check(len(set(names)) == len(names), cls, "each of `phases` needs a name of its own")
    for phase in cls.phases:
        _check(moves.keys() >= set(phase.moves), cls, f"the phase {phase.name!r} must name moves")
        _check(phase.then is None or phase.then in names, cls, f"no phase is called {phase.then!r}")
        _check(phase.who != ALL or phase.moves, cls, f"the phase {phase.name!r} for ALL needs `moves`")


def _input_type(cls: type[Game], tick: Move) -> tuple[type[msgspec.Struct], bool]:
    """Return X of ``tick(self, state, inputs: dict[Seat, X], dt)``, and whether it is in a list there."""
    kind: tuple[Any, ...] = typing.get_args(types_of(tick).get("inputs"))
    advice = "`tick` must read (self, state, inputs: dict[Seat, Input], dt) with a Record as Input"
    _check(list(inspect.signature(tick).parameters)[1:] == ["state", "inputs", "dt"], cls, advice)
    _check(len(kind) == 2, cls, advice)
    is_listed = typing.get_origin(kind[1]) is list
    struct = typing.get_args(kind[1])[0] if is_listed else kind[1]
    _check(isinstance(struct, type) and issubclass(struct, msgspec.Struct), cls, advice)
    stamps = {"n", "saw"}.intersection(struct.__struct_encode_fields__)
    _check(not stamps, cls, "the platform adds `n` and `saw` to inputs: give your fields other names")
    return struct, is_listed


def _view_of_board(cls: type[Game]) -> type[Record] | None:
    """Return the type of the views of a game whose state is only a board."""
    return None if cls.grid is None or _overrides(cls, "setup") else cls.grid.View


def _overrides(cls: type[Game], hook: str) -> bool:
    return getattr(cls, hook) is not getattr(Game, hook)


def _check(condition: object, cls: type[Game], message: str) -> None:
    if not condition:
        raise GameDefinitionError(f"{cls.__name__}: {message}.")
