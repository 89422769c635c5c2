"""One running game without I/O: the same seed and movements give the same state, result and views."""

import marshal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from math import isfinite
from random import Random
from typing import Any

import msgspec

from core.refusals import Refusal
from game.author.game import Game, State, side_of
from game.author.generator import Generator
from game.author.interest import Sight
from game.author.leaving import BOT, END, PLAY_ON, SUBSTITUTE, Leaving, Why
from game.author.movements import MAX_CHOICES, Record
from game.author.refusals import GameIsOver, InvalidOptions, NotNow, NotYourTurn, RulesError
from game.author.results import Outcome, Places, Score, Seat, read_verdict
from game.author.timing import ALL, LOSE, MS, SKIP, Agenda, Overtime, Phase

Movement = bytes | msgspec.Raw | dict[str, Any]

_encode = msgspec.json.encode
_decode = msgspec.json.decode
_arguments = msgspec.structs.astuple
_NOBODY: frozenset[Seat] = frozenset()
_NUMBERS = frozenset((int, float, bool))


UNDO_MOST = 20
"""So many moves can be taken back."""


class _Before(msgspec.Struct, frozen=True):
    """A match before a move of ``seat``; ``saved`` is its state."""

    seat: Seat
    saved: bytes
    position: int
    agenda: Agenda
    first: Seat

    def dump(self) -> dict[str, Any]:
        facts = {"seat": self.seat, "random": self.position, "first": self.first}
        return {**facts, "state": marshal.loads(self.saved), "agenda": self.agenda.dump()}

    @classmethod
    def load(cls, dump: Mapping[str, Any]) -> "_Before":
        saved, agenda = marshal.dumps(dump["state"]), Agenda.load(dump["agenda"])
        return cls(dump["seat"], saved, dump["random"], agenda, dump["first"])


class Match:
    """A running game, created by ``new`` or ``load``. Not thread-safe; methods neither block nor do I/O.

    ``turn`` is the set of seats that may move now (empty in real time and at the end), ``turn_user`` the user
    to move (None if nobody or several may), ``result`` the Outcome at the end, and ``problem`` the error that
    made the match stop, if any. ``moves`` counts the moves so far, ``tick`` the steps in real time, and the
    milliseconds of play in another game with phases or timers. ``changes`` counts all changes by moves or
    otherwise; it never falls.
    ``teams`` are the seats by team, if there are any. A movement is JSON bytes or a decoded dict. ``acks``
    are the numbers of the last inputs applied, by seat, ``inputs_taken`` counts all that were.

    A viewer is a number: the seats in order, then all spectators, then those who see what a seat sees.
    """

    __slots__ = (
        "_first",
        "_frame_ends",
        "_generator",
        "_history",
        "_last_inputs",
        "_saved_state",
        "_shared_view",
        "_sight",
        "_turns",
        "_view_ends",
        "_viewers",
        "acks",
        "changes",
        "game",
        "inputs_taken",
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
        self.turn = _NOBODY
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
        self._history: list[_Before] = []
        """Of a game with ``undo``, what was before each of its last moves."""
        self._first = 0
        """Of the seats that move one after the other, the one whose turn it is unless nobody plays it."""
        self.acks = [0] * len(users)
        self.inputs_taken = 0
        self._last_inputs: dict[Seat, msgspec.Struct] = {}
        """In real time, what seats did last, where it is repeated."""
        self._show_users()

    @classmethod
    def new(
        cls,
        game: type[Game],
        *,
        seats: int,
        seed: int,
        options: Mapping[str, Any] | None = None,
        users: Sequence[int] | None = None,
    ) -> "Match":
        """Start a game. ``users`` are the user ids shown in views, one per seat (default: the seat numbers).

        Raises InvalidOptions for wrong options or a wrong number of seats, and RulesError if the rules fail.
        """
        match = cls(game, _users(users, seats), _options(game, seats, options or {}), seed)
        try:
            if game.phases:
                match.game.go_to(game.phases[0].name)
            match.state = match.game.setup(match._generator)
            _plain(match.state)
            if match.game.past is not None:
                match.game.past.keep(0, match.state)
            match.teams = match._asked_teams()
            match._update_result(moves=0, tick=0, first=0)
        except Exception as error:
            raise RulesError(f"{game.name}: setup failed: {error!r}") from error
        _ = match.scores  # read first by every room: fail now if the rules fail
        return match

    @classmethod
    def broken(cls, game: type[Game], problem: Exception, *, seed: int, users: Sequence[int]) -> "Match":
        """Return a placeholder for a game whose rules fail at the start; it accepts no moves."""
        # Do not even run the constructor of these rules.
        bare = type(game.__name__, (game,), {"__init__": Game.__init__}, abstract=True)
        match = cls(bare, tuple(users), game.Options(), seed)
        match.give_up(problem)
        return match

    # Playing.

    def play(self, seat: Seat, movement: Movement) -> bytes:
        """Make a move in a turn-based game and return the movement as canonical JSON.

        After any exception the match is unchanged. Raises NotYourTurn, GameIsOver, InvalidMove and
        IllegalMove (with the author's code) as refusals, and RulesError if the rules themselves fail.
        """
        if seat not in self.turn:
            raise NotYourTurn if self.result is None else GameIsOver
        game = self.game
        taken = game.movements.read(movement)
        position, agenda, saved, first = self._generator.position, game.agenda, self._saved_state, self._first
        next_first = (seat + 1) % len(self._turns)
        try:
            if game.phases and self._chooses(taken):
                self._choose(seat, taken)
                next_first = first
            elif game.moves[type(taken)](game, self.state, seat, *_arguments(taken)) is not None:
                raise ValueError("a move changes the state in place and returns nothing")
            self._update_result(moves=self.moves + 1, tick=self.tick, first=next_first)
        except Exception as error:
            self._restore(position, agenda, saved)
            if isinstance(error, Refusal):
                raise
            raise RulesError(f"{game.name}: {taken!r} by seat {seat} failed: {error!r}") from error
        if game.undo:
            self._history = [*self._history[1 - UNDO_MOST :], _Before(seat, saved, position, agenda, first)]
        return _encode(taken)

    def sit(self, seat: Seat, user: int) -> None:
        """Show this user in the seat from now on."""
        self.users = (*self.users[:seat], user, *self.users[seat + 1 :])
        self._show_users()
        self.turn_user = self._only(self.turn)

    def join(self, seat: Seat) -> None:
        """Let the player in this seat, which was empty, play. Raises RulesError."""
        self._history = []
        self._forget_inputs(seat)
        try:
            self.game.joined(self.state, seat)
            self._set_empty(self.game.empty - {seat})
        except Exception as error:
            raise RulesError(f"{self.game.name}: joined failed for seat {seat}: {error!r}") from error

    def leave(self, seat: Seat, why: Why) -> Leaving:
        """Return what the rules make of a seat whose player leaves. If the game ends, the match is unchanged.

        Raises RulesError.
        """
        game = self.game
        saved, position, agenda = marshal.dumps(self.state), self._generator.position, game.agenda
        try:
            then = game.left(self.state, seat, why)
            if then != END:
                self._history = []
            if then == END:
                self._restore(position, agenda, saved)
            elif isinstance(then, BOT) and then.level in (1, 2, 3):
                self._set_empty(game.empty)
            elif then in (PLAY_ON, SUBSTITUTE):
                self._set_empty(game.empty | {seat})
                self._last_inputs.pop(seat, None)
            else:
                raise ValueError(f"it returned {then!r}, not END, PLAY_ON, SUBSTITUTE or BOT(level)")
        except Exception as error:
            raise RulesError(f"{game.name}: left failed for seat {seat}: {error!r}") from error
        return then

    def act(self, seat: Seat, name: str, data: Movement) -> bytes:
        """Carry out an action of the game's own, and return its data as canonical JSON.

        After any exception the match is unchanged. Raises GameIsOver, InvalidMove, the author's IllegalMove,
        and RulesError.
        """
        if self.result is not None:
            raise GameIsOver
        method, types = self.game.actions[name]
        taken = types.read(data)
        self._change(f"{name} of seat {seat}", partial(self._call, method, seat, *_arguments(taken)))
        return _encode(taken)

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

    def advance(self, tick: int) -> None:
        """Let time pass until this tick, but in real time: what is due by then happens, in its order.

        Raises RulesError.
        """
        while self.result is None and (due := self.due) is not None and due <= tick:
            self._set_time(max(due, self.tick))
            self._change("what was due", self._do_what_is_due)
        self._set_time(max(tick, self.tick))

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass, but in real time. Raises RulesError."""
        self.advance(self.tick + round(seconds * MS))

    def wait_for_turn(self) -> None:
        """Let time pass until somebody may move, if nobody may. Raises RulesError."""
        while self.result is None and not self.turn and (due := self.due) is not None:
            self.advance(due)

    def time_out(self, seat: Seat) -> bytes | Overtime:
        """Do what the rules say of a turn whose time is up: return the movement made, SKIP or LOSE.

        LOSE changes nothing. Raises RulesError.
        """
        game = self.game
        position, agenda, saved = self._generator.position, game.agenda, self._saved_state
        try:
            then = game.on_timeout(self.state, seat)
            if then == SKIP:
                first = self._first
                if self.is_choosing:
                    self._note_choice(seat, None)
                else:
                    first = (seat + 1) % len(self._turns)
                self._update_result(moves=self.moves, tick=self.tick, first=first)
                return SKIP
            self._restore(position, agenda, saved)
            if then == LOSE:
                return LOSE
            if not isinstance(then, dict):
                raise ValueError(f"it returned {then!r}, not a movement, SKIP or LOSE")
            return self.play(seat, then)
        except Exception as error:
            self._restore(position, agenda, saved)
            raise RulesError(f"{game.name}: on_timeout failed for seat {seat}: {error!r}") from error

    # Taking moves back.

    def can_take_back(self, seat: Seat) -> bool:
        """Whether there is a move of this seat that can be taken back."""
        return self.result is None and any(before.seat == seat for before in self._history)

    def take_back(self, seat: Seat) -> None:
        """Go back to before the last move of this seat. Raises RulesError."""
        number = max(number for number, before in enumerate(self._history) if before.seat == seat)
        before, undone = self._history[number], len(self._history) - number
        self._restore(before.position, before.agenda.shifted(self.tick), before.saved)
        self._history = self._history[:number]
        try:
            self._update_result(moves=self.moves - undone, tick=self.tick, first=before.first)
        except Exception as error:
            raise RulesError(f"{self.game.name}: a move cannot be taken back: {error!r}") from error

    def halt(self) -> None:
        """Stop accepting moves: something other than the rules ended the game."""
        self.turn, self.turn_user, self._shared_view = _NOBODY, None, None

    def give_up(self, problem: Exception) -> None:
        """Stop accepting moves because the rules failed. Views and scores that fail are empty from now on."""
        self.halt()
        self.problem = problem

    def is_secret(self, movement: Movement) -> bool:
        """Return whether only the player who made this movement may see it."""
        secret = self.game.secret_moves
        return bool(secret) and type(self.game.movements.read(movement)).__name__ in secret

    def check(self, movement: Movement) -> bytes:
        """Validate a movement without applying it; return it as JSON for ``step``. Raises InvalidMove."""
        return _encode(self.game.movements.read(movement))

    def check_input(self, movement: Movement) -> tuple[bytes, int]:
        """Validate a real-time input; return it as JSON, and its number or 0. Raises InvalidMove."""
        taken = self.game.movements.read(movement)
        n = taken.n  # type: ignore[attr-defined]
        return _encode(taken), n if type(n) is int else 0

    def step(self, inputs: Mapping[Seat, Movement | Sequence[Movement]], ticks: int = 1) -> None:
        """Advance a real-time game by this many ticks, or to its end. The first tick applies ``inputs``.

        ``inputs`` has what each seat has sent since the last step, a movement or several in order; games that
        do not list their inputs get the last one. Raises GameIsOver and InvalidMove before any change, and
        RulesError if the rules fail: the state may then be inconsistent, and the game cannot continue.
        """
        if self.result is not None:
            raise GameIsOver
        game, state = self.game, self.state
        taken = self._taken(inputs) if inputs else {}
        dt = 1 / game.rate
        try:
            for _ in range(ticks):
                game.tick(state, taken if game.idle is None else self._with_idle(taken), dt)
                self.tick += 1
                if game.timed:
                    self._set_time(self.tick)
                    while (due := self.due) is not None and due <= self.tick:
                        self._do_what_is_due()
                verdict = game.result(state)
                if game.past is not None:
                    game.past.keep(self.tick, state)
                if verdict is not None:
                    self.result = self._outcome(verdict)
                    break
                taken = {}
            self._shared_view = self._sight = None
        except Exception as error:
            raise RulesError(f"{game.name}: tick {self.tick} with {taken!r} failed: {error!r}") from error

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

    def with_acks(self, ends: list[bytes]) -> list[bytes]:
        """Return the ends of frames with the numbers of the inputs that were applied, each in its seat's."""
        acks = self.acks
        return [
            b'%b,"ack":%d}' % (end[:-1], acks[viewer]) if viewer < len(acks) and acks[viewer] else end
            for viewer, end in enumerate(ends)
        ]

    def told_legal(self, seat: Seat | None) -> list[dict[str, Any]] | None:
        """Return the legal movements as ``seat`` is told them: None in games that do not tell, or off turn.

        Raises RulesError.
        """
        if not self.game.tells_legal or seat is None or seat not in self.turn:
            return None
        return self.legal(seat)

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

    # Saving and loading.

    def dump(self) -> dict[str, Any]:
        """Return everything needed to continue exactly from here, as a new object of plain JSON types.

        Store it as text: the order of keys matters, and a jsonb column does not keep it. Raises RulesError if
        the author's state has other types.
        """
        agenda = {"agenda": self.game.agenda.dump()} if self.game.timed else {}
        history = {"history": [before.dump() for before in self._history]} if self.game.undo else {}
        past = self.game.past
        in_real_time = {
            "acks": self.acks.copy(),
            "inputs_taken": self.inputs_taken,
            "last_inputs": {str(seat): msgspec.to_builtins(one) for seat, one in self._last_inputs.items()},
            "past": None if past is None else past.dump(),
        }
        return {
            "game": self.game.name,
            "seats": len(self.users),
            "seed": self.seed,
            "options": msgspec.to_builtins(self.options),
            "moves": self.moves,
            "tick": self.tick,
            "first": self._first,
            "empty": sorted(self.game.empty),
            "random": self._generator.position,
            "state": _plain(self.state),
            **(in_real_time if self.game.real_time else {}),
            **agenda,
            **history,
        }

    @classmethod
    def load(
        cls, game: type[Game], dump: Mapping[str, Any], *, users: Sequence[int] | None = None
    ) -> "Match":
        """Return the match that a ``dump`` describes; it continues exactly.

        Takes ownership of ``dump["state"]``.
        """
        seats = dump["seats"]
        match = cls(game, _users(users, seats), _options(game, seats, dump["options"]), dump["seed"])
        # Snapshots of earlier releases have no seats that nobody plays.
        empty, first = frozenset(dump.get("empty", ())), dump.get("first", dump["moves"] % seats)
        agenda = Agenda.load(dump.get("agenda", {}))
        match._history = [_Before.load(before) for before in dump.get("history", ())]
        match._resume(dump["state"], dump["random"], dump["moves"], dump["tick"], first, empty, agenda)
        match.acks = list(dump.get("acks", match.acks))
        match.inputs_taken = dump.get("inputs_taken", 0)
        read, unstamped = match.game.movements.read, match.game.movements.unstamped
        for seat, movement in dump.get("last_inputs", {}).items():
            match._last_inputs[int(seat)] = unstamped(read(movement))
        if match.game.past is not None and dump.get("past"):
            match.game.past.load(match.tick, **dump["past"])
        return match

    def copy(self, seed: int) -> "Match":
        """Return an independent match in the same state, whose random numbers come from ``seed`` from now on.

        A bot may search ahead on it: it does not reveal the dice to come.
        """
        match = Match(type(self.game), self.users, self.options, seed)
        state = marshal.loads(self._saved_state or marshal.dumps(self.state))
        position = match._generator.position
        match._resume(state, position, self.moves, self.tick, self._first, self.game.empty, self.game.agenda)
        return match

    def dealt(self, seat: Seat, random: Random) -> "Match":
        """Return an independent match in which all that ``seat`` does not see is dealt anew.

        Raises RulesError.
        """
        match = Match(type(self.game), self.users, self.options, random.getrandbits(64))
        view = self.view(seat)
        try:
            state = self.game.deal(view, seat, random)
        except Exception as error:
            raise RulesError(f"{self.game.name}: deal failed for seat {seat}: {error!r}") from error
        position = self._generator.position
        match._resume(state, position, self.moves, self.tick, self._first, self.game.empty, self.game.agenda)
        return match

    # Internals.

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

    def _resume(
        self,
        state: State,
        position: int,
        moves: int,
        tick: int,
        first: Seat,
        empty: frozenset[Seat],
        agenda: Agenda,
    ) -> None:
        self.state = state
        self._generator.position = position
        object.__setattr__(self.game, "empty", empty)
        self._set_agenda(agenda)
        if self.game.past is not None:
            self.game.past.keep(tick, state)
        try:
            self.teams = self._asked_teams()
            self._update_result(moves=moves, tick=tick, first=first)
        except Exception as error:
            raise RulesError(f"{self.game.name}: the kept state cannot be resumed: {error!r}") from error

    def _taken(
        self, inputs: Mapping[Seat, Movement | Sequence[Movement]]
    ) -> dict[Seat, msgspec.Struct | list[msgspec.Struct]]:
        """Return the inputs as the rules get them, and note their numbers. Raises InvalidMove."""
        game, movements = self.game, self.game.movements
        read: dict[Seat, list[msgspec.Struct]] = {}
        for seat, given in inputs.items():
            several = given if isinstance(given, (list, tuple)) else (given,)
            read[seat] = [movements.read(movement) for movement in several]
        taken: dict[Seat, msgspec.Struct | list[msgspec.Struct]] = {}
        for seat, stamped in read.items():
            self.inputs_taken += len(stamped)
            for one in stamped:
                n, saw = one.n, one.saw  # type: ignore[attr-defined]
                if type(n) is int:
                    self.acks[seat] = n
                if type(saw) is int and game.past is not None:
                    game.past.note(seat, saw)
            if game.lists_inputs:
                bare = [movements.unstamped(one) for one in stamped]
                taken[seat] = bare
                last = bare[-1]
            else:
                taken[seat] = last = movements.unstamped(stamped[-1])
            if game.idle == "repeat":
                self._last_inputs[seat] = last
        return taken

    def _with_idle(
        self, taken: dict[Seat, msgspec.Struct | list[msgspec.Struct]]
    ) -> dict[Seat, msgspec.Struct | list[msgspec.Struct]]:
        """Add what the game makes of seats that have sent nothing."""
        game = self.game
        given: dict[Seat, msgspec.Struct | list[msgspec.Struct]] = {}
        for seat in game.seats:
            if seat in taken:
                given[seat] = taken[seat]
                continue
            if game.idle == "repeat":
                idle = self._last_inputs.get(seat)
            else:
                idle = None if seat in game.empty else game.movements.zero
            if idle is not None:
                given[seat] = [idle] if game.lists_inputs else idle
        return given

    def _forget_inputs(self, seat: Seat) -> None:
        """Count the inputs of a seat anew, for whoever has it now."""
        self.acks[seat] = 0
        self._last_inputs.pop(seat, None)
        if self.game.past is not None:
            self.game.past.lags[seat] = 0

    def _call(self, method: Callable[..., object], *arguments: Any) -> None:
        if method(self.game, self.state, *arguments) is not None:
            raise ValueError("it changes the state in place and returns nothing")

    def _change(self, done: str, change: Callable[[], None]) -> None:
        """Change the state and accept it. After any exception nothing has changed; raises as ``play``."""
        position, agenda = self._generator.position, self.game.agenda
        saved = self._saved_state or marshal.dumps(self.state)
        try:
            change()
            self._update_result(moves=self.moves, tick=self.tick, first=self._first)
        except Exception as error:
            self._restore(position, agenda, saved)
            if isinstance(error, Refusal):
                raise
            raise RulesError(f"{self.game.name}: {done} failed: {error!r}") from error

    def _restore(self, position: int, agenda: Agenda, saved: bytes) -> None:
        self.state = marshal.loads(saved)
        self._generator.position = position
        self._set_agenda(agenda)

    def _set_agenda(self, agenda: Agenda) -> None:
        object.__setattr__(self.game, "agenda", agenda)

    def _set_time(self, tick: int) -> None:
        self.tick = tick
        self._set_agenda(msgspec.structs.replace(self.game.agenda, now=tick))

    # Phases.

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

    def _chooses(self, taken: msgspec.Struct) -> bool:
        """Return whether this movement is a choice in a phase for ALL. Raises NotNow for another phase's."""
        phase = self._phase
        if type(taken).__name__ not in phase.moves:
            raise NotNow
        return phase.who == ALL

    def _choose(self, seat: Seat, taken: msgspec.Struct) -> None:
        self._try(seat, taken)
        named = {"move": type(taken).__name__} if self.game.movements.named else {}
        self._note_choice(seat, named | msgspec.to_builtins(taken))

    def _try(self, seat: Seat, taken: msgspec.Struct) -> None:
        """Make a move on a copy of the state."""
        game, position, agenda = self.game, self._generator.position, self.game.agenda
        try:
            game.moves[type(taken)](game, marshal.loads(self._saved_state), seat, *_arguments(taken))
        finally:
            self._generator.position = position
            self._set_agenda(agenda)

    def _note_choice(self, seat: Seat, movement: dict[str, Any] | None) -> None:
        agenda = self.game.agenda
        self._set_agenda(msgspec.structs.replace(agenda, chosen={**agenda.chosen, seat: movement}))

    def _complete_choice(self) -> None:
        """Apply the movements of a phase for ALL once everybody has chosen; the phase is then over."""
        game, agenda = self.game, self.game.agenda
        played = [seat for seat in game.seats if seat not in game.empty]
        if not agenda.chosen or any(seat not in agenda.chosen for seat in played):
            return
        for seat in played:
            movement = agenda.chosen[seat]
            if movement is not None:
                taken = game.movements.read(movement)
                self._call(game.moves[type(taken)], seat, *_arguments(taken))
        if game.agenda.entered > agenda.entered:
            return
        if game.result(self.state) is None:
            self._end_phase()
        else:
            self._set_agenda(msgspec.structs.replace(game.agenda, chosen={}))

    def _end_phase(self) -> None:
        game, phase, entered = self.game, self._phase, self.game.agenda.entered
        game.phase_ended(self.state)
        if game.agenda.entered == entered:
            following = game.phases[(list(game.phases).index(phase) + 1) % len(game.phases)].name
            game.go_to(phase.then or following)

    def _do_what_is_due(self) -> None:
        agenda = self.game.agenda
        if agenda.timers and agenda.timers[0].due <= agenda.now:
            self._set_agenda(msgspec.structs.replace(agenda, timers=agenda.timers[1:]))
            self._call(self.game.timers[agenda.timers[0].name])
        else:
            self._end_phase()

    def _set_empty(self, empty: frozenset[Seat]) -> None:
        object.__setattr__(self.game, "empty", empty)
        self._update_result(moves=self.moves, tick=self.tick, first=self._first)

    def _update_result(self, *, moves: int, tick: int, first: Seat) -> None:
        """Accept the current state: compute the result and the turn. On failure nothing changes."""
        game, state = self.game, self.state
        if game.simultaneous:
            self._complete_choice()
        verdict = game.result(state)
        result, turn = None, _NOBODY
        if verdict is not None:
            result = self._outcome(verdict)
        elif not game.real_time:
            if game.phases and (self._phase.who == ALL or not self._phase.moves):
                turn = self._turn_in_phase()
            elif game.empty:
                first, turn = self._turn_among_others(first)
            else:
                turn = self._turns[first] if game.alternating else self._asked_turn()
        if not game.real_time:
            # marshal is the fastest deep copy of plain data. Only this process loads it; it is never stored.
            self._saved_state = marshal.dumps(state)
        self.result, self.turn, self.moves, self.tick, self._first = result, turn, moves, tick, first
        self.changes += 1
        self.turn_user = self._only(turn)
        self._shared_view = self._sight = None

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
        return _NOBODY

    def _turn_among_others(self, first: Seat) -> tuple[Seat, frozenset[Seat]]:
        """Return ``first`` and the turn in a match with empty seats, whose turn never comes."""
        game, number = self.game, len(self._turns)
        played = [seat for seat in (*range(first, number), *range(first)) if seat not in game.empty]
        if not played:
            return first, _NOBODY
        if game.alternating:
            return played[0], self._turns[played[0]]
        turn = self._asked_turn() - game.empty
        if not turn and not game.agenda.timers:
            raise ValueError("turn() returned only seats that nobody plays: see self.empty")
        return first, turn

    def _asked_teams(self) -> Places:
        return _teams(self.game)

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

    def _accepts(self, seat: Seat, movement: dict[str, Any]) -> bool:
        taken = self.game.movements.read(movement)
        try:
            self._try(seat, taken)
        except Refusal:
            return False
        except Exception as error:
            raise RulesError(f"{self.game.name}: {taken!r} by seat {seat} failed: {error!r}") from error
        return True

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
        if not game.view_is_shared:
            return game.interest.sight(game, state, game.view(state, seat)).picked(seat)
        if self._sight is None:
            self._sight = game.interest.sight(game, state, game.view(state, None))
        return self._sight.picked(seat)

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


def teams_of(game: type[Game], seats: int, options: Mapping[str, Any] | None = None) -> Places:
    """Return the seats by team in a game of so many; nothing if everybody plays alone."""
    try:
        return _teams(game(range(seats), Generator(0), _options(game, seats, options or {})))
    except Exception:  # Matches report it: the rules fail.
        return ()


def _teams(game: Game) -> Places:
    teams = tuple(tuple(team) for team in game.teams() or ())
    if teams and sorted(seat for team in teams for seat in team) != list(game.seats):
        raise ValueError(f"teams() returned {teams!r}, which does not name each seat once")
    return teams


def _users(users: Sequence[int] | None, seats: int) -> tuple[int, ...]:
    if users is not None and len(users) != seats:
        raise ValueError(f"{len(users)} users for {seats} seats")
    return tuple(range(seats) if users is None else users)


def _options(game: type[Game], seats: int, options: Mapping[str, Any]) -> msgspec.Struct:
    if not game.min_players <= seats <= game.max_players:
        raise InvalidOptions(f"{game.title} is for {game.min_players} to {game.max_players} players.")
    try:
        return msgspec.convert(dict(options), game.Options)
    except msgspec.ValidationError as error:
        raise InvalidOptions(f"{error}.") from None


def _plain(state: State) -> State:
    """Return a copy of a state, made via JSON. Raises RulesError if the copy would differ."""
    try:
        copy: State = _decode(_encode(state))
    except (TypeError, ValueError, RecursionError) as error:
        raise RulesError(f"the state cannot be stored: {error}") from error
    if copy != state or not isinstance(state, dict):
        raise RulesError(
            f"the state may contain only text keys, lists, text, numbers, booleans and None: {state!r}"
        )
    return copy
