"""One running game without I/O: the same seed and movements give the same state, result and views."""

import marshal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

import msgspec

from core.refusals import Refusal
from game.author.game import Game, State
from game.author.generator import Generator
from game.author.leaving import BOT, END, PLAY_ON, SUBSTITUTE, Leaving, Why
from game.author.read_only_match import NOBODY, Movement, ReadOnlyMatch, teams
from game.author.refusals import GameIsOver, InvalidOptions, NotNow, NotYourTurn, RulesError
from game.author.results import Places, Seat
from game.author.timing import ALL, LOSE, MS, SKIP, Agenda, Clock, Days, Overtime, Turns

_encode = msgspec.json.encode
_decode = msgspec.json.decode
_arguments = msgspec.structs.astuple

MAX_UNDO = 20
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


class Match(ReadOnlyMatch):
    """A running game, created by ``new`` or ``load``. Not thread-safe; methods neither block nor do I/O.

    A movement is JSON bytes or a decoded dict. ``inputs_taken`` counts the inputs applied in real time.
    """

    __slots__ = ("_first", "_history", "_last_inputs", "inputs_taken")

    def __init__(self, game: type[Game], users: tuple[int, ...], options: msgspec.Struct, seed: int) -> None:
        super().__init__(game, users, options, seed)
        self._history: list[_Before] = []
        """Of a game with ``undo``, what was before each of its last moves."""
        self._first = 0
        """Of the seats that move one after the other, the one whose turn it is unless nobody plays it."""
        self.inputs_taken = 0
        self._last_inputs: dict[Seat, msgspec.Struct] = {}
        """In real time, what seats did last, where it is repeated."""

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
            match.clock = _clock(match.game)
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
            self._history = [*self._history[1 - MAX_UNDO :], _Before(seat, saved, position, agenda, first)]
        return _encode(taken)

    def sit(self, seat: Seat, user: int) -> None:
        """Show this user in the seat from now on."""
        self.users = (*self.users[:seat], user, *self.users[seat + 1 :])
        self._show_users()
        self.turn_user = self._only(self.turn)

    def join(self, seat: Seat) -> None:
        """Seat a player in this seat, which was empty. Raises RulesError."""
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

    def advance(self, tick: int) -> None:
        """Advance the time of a game that is not real-time to this tick, and do what is due, in order.

        Raises RulesError.
        """
        while self.result is None and (due := self.due) is not None and due <= tick:
            self._set_time(max(due, self.tick))
            self._change("what was due", self._do_what_is_due)
        self._set_time(max(tick, self.tick))

    def wait(self, seconds: float) -> None:
        """Advance the time of a game that is not real-time by so many seconds. Raises RulesError."""
        self.advance(self.tick + round(seconds * MS))

    def wait_for_turn(self) -> None:
        """If nobody may move, advance the time until somebody may. Raises RulesError."""
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

    # Real time.

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

    # Stopping.

    def halt(self) -> None:
        """Stop accepting moves: something other than the rules ended the game."""
        self.turn, self.turn_user, self._shared_view = NOBODY, None, None

    def give_up(self, problem: Exception) -> None:
        """Stop accepting moves because the rules failed. Views and scores that fail are empty from now on."""
        self.halt()
        self.problem = problem

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
        match.clock = _clock(match.game)
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

    def _set_time(self, tick: int) -> None:
        self.tick = tick
        self._set_agenda(msgspec.structs.replace(self.game.agenda, now=tick))

    # Phases.

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
        result, turn = None, NOBODY
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


def teams_of(game: type[Game], seats: int, options: Mapping[str, Any] | None = None) -> Places:
    """Return the seats by team in a game of so many; nothing if everybody plays alone."""
    try:
        return teams(game(range(seats), Generator(0), _options(game, seats, options or {})))
    except Exception:  # Matches report it: the rules fail.
        return ()


def clock_of(game: type[Game], options: Mapping[str, Any]) -> Clock | Turns | Days | None:
    """Return the thinking time in a game with these options; that of the class if the rules fail."""
    seats = game.min_players
    try:
        return _clock(game(range(seats), Generator(0), _options(game, seats, options)))
    except Exception:  # Matches report it.
        return game.clock


def _clock(game: Game) -> Clock | Turns | Days | None:
    clock = game.time_control()
    if clock is not None and not isinstance(clock, Clock | Turns | Days):
        raise ValueError(f"time_control() returned {clock!r}, not a Clock, Turns or Days, or None")
    if isinstance(clock, Days) != isinstance(game.clock, Days):
        raise ValueError("time_control() and `clock` must both be Days, or neither")
    return clock


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
