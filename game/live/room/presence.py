"""The presence in a room: the sockets of its players and of its spectators."""

from collections.abc import Iterator

from core.ids import UserId
from game.live.audience import Audience
from game.live.listeners import Frames, Listener, frame_of
from game.live.seats import Seated
from game.refusals import NoSpectators
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import Resumed, encode


class Presence:
    """Those who are connected, each by their latest socket, and the ``audience`` of those who hear the room.

    A socket is connected at once, and hears the room from its first frame on.
    """

    __slots__ = (
        "_audience",
        "_by_user",
        "_seats",
        "_spectators",
        "_viewers",
        "_waits_for_all",
        "empty_since",
    )

    def __init__(self, seats: list[Seated], audience: Audience, now: float, *, waits_for_all: bool) -> None:
        self._audience = audience
        self._waits_for_all = waits_for_all
        self._spectators: dict[UserId, Listener] = {}
        self._viewers: dict[UserId, int] = {}
        """The viewer numbers of spectators."""
        self.empty_since: float | None = now
        self.seat(seats)

    def seat(self, seats: list[Seated]) -> None:
        """Use these seats from now on; who is connected in one of them stays so."""
        self._seats = seats
        self._by_user = {seat.user_id: seat for seat in seats if seat.user_id}

    def seat_of(self, user_id: UserId) -> Seated | None:
        """Return the seat of a player, or None for anybody else."""
        return self._by_user.get(user_id)

    @property
    def is_complete(self) -> bool:
        """Whether everybody who plays is here, or somebody, if the others are not waited for."""
        if not self._waits_for_all:
            return any(seat.listener for seat in self._seats)
        return all(seat.connected or seat.gone is not None for seat in self._seats)

    @property
    def spectators(self) -> int:
        """The number of those who watch."""
        return len(self._spectators)

    def viewer_of(self, follow: UserId | None) -> int:
        """Return the viewer number of who watches, and may follow this user. Raises ``NoSpectators``."""
        if follow is None:
            return len(self._seats)
        followed = self._by_user.get(follow)
        if followed is None or followed.gone is not None:
            raise NoSpectators("There is no such player to follow.")
        return len(self._seats) + 1 + followed.number

    def enter(self, listener: Listener, user_id: UserId, *, watching: int | None) -> int:
        """Connect a user, whose older socket is closed; return the viewer number.

        ``watching`` is the viewer number of a spectator. Raises ``NoSpectators`` for one without.
        """
        seat = self._by_user.get(user_id)
        if seat is not None:
            # A user who took a seat while watching still has a spectator's socket.
            older = seat.listener or self._spectators.pop(user_id, None)
            self._viewers.pop(user_id, None)
            viewer, seat.listener = seat.number, listener
        else:
            if watching is None:
                raise NoSpectators
            viewer, older = watching, self._spectators.get(user_id)
            self._spectators[user_id], self._viewers[user_id] = listener, viewer
        if older is not None:
            self._audience.remove(older)
            older.close(CloseCode.REPLACED, "replaced")
        self.empty_since = None
        return viewer

    def close_spectators(self) -> None:
        """Close the sockets of those who watch, as the seats are not as many any more; they come back."""
        for listener in self._spectators.values():
            self._audience.remove(listener)
            listener.close(CloseCode.RESTARTED, "seats_changed")
        self._spectators, self._viewers = {}, {}

    def give_away(self, seat: Seated) -> None:
        """Close the socket of a player whose seat somebody else has taken; the client comes back to watch."""
        if seat.listener is not None:
            self._audience.remove(seat.listener)
            seat.listener.close(CloseCode.RESTARTED, "seat_taken")
            seat.listener = None

    def welcome(
        self,
        listener: Listener,
        viewer: int,
        *,
        seq: int,
        state: bytes,
        since: int | None,
        missed: list[tuple[int, Frames]] | None,
    ) -> None:
        """Send a socket its first frame and, from now on, the frames after ``seq``.

        The first is the ``state``, or the frames that it ``missed`` since its last one; a socket that gets
        changes needs both.
        """
        if missed is not None and since is not None:
            listener.send_ahead(encode(Resumed(recovered=True, since=since, seq=seq)))
            for _, frames in missed:
                listener.send_ahead(frame_of(frames, viewer))
        if missed is None or self._audience.gets_changes(listener):
            listener.send_ahead(state)
        self._audience.add(listener, viewer, seq)

    def listener_of(self, user_id: UserId) -> tuple[Listener | None, int]:
        """Return the socket of a user who is connected, if any, and the viewer number."""
        seat = self._by_user.get(user_id)
        if seat is not None:
            return seat.listener, seat.number
        return self._spectators.get(user_id), self._viewers.get(user_id, len(self._seats))

    def followed_by(self, user_id: UserId) -> UserId | None:
        """Return the player whom a spectator follows, if any."""
        number = self._viewers.get(user_id, 0) - len(self._seats) - 1
        return self._seats[number].user_id if number >= 0 else None

    def leave(self, listener: Listener, user_id: UserId, now: float) -> Seated | None:
        """Forget a socket that has closed; return the seat of the player whose latest it was, if any."""
        self._audience.remove(listener)
        if self._spectators.get(user_id) is listener:
            del self._spectators[user_id]
            del self._viewers[user_id]
        seat = self._by_user.get(user_id)
        if seat is not None and seat.listener is listener:
            seat.listener = None
            seat.away_since = now
        else:
            seat = None
        if next(self.listeners(), None) is None:
            self.empty_since = now
        return seat

    def listeners(self) -> Iterator[tuple[UserId, Listener]]:
        """Yield each user who is connected, and the socket, also if it still waits for its first frame."""
        yield from self._spectators.items()
        for seat in self._seats:
            if seat.listener is not None:
                yield seat.user_id, seat.listener
