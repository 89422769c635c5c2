"""The people in a room: who comes and goes, and what they are shown first."""

from collections.abc import Callable
from functools import partial
from typing import Any

from core.ids import UserId
from game import events
from game.author.match import Match
from game.live.audience import Audience
from game.live.listeners import Frames, Listener
from game.live.room import deadlines
from game.live.room.commits import Commits
from game.live.room.course import Course
from game.live.room.frames import operators_view
from game.live.room.phase import Request, check
from game.live.room.presence import Presence
from game.live.room.table import clocks_of
from game.live.seats import Seated, seated
from game.records import RoomRecord, SeatRecord
from game.refusals import NoSpectators
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import encode


class AttendedCourse(Course):
    """The course of a game, and the sockets of its players and spectators. ``Room`` adds what they ask."""

    __slots__ = ("_all_here", "_presence")

    def __init__(
        self,
        record: RoomRecord,
        match: Match,
        commits: Commits,
        audience: Audience,
        let_go: Callable[[bool], None],
    ) -> None:
        super().__init__(record, match, commits, audience, let_go)
        self._presence = Presence(self.seats, audience, self._now(), waits_for_all=not match.game.open)
        # Noted for each who comes or goes, so that a frame need not look at the seats.
        self._all_here = self._presence.is_complete

    @property
    def empty_since(self) -> float | None:
        """When the last socket closed, or None if somebody is here."""
        return self._presence.empty_since

    def seats_user(self, user_id: UserId) -> bool:
        """Whether the user is a player here."""
        return self._presence.seat_of(user_id) is not None

    def fill(self, record: RoomRecord, match: Match) -> None:
        """Seat those who took a seat before the game began; ``match`` is the same game with all of them."""
        if record.seats_wanted != len(self.seats):
            self._presence.close_spectators()
        known = {seat.user_id: seat for seat in self.seats}
        self.record, self.match, self.clocks = record, match, clocks_of(match)
        self.seats = [known.get(seat.user_id, seat) if seat.user_id else seat for seat in seated(record)]
        self._presence.seat(self.seats)
        if self.is_filled:
            self._wait_for_players()

    def _seat(self, seat: Seated, one: SeatRecord) -> None:
        if seat.user_id != one.user_id:
            self._presence.give_away(seat)
        super()._seat(seat, one)
        self._presence.seat(self.seats)

    def attach(
        self, listener: Listener, user_id: UserId, since: int | None, follow: UserId | None = None
    ) -> int:
        """Attach the socket of a player or a spectator; return its viewer number.

        A spectator may ``follow`` a player, in games that allow it.

        Its first frame follows once everything that it shows is committed. Raises ``NoSpectators``, and
        ``Recovering`` if the room is lost.
        """
        check(self.phase, Request.CONNECT)
        game = self.match.game
        watching = None
        if game.spectators and not self.record.private and not self.seats_user(user_id):
            if follow is not None and not game.spectators_follow:
                raise NoSpectators("Spectators of this game follow nobody.")
            watching = self._presence.viewer_of(follow)
        viewer = self._presence.enter(listener, user_id, watching=watching)
        self._all_here = self._presence.is_complete
        welcome = partial(self._welcome, listener, viewer, since, self._commits.seq, self._state_of(viewer))
        self._commits.when_committed(welcome)
        return viewer

    def _keep_state(self) -> None:
        """Keep the present state as the first frame of spectators who come later."""
        gallery = self._audience.gallery
        if gallery is not None:
            self._commits.when_committed(partial(gallery.put_state, self.state_frames()))

    def _welcome(
        self, listener: Listener, viewer: int, since: int | None, seq: int, state: events.GameState
    ) -> None:
        if listener.closed_with is not None:
            return
        gallery = self._audience.gallery
        if gallery is not None and viewer >= len(self.seats):
            gallery.enter(listener, viewer)
            return
        missed = None
        if since is not None and (missed := self.history(since)) is None:
            state.recovered = False
        first = self._audience.with_schema(encode(state), listener, self.match)
        self._presence.welcome(listener, viewer, seq=seq, state=first, since=since, missed=missed)
        if viewer < len(self.seats) and self.seats[viewer].listener is listener:
            self._came(self.seats[viewer])

    def show_all(self, listener: Listener) -> None:
        """Show a socket that gets changes, but has lost one, everything in the next tick."""
        self._audience.lose(listener)

    def detach(self, listener: Listener, user_id: UserId) -> None:
        """Forget a socket that has closed."""
        seat = self._presence.leave(listener, user_id, self._now())
        if seat is not None:
            self._all_here = self._presence.is_complete
            self._record_left(seat)
        if self._presence.empty_since is not None:
            self._alarm.set(self._now() + deadlines.UNLOAD_AFTER_S)

    def history(self, since: int) -> list[tuple[int, Frames]] | None:
        """Return the frames after ``since``, or None if they are not all kept."""
        return self._audience.missed(since, self._commits.committed)

    def seen_by_operators(self) -> dict[str, Any]:
        """Return everything there is to know, hidden information included, as plain JSON types."""
        return {
            "state": self.state,
            "seq": self._commits.seq,
            "spectators": self._presence.spectators,
            **operators_view(self),
        }

    def close(self, code: int = CloseCode.RESTARTED, reason: str = "room_moved") -> None:
        """Close all sockets, whose clients then come back to wherever the room is."""
        self._stop()
        for _, listener in list(self._presence.listeners()):
            listener.close(code, reason)

    def take_in(self, older: "AttendedCourse") -> None:
        """Move everybody here from the room that this one, read anew from the database, replaces."""
        older._stop()
        for user_id, listener in list(older._presence.listeners()):
            if listener.closed_with is None:
                self.attach(listener, user_id, None, older._presence.followed_by(user_id))

    def _begin(self, now: float) -> None:
        super()._begin(now)
        self._all_here = self._presence.is_complete
