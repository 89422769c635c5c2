"""Queues: the base class that authors declare them with, and all queues that this server offers."""

import importlib
import importlib.util
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar, Final, NamedTuple

import msgspec

from core.ids import UserId
from game.author import catalogue
from game.author.game import MODE, Game, is_filler
from game.author.leaving import BOT
from game.author.match import teams_of
from game.author.movements import Record, schema_of
from game.author.refusals import GameDefinitionError

INCLUDED: Final = "game"
"""The app with the included games."""

WINDOW: Final = 100.0
"""Maximum difference of ratings within a match, in points, before any waiting."""
WINDOW_GROWTH: Final = 25.0
"""Points by which the window widens per second waited."""
ANYBODY_AFTER_S: Final = 30.0
"""After this time a ticket is matched with any opponent."""
SETTLED_UNCERTAINTY: Final = 70
"""The uncertainty of a rating after some two hundred games."""
WINDOW_PER_UNCERTAINTY: Final = 20.0
"""Points by which the newcomers' window is wider per point of uncertainty. An uncertain rating moves fast: of
two who only play each other, one may have won any number of games in a row."""


class NoQuestions(Record):
    """The answers on a ticket of a queue that asks nothing."""


class Waiting(NamedTuple):
    """A ticket as the matcher sees it: of a player, or of a party, whose ratings are averaged.

    ``uncertainty`` is the standard deviation of the rating, in points, ``waited`` is in seconds, and ``asks``
    has the values of the queue's ``asks``. Among equals, lower ids came first.
    """

    id: int
    rating: int
    waited: float
    user_ids: tuple[UserId, ...]
    uncertainty: int = 0
    asks: Any = None


class Queue:
    """Base class of declared queues: subclass it in an app's ``queues.py``, and set what differs.

    A game with a declared queue has only its declared ones. Any other has one queue, and one for each of its
    ``modes``, with the defaults below.
    """

    # Attributes that an author may set.
    game: ClassVar[type[Game]]
    """The game that is played."""
    mode: ClassVar[str] = ""
    """The name of the queue among those of its game, such as ``"ranked"``; by default none."""
    title: ClassVar[str]
    """The name shown to people; by default the game's title, with the mode."""
    rated: ClassVar[bool] = True
    """Whether matches count for the ratings."""
    options: ClassVar[Mapping[str, Any]] = {}
    """The options of its matches, such as their thinking time; those left out have their defaults."""
    asks: ClassVar[type[msgspec.Struct]] = NoQuestions
    """A Record of the further fields that a player may send when joining."""
    party_sizes: ClassVar[Collection[int]]
    """The sizes of parties that may join; by default up to a whole match, or a whole team."""
    teams: ClassVar[Sequence[Sequence[int]]] = ()
    """The seats of each team, such as ``[[0, 2], [1, 3]]``; by default those of a game for a fixed number
    of players. A party plays in one team, and the teams are as equal in rating as possible. All seats are
    then taken."""
    fewer_after: ClassVar[float | None] = 10.0
    """The seconds after which a match starts with fewer than the most players; None for never."""
    fill_with: ClassVar[BOT | None] = None
    """The bot that plays each seat of a match for which too few have come; such a match is not rated."""
    fill_after: ClassVar[float] = 20.0
    """The seconds after which a match starts with bots."""
    accept_within: ClassVar[int | None] = None
    """The seconds in which all players must accept a match before it is made; None for no such check."""

    # Derived by the platform when the class is created.
    asks_schema: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _prepare(cls)

    def window(self, waited_s: float, ticket: Waiting) -> float:
        """Return the maximum difference of ratings in a match of this ticket after this time.

        The widest window among the tickets of a match counts.
        """
        return math.inf if waited_s >= ANYBODY_AFTER_S else WINDOW + WINDOW_GROWTH * waited_s

    def newcomer_window(self, ticket: Waiting) -> float:
        """Return the maximum difference of ratings in a match in which all ratings are uncertain.

        The narrowest window among the tickets counts, so that nobody with a settled rating is drawn in.
        """
        return WINDOW_PER_UNCERTAINTY * max(0, ticket.uncertainty - SETTLED_UNCERTAINTY)

    def fits(self, one: Waiting, other: Waiting) -> bool:
        """Return whether these two tickets may be in one match; by default all may.

        Tickets with equal ``asks`` are tried with each other first.
        """
        return True

    # Derived from the attributes, and from the game as it is now.

    @property
    def most(self) -> int:
        """The number of players in a full match."""
        return sum(map(len, self.teams)) or self.game.max_players

    @property
    def fewest(self) -> int:
        """The smallest number of players in a match."""
        # Players who queue want an opponent, even in a game that can be played alone.
        return self.most if self.teams else max(self.game.min_players, min(2, self.game.max_players))

    def bots_beside(self, players: int) -> int:
        """Return the number of bots in a match of so many players."""
        return self.most - players if players < self.fewest else 0

    @property
    def accepted_sizes(self) -> Sequence[int]:
        """The sizes of parties that may join, in ascending order."""
        largest = max(map(len, self.teams), default=self.most)
        return sorted(getattr(self, "party_sizes", range(1, largest + 1)))

    @property
    def full_options(self) -> dict[str, Any]:
        """The options of its matches, with the defaults of those left out."""
        full: dict[str, Any] = msgspec.to_builtins(msgspec.convert(dict(self.options), self.game.Options))
        return full

    @property
    def has_fits(self) -> bool:
        """Whether the queue has a rule of its own about which tickets fit."""
        return type(self).fits is not Queue.fits


def _prepare(cls: type[Queue]) -> None:
    """Validate a queue class and set its derived attributes."""
    is_game = isinstance(getattr(cls, "game", None), type) and issubclass(cls.game, Game)
    _check(is_game, cls, "`game` must be the class of a game")
    _check(
        cls.mode == "" or MODE.fullmatch(cls.mode),
        cls,
        "`mode` must be of lower-case letters, digits, - and _, beginning with a letter",
    )
    if "title" not in vars(cls):
        cls.title = f"{cls.game.title}: {cls.mode}" if cls.mode else cls.game.title
    is_record = isinstance(cls.asks, type) and issubclass(cls.asks, msgspec.Struct)
    _check(is_record, cls, "`asks` must be a Record")
    try:
        msgspec.convert(dict(cls.options), cls.game.Options)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise GameDefinitionError(f"{cls.__name__}: `options` do not fit the game: {error}.") from error
    taken = {"game", "mode", "party_id"} & set(cls.asks.__struct_fields__)
    _check(not taken, cls, f"`asks` must not have a field called {', '.join(sorted(taken))}")
    try:
        cls.asks_schema = schema_of(cls.asks)
    except TypeError as error:
        raise GameDefinitionError(f"{cls.__name__}: `asks` has a type that JSON lacks: {error}") from error
    if "teams" not in vars(cls) and cls.game.min_players == cls.game.max_players:
        cls.teams = teams_of(cls.game, cls.game.max_players)
    seats = sorted(seat for team in cls.teams for seat in team)
    is_valid = not seats or (len(cls.teams) > 1 and all(cls.teams) and seats == list(range(len(seats))))
    is_valid = is_valid and (not seats or cls.game.min_players <= len(seats) <= cls.game.max_players)
    _check(is_valid, cls, "`teams` must list each seat of the game once")
    largest = max(map(len, cls.teams), default=cls.game.max_players)
    sizes = getattr(cls, "party_sizes", (1,))
    is_valid = bool(sizes) and all(type(size) is int and 1 <= size <= largest for size in sizes)
    _check(is_valid, cls, f"`party_sizes` must be numbers from 1 to {largest}")
    _check(cls.fewer_after is None or cls.fewer_after >= 0, cls, "`fewer_after` must be seconds or None")
    _check(is_filler(cls.fill_with), cls, "`fill_with` must be BOT(1), BOT(2) or BOT(3), or None")
    _check(not (cls.fill_with and cls.teams), cls, "`fill_with` is for queues without `teams`")
    is_valid = type(cls.fill_after) in (int, float) and cls.fill_after >= 0
    _check(is_valid, cls, "`fill_after` must be in seconds")
    is_valid = cls.accept_within is None or (type(cls.accept_within) is int and cls.accept_within >= 1)
    _check(is_valid, cls, "`accept_within` must be a whole number of seconds, or None")


def _check(condition: object, cls: type[Queue], message: str) -> None:
    if not condition:
        raise GameDefinitionError(f"{cls.__name__}: {message}.")


_declared: dict[tuple[str, str], Queue] = {}


def register(queue: type[Queue]) -> None:
    """Declare a queue. Raises GameDefinitionError if its game has another one with this mode."""
    other = _declared.setdefault((queue.game.name, queue.mode), queue())
    if type(other) is not queue:
        raise GameDefinitionError(
            f"{queue.__qualname__} and {type(other).__qualname__} have the same game and mode."
        )


def collect(module: ModuleType, *, leave_out: Collection[str] = ()) -> None:
    """Declare every queue that the module defines or imports, in order, but those of these games."""
    for value in vars(module).values():
        is_queue = isinstance(value, type) and issubclass(value, Queue) and value is not Queue
        if is_queue and value.game.name not in leave_out:
            register(value)


def discover(app_names: Iterable[str]) -> None:
    """Declare the queues of each app that has a ``queues.py``.

    Those that come with an included game are left out if another app declares queues for it.
    """
    for app_name in sorted(app_names, key=INCLUDED.__eq__):
        if importlib.util.find_spec(f"{app_name}.queues"):
            known = {game for game, _ in _declared} if app_name == INCLUDED else ()
            collect(importlib.import_module(f"{app_name}.queues"), leave_out=known)


def find(game: str, mode: str) -> Queue | None:
    """Return the queue of this game and mode, if it is offered here."""
    if not catalogue.offers(game):
        return None
    if any(name == game for name, _ in _declared):
        return _declared.get((game, mode))
    kind = catalogue.get(game)
    return _default(kind, mode) if not mode or mode in kind.modes else None


def modes_of(game: type[Game]) -> list[str]:
    """Return the modes of the game's queues; that of a queue without a mode is empty."""
    return [mode for name, mode in _declared if name == game.name] or ["", *game.modes]


def offered() -> list[Queue]:
    """Return all queues that are offered here, in the order of the games."""
    found = (find(game.name, mode) for game in catalogue.all() for mode in modes_of(game))
    return [queue for queue in found if queue is not None]


_defaults: dict[tuple[type[Game], str], Queue] = {}


def _default(game: type[Game], mode: str) -> Queue:
    if (game, mode) not in _defaults:
        made: type[Queue] = type(f"{game.__name__}Queue", (Queue,), {"game": game, "mode": mode})
        _defaults[game, mode] = made()
    return _defaults[game, mode]
