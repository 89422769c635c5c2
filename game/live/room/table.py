"""The table: the sum of the entries of a room's journal."""

from msgspec.structs import asdict

from core.ids import UserId
from game.author.leaving import Why
from game.author.match import Match
from game.author.timing import MS
from game.live.clock import Clocks
from game.live.seats import Seated
from game.records import TableState


class Table:
    """The match, its clocks and its players, as the journal's entries have left them.

    A room changes it by applying entries as they happen. Applying the same entries again gives the same
    table, which is how a room is taken over and how a replay is made.
    """

    __slots__ = (
        "began_ms",
        "clocks",
        "departed",
        "draw_offers",
        "inputs",
        "is_started",
        "match",
        "rematch_wanted",
        "seats",
        "undo_agreed",
        "undo_asked_by",
        "zero",
    )

    def __init__(self, match: Match, seats: list[Seated]) -> None:
        # Compiled, attributes lie in memory in this order, and those of a room follow: with many rooms, each
        # cache line that a frame or a move touches has to come from main memory.
        self.match = match
        self.inputs: dict[int, list[bytes]] = {}
        """In real time, the movements of each seat since the last step, or only the latest."""
        self.clocks = clocks_of(match)
        self.draw_offers: set[int] = set()
        self.seats = seats
        self.rematch_wanted: set[int] = set()
        self.is_started = False
        self.departed: list[int] = []
        """The seats whose players have left, in this order."""
        self.undo_asked_by: int | None = None
        """The seat that asks for its last move back."""
        self.undo_agreed: set[int] = set()
        self.began_ms = 0
        """When a correspondence game began, in milliseconds of Unix time."""
        self.zero = 0.0
        """The moment of tick 0 of a game with phases or timers, but in real time."""

    def as_state(self) -> TableState:
        """Return what a snapshot keeps of a game that goes on.

        Inputs that have not been applied are left out: they are not in the journal yet. Raises
        ``RulesError``.
        """
        return TableState(
            rules=self.match.game.source_digest,
            match=self.match.dump(),
            seats=[seat.as_state() for seat in self.seats],
            left_ms=None if self.clocks is None else self.clocks.left_ms,
            draw_offers=sorted(self.draw_offers),
            departed=self.departed,
            undo_asked_by=self.undo_asked_by,
            undo_agreed=sorted(self.undo_agreed),
            began_ms=self.began_ms,
        )

    def restore(self, state: TableState) -> None:
        """Continue from a snapshot, from which the match was loaded."""
        self.seats = [Seated(**asdict(seat)) for seat in state.seats]
        if self.clocks is not None and state.left_ms is not None:
            self.clocks.restore(state.left_ms)
        self.draw_offers = set(state.draw_offers)
        self.departed = state.departed
        self.undo_asked_by = state.undo_asked_by
        self.undo_agreed = set(state.undo_agreed)
        self.began_ms = state.began_ms
        self.is_started = True

    @property
    def taken(self) -> list[Seated]:
        """The seats that somebody has taken."""
        return [seat for seat in self.seats if seat.user_id]

    @property
    def is_filled(self) -> bool:
        """Whether enough seats are taken for the game to begin."""
        game = self.match.game
        return len(self.taken) >= (game.min_players if game.open else len(self.seats))

    def all_want(self, wanting: set[int]) -> bool:
        """Return whether these seats are all of those whose players have not left."""
        return all(seat.number in wanting or seat.gone is not None for seat in self.taken)

    def steer(self, seat: int, movement: bytes, tick: int) -> None:
        """Replay an input of a real-time game that was applied at this tick."""
        self.go_to(tick)
        self.inputs.setdefault(seat, []).append(movement)

    def go_to(self, tick: int) -> None:
        """Advance a replayed game to this tick."""
        if not self.match.game.real_time:
            self.match.advance(tick)
            return
        while self.match.tick < tick:
            self._step()

    def moment(self, tick: int) -> float:
        """Return the moment of a tick of play, but in real time."""
        return self.zero + tick / MS

    def depart(self, seat: Seated, why: Why, bot_level: int | None, *, is_offered: bool) -> None:
        """Note that the player in this seat has left a game that goes on, maybe with a bot."""
        seat.gone, seat.bot_level, seat.is_offered = why, bot_level, is_offered
        self.departed.append(seat.number)
        self.draw_offers.discard(seat.number)
        self.forget_undo()
        self.inputs.pop(seat.number, None)
        if bot_level is not None and self.clocks is not None:
            self.clocks.refill(seat.number)

    def wants_undo(self, seat: Seated) -> None:
        """Note that this player agrees to the undo that is asked for, or is the first to ask."""
        if self.undo_asked_by is None:
            self.undo_asked_by = seat.number
        self.undo_agreed.add(seat.number)

    def forget_undo(self) -> None:
        """Forget that anybody has asked for an undo."""
        self.undo_asked_by = None
        self.undo_agreed.clear()

    @property
    def undo_is_agreed(self) -> bool:
        """Whether all have agreed to an undo; bots do."""
        return all(
            seat.number in self.undo_agreed or seat.gone is not None or seat.bot_level is not None
            for seat in self.taken
        )

    def seat_user(
        self,
        seat: Seated,
        user_id: UserId,
        username: str,
        rating: int | None,
        *,
        bot_level: int | None = None,
    ) -> None:
        """Seat a user, or a bot of this level, in a free seat. Raises ``RulesError``."""
        if seat.user_id != user_id:
            seat.joined = seat.has_moved = False
            if self.clocks is not None:
                self.clocks.refill(seat.number)
        seat.user_id, seat.username, seat.rating = user_id, username, rating
        seat.gone, seat.is_offered, seat.left_told = None, False, False
        seat.bot_level = bot_level
        seat.ready = self.is_started or bot_level is not None
        seat.joined = seat.joined or bot_level is not None
        if seat.number in self.departed:
            self.departed.remove(seat.number)
        self.match.sit(seat.number, user_id)
        if self.clocks is not None:
            self.clocks.show(self.match.users)
        if self.is_started:
            self.play(seat)

    def play(self, seat: Seated) -> None:
        """Seat the user of this seat in the match, unless somebody plays there. Raises ``RulesError``."""
        if seat.number in self.match.game.empty:
            self.match.join(seat.number)

    def take_back(self, seat: Seated) -> None:
        """Seat a player who had left again. Raises ``RulesError``."""
        self.play(seat)
        seat.gone = seat.bot_level = None
        self.departed.remove(seat.number)

    def catch_up(self, tick: int) -> None:
        """Apply the inputs that are left, and go on to this tick if it is still ahead."""
        if self.inputs:
            self._step()
        if tick > self.match.tick and self.match.game.real_time:
            self.match.step({}, tick - self.match.tick)

    def _step(self) -> None:
        inputs, self.inputs = self.inputs, {}
        self.match.step(inputs)


def clocks_of(match: Match) -> Clocks | None:
    """Return new clocks for the players of a match, or None if its game has none."""
    return Clocks(match.clock, match.users) if match.clock and not match.game.real_time else None
