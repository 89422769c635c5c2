"""All that can be read of a running game: turn, result, legal movements, and views as JSON."""

import marshal
from itertools import islice
from math import isfinite
from typing import Any

import msgspec

from core.refusals import Refusal
from game.author.game import Game, State, side_of
from game.author.generator import Generator
from game.author.interest import Sight
from game.author.movements import MAX_CHOICES, Record
from game.author.refusals import RulesError
from game.author.results import Outcome, Places, Score, Seat, read_verdict
from game.author.timing import ALL, Agenda, Clock, Days, Phase, Turns

Movement = bytes | msgspec.Raw | dict[str, Any]

NOBODY: frozenset[Seat] = frozenset()

_encode = msgspec.json.encode
_decode = msgspec.json.decode
_arguments = msgspec.structs.astuple
_NUMBERS = frozenset((int, float, bool))


class ReadOnlyMatch:
    """A running game, without the methods that change it: those are in ``Match``.

    ``turn`` is the set of seats that may move now (empty in real time and at the end), ``turn_user`` the user
    to move (None if nobody or several may), ``result`` the Outcome at the end, and ``problem`` the error that
    made the match stop, if any. ``moves`` counts the moves so far, ``tick`` the steps in real time, and the
    milliseconds of play in another game with phases or timers. ``changes`` counts all changes by moves or
    otherwise; it never falls.
    ``teams`` are the seats by team, if there are any, and ``clock`` is the thinking time. ``acks`` are the
    numbers of the last inputs applied, by seat.

    A viewer is a number: the seats in order, then all spectators, then those who see what a seat sees.
    """

    __slots__ = (
        "_frame_ends",
        "_generator",
        "_saved_state",
        "_shared_view",
        "_sight",
        "_turns",
        "_view_ends",
        "_viewers",
        "acks",
        "changes",
        "clock",
        "game",
        "moves",
        "options",
        "problem",
        "result",
        "seed",
        "state",
        "teams",
        "tick",
        "turn",
        "turn_user",
        "users",
    )

    def __init__(self, game: type[Game], users: tuple[int, ...], options: msgspec.Struct, seed: int) -> None:
        self.users = users
        self._generator = Generator(seed)
        # Attributes used by every frame and every move are adjacent in memory, as in a room.
        self.game = game(range(len(users)), self._generator, options)
        self.state: State = {}
        self.result: Outcome | None = None
        self.moves = self.tick = self.changes = 0
        self.turn = NOBODY
        self.turn_user: int | None = None
        self._shared_view: bytes | None = None
        self._sight: Sight | None = None
        """Of the present state, if it is the same for all viewers."""
        seats = self.game.seats
        self._viewers = (*seats, None, *seats) if game.spectators_follow else (*seats, None)
        self._view_ends: list[bytes] = []
        self._frame_ends: list[bytes] = []
        self._turns = [frozenset((seat,)) for seat in self.game.seats]
        self._saved_state = b""
        self.options = options
        self.seed = seed
        self.problem: Exception | None = None
        self.teams: Places = ()
        self.clock: Clock | Turns | Days | None = game.clock
        self.acks = [0] * len(users)
        self._show_users()

    # Time.

    @property
    def is_choosing(self) -> bool:
        """Whether somebody still chooses in a phase for ALL."""
        return bool(self.turn and self.game.phases) and self._phase.who == ALL

    @property
    def due(self) -> int | None:
        """The tick at which the rules are called next without a movement, or None."""
        agenda = self.game.agenda
        first = agenda.timers[0].due if agenda.timers else None
        if agenda.phase_due is None or self.is_choosing:
            return first
        return agenda.phase_due if first is None else min(first, agenda.phase_due)

    @property
    def choice_due(self) -> int | None:
        """The tick from which ``time_out`` is for those who still choose in a phase for ALL, or None."""
        return self.game.agenda.phase_due if self.is_choosing else None

    # Movements.

    def candidates(self, seat: Seat) -> list[dict[str, Any]]:
        """Return the movements that ``seat`` may try: the author's ``legal``, or all that the types allow.

        The list must not be changed.
        """
        listed = self._listed(seat)
        return self._choices() if listed is None else listed

    def legal(self, seat: Seat) -> list[dict[str, Any]]:
        """Return the movements that the rules would accept from ``seat`` now, as far as they can be listed.

        This is the author's ``legal``; without one, each movement that the types allow is tried on a copy of
        the state. Raises RulesError.
        """
        if self.game.real_time and self.result is None:
            return self.candidates(seat)
        if seat not in self.turn:
            return []
        listed = self._listed(seat)
        if listed is not None:
            return listed
        return [movement for movement in self._choices() if self._accepts(seat, movement)]

    def told_legal(self, seat: Seat | None) -> list[dict[str, Any]] | None:
        """Return the legal movements as ``seat`` is told them: None in games that do not tell, or off turn.

        Raises RulesError.
        """
        if not self.game.tells_legal or seat is None or seat not in self.turn:
            return None
        return self.legal(seat)

    def is_secret(self, movement: Movement) -> bool:
        """Return whether only the player who made this movement may see it."""
        secret = self.game.secret_moves
        return bool(secret) and type(self.game.movements.read(movement)).__name__ in secret

    @property
    def rolls(self) -> int:
        """The number of random numbers that the game has taken."""
        return self._generator.position

    # Views.

    @property
    def scores(self) -> tuple[Score, ...]:
        """The current score of each seat. Raises RulesError."""
        if self.result is not None:
            return self.result.scores
        try:
            return self._scores(())
        except Exception as error:
            if self.problem is not None:
                return (0,) * len(self.users)
            raise RulesError(f"{self.game.name}: scores failed: {error!r}") from error

    def view(self, seat: Seat | None) -> dict[str, Any]:
        """Return what the player at ``seat`` (None: a spectator) may see, as new plain JSON types.

        Adds ``turn``, the id of the only user to move or None, and ``you``, ``{"user_id", "side"}`` or None
        for a spectator. Raises RulesError.
        """
        view: dict[str, Any] = _decode(self.view_json(seat))
        return view

    def view_json(self, seat: Seat | None) -> bytes:
        """Return ``view`` as JSON; a view shared by all seats is encoded once per move."""
        return self.viewer_json(len(self.users) if seat is None else seat)

    def viewer_json(self, viewer: int) -> bytes:
        """Return ``view_json`` of a viewer."""
        if self.game.hidden:
            shared = self._view_head(self._viewers[viewer])
        else:
            shared = self._shared_view = self._shared_view or self._view_head(None)
        return shared + self._view_ends[viewer]

    @property
    def viewers(self) -> int:
        """The number of viewers."""
        return len(self._viewers)

    def seat_of(self, viewer: int) -> Seat | None:
        """Return the seat whose view a viewer gets, None for that of spectators."""
        seat: Seat | None = self._viewers[viewer]
        return seat

    def seen_by(self, viewer: int) -> "dict[str, Any] | Record":
        """Return the view of a viewer, with what it sees. Raises whatever the rules raise."""
        return self._seen_by(self._viewers[viewer])

    def shared_sight(self) -> Sight | None:
        """Return the sight of the present state if viewers differ only by the entities that they see.

        Raises whatever the rules raise.
        """
        game = self.game
        if game.interest is None or not game.view_is_shared:
            return None
        if self._sight is None:
            self._sight = game.interest.sight(game, self.state, game.view(self.state, None))
        return self._sight

    def with_acks(self, ends: list[bytes]) -> list[bytes]:
        """Return the ends of frames with the numbers of the inputs that were applied, each in its seat's."""
        acks = self.acks
        return [
            b'%b,"ack":%d}' % (end[:-1], acks[viewer]) if viewer < len(acks) and acks[viewer] else end
            for viewer, end in enumerate(ends)
        ]

    def frames(self, head: bytes) -> tuple[bytes, list[bytes]]:
        """Append ``view_json`` to ``head``, an open JSON object, for each seat and for spectators.

        Whoever is to move gets ``legal`` too, in games that tell it. Returns the part that all these frames
        have in common, and the ends of the frames, one per viewer in order.
        """
        ends = self._ends_with_legal() if self.game.tells_legal else self._frame_ends
        if not self.game.hidden:
            return head + (self._shared_view or self._view_head(None)), ends
        views = {seat: self._view_head(seat) for seat in self._viewers}
        return head, [views[seat] + end for seat, end in zip(self._viewers, ends, strict=True)]

    # Internals.

    @property
    def _phase(self) -> Phase:
        name = self.game.agenda.phase
        return next(phase for phase in self.game.phases if phase.name == name)

    def _choices(self) -> list[dict[str, Any]]:
        """Return all movements that the types, and the phase, allow."""
        movements = self.game.movements
        if not self.game.phases:
            return movements.choices
        return [movement for name in self._phase.moves for movement in movements.by_move[name]]

    def _listed(self, seat: Seat) -> list[dict[str, Any]] | None:
        """Return the author's ``legal`` as a list, or None without one."""
        try:
            given = self.game.legal(self.state, seat)
            if given is None:
                return None
            listed = list(islice(given, MAX_CHOICES + 1))
            if len(listed) > MAX_CHOICES:
                raise ValueError(f"it returned more than {MAX_CHOICES:,} movements")
            return listed
        except Exception as error:
            raise RulesError(f"{self.game.name}: legal failed for seat {seat}: {error!r}") from error

    def _accepts(self, seat: Seat, movement: dict[str, Any]) -> bool:
        taken = self.game.movements.read(movement)
        try:
            self._try(seat, taken)
        except Refusal:
            return False
        except Exception as error:
            raise RulesError(f"{self.game.name}: {taken!r} by seat {seat} failed: {error!r}") from error
        return True

    def _try(self, seat: Seat, taken: msgspec.Struct) -> None:
        """Make a move on a copy of the state."""
        game, position, agenda = self.game, self._generator.position, self.game.agenda
        try:
            game.moves[type(taken)](game, marshal.loads(self._saved_state), seat, *_arguments(taken))
        finally:
            self._generator.position = position
            self._set_agenda(agenda)

    def _set_agenda(self, agenda: Agenda) -> None:
        object.__setattr__(self.game, "agenda", agenda)

    def _only(self, turn: frozenset[Seat]) -> int | None:
        return self.users[next(iter(turn))] if len(turn) == 1 else None

    def _asked_turn(self) -> frozenset[Seat]:
        seats = self.game.turn(self.state)
        turn = frozenset((seats,) if isinstance(seats, int) else seats)
        if not (turn or self.game.agenda.timers) or not turn.issubset(self.game.seats):
            raise ValueError(f"turn() returned {seats!r} although the game is not over")
        return turn

    def _turn_in_phase(self) -> frozenset[Seat]:
        """Return the turn in a phase for ALL, or in one in which nobody moves."""
        agenda = self.game.agenda
        if self._phase.moves:
            return frozenset(self.game.seats) - self.game.empty - frozenset(agenda.chosen)
        if agenda.phase_due is None and not agenda.timers:
            raise ValueError(f"nobody moves in the phase {agenda.phase!r}, and nothing ends it")
        return NOBODY

    def _turn_among_others(self, first: Seat) -> tuple[Seat, frozenset[Seat]]:
        """Return ``first`` and the turn in a match with empty seats, whose turn never comes."""
        game, number = self.game, len(self._turns)
        played = [seat for seat in (*range(first, number), *range(first)) if seat not in game.empty]
        if not played:
            return first, NOBODY
        if game.alternating:
            return played[0], self._turns[played[0]]
        turn = self._asked_turn() - game.empty
        if not turn and not game.agenda.timers:
            raise ValueError("turn() returned only seats that nobody plays: see self.empty")
        return first, turn

    def _asked_teams(self) -> Places:
        return teams(self.game)

    def _outcome(self, verdict: Any) -> Outcome:
        winners, draw, places = read_verdict(verdict, self.game.seats, self.teams)
        return Outcome(winners=winners, draw=draw, scores=self._scores(winners), places=places)

    def _scores(self, winners: tuple[Seat, ...]) -> tuple[Score, ...]:
        scores = self.game.scores(self.state)
        if scores is None:
            return tuple(int(seat in winners) for seat in self.game.seats)
        is_valid = len(scores) == len(self.users) and not isinstance(scores, dict)
        kinds = set(map(type, scores))
        is_valid = is_valid and _NUMBERS.issuperset(kinds)
        if not is_valid or (float in kinds and not all(map(isfinite, scores))):
            raise ValueError(f"scores() returned {scores!r}: not a list of {len(self.users)} numbers")
        if bool in kinds:
            # Clients get numbers even if the rules return booleans.
            return tuple(int(score) if type(score) is bool else score for score in scores)
        return tuple(scores)

    def _view_head(self, seat: Seat | None) -> bytes:
        """Return the view of a seat as JSON, up to the place where ``you`` is appended."""
        try:
            view = self._seen_by(seat)
            if isinstance(view, dict):
                return _encode({**view, "turn": self.turn_user})[:-1]
            turn = b'"turn":null' if self.turn_user is None else b'"turn":%d' % self.turn_user
            fields = _encode(view)[:-1]
            return fields + turn if fields == b"{" else b"%b,%b" % (fields, turn)
        except Exception as error:
            if self.problem is not None:
                return b'{"turn":null'
            raise RulesError(f"{self.game.name}: the view of seat {seat} failed: {error!r}") from error

    def _seen_by(self, seat: Seat | None) -> dict[str, Any] | Record:
        """Return the view of a seat, with the entities that it sees. Raises whatever the rules raise."""
        game, state = self.game, self.state
        if game.interest is None:
            return game.view(state, seat)
        sight = self.shared_sight()
        if sight is None:
            sight = game.interest.sight(game, state, game.view(state, seat))
        return sight.picked(seat)

    def _ends_with_legal(self) -> list[bytes]:
        ends = self._frame_ends.copy()
        for seat in self.turn:
            ends[seat] = b'%b,"legal":%b}' % (self._view_ends[seat], _encode(self.told_legal(seat)))
        return ends

    def _show_users(self) -> None:
        players = [*self.game.seats, *[None] * (len(self._viewers) - len(self.users))]
        self._view_ends = [b',"you":%b}' % _encode(self._you(seat)) for seat in players]
        self._frame_ends = [end + b"}" for end in self._view_ends]
        self._shared_view = None

    def _you(self, seat: Seat | None) -> dict[str, Any] | None:
        return None if seat is None else {"user_id": self.users[seat], "side": side_of(type(self.game), seat)}


def teams(game: Game) -> Places:
    teams = tuple(tuple(team) for team in game.teams() or ())
    if teams and sorted(seat for team in teams for seat in team) != list(game.seats):
        raise ValueError(f"teams() returned {teams!r}, which does not name each seat once")
    return teams
