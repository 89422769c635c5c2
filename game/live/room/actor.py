"""The room itself: who is in it, what they ask, and what becomes of it.

A move passes through ``Room.take`` and ``_move`` to the journal, and back through ``Commits.written`` to
everybody in the room. Everything here runs on the worker's event loop and without awaiting, so one input is
handled completely before the next.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import randrange
from typing import Any, Final
from uuid import UUID

from msgspec import DecodeError, Raw, convert, json

from core.batching import BatchLoader
from core.database import in_database
from core.refusals import Invalid, Refusal
from core.tasks import begin
from game import commands, events, services
from game.author.match import Match
from game.author.refusals import GameIsOver, RulesError
from game.live.alarm import Alarm
from game.live.audience import Audience
from game.live.journal import Journal
from game.live.listeners import Answer, Frames, Listener, acknowledge, frame_of
from game.live.room import deadlines, ending, entries
from game.live.room.bots import Bots
from game.live.room.commits import Commits
from game.live.room.ending import Verdict
from game.live.room.frames import game_state, move_frames, operators_view, tick_frames
from game.live.room.phase import ACTIVE, ENDING, LOST, MOVE, Phase, Request, check, goes_on, refusal
from game.live.room.table import Table, clocks_of
from game.live.seats import Seated, seated
from game.models import Game
from game.records import Ending, RoomRecord
from game.refusals import NoDrawOffered, NoSpectators, NotAPlayer, UnknownAction
from realtime import worker
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import Command, Resumed, encode, error

logger = logging.getLogger(__name__)

EMOTE_BYTES = 512
MOVED: Final = entries.Moved.kind


class Room(Table):
    """A running game and everybody in it.

    ``let_go(room, taken)`` is called when the room cannot go on: another worker owns it (``taken``), or the
    database took nothing and the room has to be read anew.
    """

    __slots__ = (
        "_alarm",
        "_all_here",
        "_answers",
        "_audience",
        "_bots",
        "_by_user",
        "_commits",
        "_deferred",
        "_let_go",
        "_now",
        "_opened_at",
        "_result",
        "_scores",
        "_snapshot_tick",
        "_spectators",
        "_tasks",
        "_waits_for_score",
        "empty_since",
        "id",
        "phase",
        "record",
        "state",
    )

    def __init__(
        self,
        record: RoomRecord,
        match: Match,
        journal: Journal,
        let_go: Callable[["Room", bool], None],
    ) -> None:
        super().__init__(match, seated(record))
        loop = asyncio.get_running_loop()
        game_hex = record.game_id.hex
        audience = Audience(worker.current().relay, game_hex)
        tasks: set[asyncio.Task[Any]] = set()
        is_against_bot = any(seat.bot_level is not None for seat in self.seats)
        # First what each frame and each move touches (see ``Table``).
        self.phase = Phase.CREATED
        self._all_here = False
        self._waits_for_score = False
        self._bots = Bots(self.seats, tasks, play=self._move, fail=self.fail) if is_against_bot else None
        self._scores = match.scores
        # Rooms that began together save their snapshots at different moments.
        self._snapshot_tick = match.tick - randrange(match.game.rate)
        self._audience = audience
        self._commits = Commits(
            game_hex,
            record.epoch,
            journal,
            audience,
            on_lost=self.lost,
            on_scores_saved=self._show_score,
        )
        self._by_user = {seat.user_id: seat for seat in self.seats if seat.user_id}
        self._now = loop.time
        self._alarm = Alarm(loop, self._check_deadlines)
        self.id: UUID = record.game_id
        self.record = record
        self.state: str = Phase.CREATED.value
        """The game's state as clients and lists see it: that of the phase, except that ``ENDING`` and
        ``LOST`` leave it as it was.
        """
        self.empty_since: float | None = self._now()
        self._spectators: dict[int, Listener] = {}
        self._result: events.GameOver | None = None
        self._answers: dict[int, Answer] = {}
        """Of the inputs of a real-time game that came with an ``id``, by seat number."""
        self._deferred: list[tuple[Seated, entries.ByPlayer, Answer | None]] = []
        self._let_go = let_go
        self._tasks = tasks
        self._note_who_is_here()
        self._restore()

    @property
    def seq(self) -> int:
        """The number of the last entry."""
        return self._commits.seq

    @property
    def committed(self) -> int:
        """The number of the last entry that clients were told of."""
        return self._commits.committed

    @property
    def is_over(self) -> bool:
        """Whether the game has ended, and the database knows."""
        return self.state in Game.OVER

    @property
    def is_lost(self) -> bool:
        """Whether the game goes on, or has ended, in another room."""
        return self.phase is LOST

    # Who is here.

    @property
    def has_free_seats(self) -> bool:
        """Whether somebody can still take a seat (by the game's link)."""
        return self.phase is Phase.CREATED and len(self._by_user) < len(self.seats)

    def seats_user(self, user_id: int) -> bool:
        """Whether the user is a player here."""
        return user_id in self._by_user

    def fill(self, record: RoomRecord, match: Match) -> None:
        """Seat those who took a seat before the game began; ``match`` is the same game with all of them."""
        known = {seat.user_id: seat for seat in self.seats}
        self.record, self.match, self.clocks = record, match, clocks_of(match)
        self.seats = [known.get(seat.user_id, seat) if seat.user_id else seat for seat in seated(record)]
        self._by_user = {seat.user_id: seat for seat in self.seats if seat.user_id}
        if not self.has_free_seats:
            self._opened_at = self._now()
            self._enter(Phase.WAITING_FOR_PLAYERS)
            self._alarm.set(self._now() + deadlines.START_WITHIN_S)

    def attach(self, listener: Listener, user_id: int, since: int | None) -> int:
        """Let a socket hear the room as a player or a spectator; return its viewer number.

        Its first frame follows once everything that it shows is committed. Raises ``NoSpectators``, and
        ``Recovering`` if the room is lost.
        """
        check(self.phase, Request.CONNECT)
        seat = self._by_user.get(user_id)
        if seat is not None:
            # A user who took a seat while watching still has a spectator's socket.
            older = seat.listener or self._spectators.pop(user_id, None)
            viewer, seat.listener = seat.number, listener
            self._note_who_is_here()
        else:
            if not self.match.game.spectators or self.record.private:
                raise NoSpectators
            viewer, older = len(self.seats), self._spectators.get(user_id)
            self._spectators[user_id] = listener
        if older is not None:
            self._audience.remove(older)
            older.close(CloseCode.REPLACED, "replaced")
        self.empty_since = None
        state = self._state_of(viewer)
        if since is not None:
            state.recovered = False  # Should the history not reach back to there.
        self._commits.when_committed(
            partial(
                self._welcome,
                listener,
                viewer=viewer,
                seat=seat,
                since=since,
                seq=self._commits.seq,
                state=encode(state),
            )
        )
        return viewer

    def _welcome(
        self,
        listener: Listener,
        *,
        viewer: int,
        seat: Seated | None,
        since: int | None,
        seq: int,
        state: bytes,
    ) -> None:
        if listener.closed_with is not None:
            return
        missed = None if since is None else self.history(since)
        if missed is not None and since is not None:
            listener.send_ahead(encode(Resumed(recovered=True, since=since, seq=seq)))
            for _, frames in missed:
                listener.send_ahead(frame_of(frames, viewer))
        else:
            listener.send_ahead(state)
        self._audience.add(listener, viewer, seq)
        if seat is None or seat.listener is not listener:
            return
        seat.away_since = None
        if self.is_over:
            return
        if not seat.joined:
            self._record(seat, entries.Joined())
        elif seat.left_told:
            self._record(seat, entries.Reconnected())
        self._go_on_when_all_joined()

    def detach(self, listener: Listener, user_id: int) -> None:
        """Forget a socket that has closed."""
        self._audience.remove(listener)
        if self._spectators.get(user_id) is listener:
            del self._spectators[user_id]
        seat = self._by_user.get(user_id)
        if seat is not None and seat.listener is listener:
            seat.listener = None
            self._all_here = False
            seat.away_since = self._now()
            self._record_left(seat)
        if not self._spectators and not any(seat.listener for seat in self.seats):
            self.empty_since = self._now()
            self._alarm.set(self._now() + deadlines.UNLOAD_AFTER_S)

    def _record_left(self, seat: Seated) -> None:
        if goes_on(self.phase) and seat.joined and not (seat.connected or seat.left_told):
            self._record(seat, entries.Left())
            self._alarm.set(self._now() + deadlines.GRACE_S)

    def _note_who_is_here(self) -> None:
        # Once for each who comes or goes, so that a frame need not look at the seats.
        self._all_here = all(seat.connected for seat in self.seats)

    def history(self, since: int) -> list[tuple[int, Frames]] | None:
        """Return the frames after ``since``, or None if they are not all kept."""
        return self._audience.missed(since, self._commits.committed)

    def state_frames(self) -> Frames:
        """Return the game's present state for each viewer."""
        return b"", [encode(self._state_of(viewer)) for viewer in range(len(self.seats) + 1)]

    def _state_of(self, viewer: int) -> events.GameState:
        state = partial(game_state, self, viewer, game_id=self.id, state=self.state, result=self._result)
        try:
            return state(seq=self._commits.seq, now=self._now())
        except RulesError as problem:
            self.fail(problem)
            return state(seq=self._commits.seq, now=self._now())

    def seen_by_operators(self) -> dict[str, Any]:
        """Return everything there is to know, hidden information included, as plain JSON types."""
        return {
            "state": self.state,
            "seq": self._commits.seq,
            "spectators": len(self._spectators),
            **operators_view(self),
        }

    # What players ask.

    def take(self, user_id: int, command: Command) -> None:
        """Carry out a player's command, or raise its refusal.

        Its ``id`` comes back to the socket in the player's seat, since any older one has been closed.
        """
        seat = self._by_user.get(user_id)
        if seat is None:
            raise NotAPlayer
        answer = None
        if command.id is not None and seat.listener is not None:
            answer = Answer(seat.listener, command.id)
        match command:
            case commands.PlayerMove():
                self._move(seat, command.movement, answer)
            case commands.PlayerReady():
                check(self.phase, Request.READY)
                if seat.ready:
                    acknowledge(answer)
                else:
                    self._record(seat, entries.Ready(), answer)
                    self._start_if_ready()
            case commands.GameAction():
                self._act(seat, command.action, command.data, answer)
            case commands.ChatMessage():
                check(self.phase, Request.TALK)
                seat.count_saying(self._now())
                self._record(seat, entries.Said(command.message), answer)

    def _move(self, seat: Seated, movement: Raw | bytes, answer: Answer | None = None) -> None:
        if self.phase is not ACTIVE:
            raise refusal(self.phase, MOVE)
        match = self.match
        if match.game.real_time:
            self.inputs[seat.number] = match.check(movement)
            if self._answers:
                # The input that this one replaces is not played.
                acknowledge(self._answers.pop(seat.number, None))
            if answer is not None:
                self._answers[seat.number] = answer
            return
        now = self._now()
        clocks = self.clocks
        if clocks is not None and clocks.left_of(seat.number, now) <= 0:
            self._check_deadlines()
            raise GameIsOver("Your time is up.")
        try:
            taken = match.play(seat.number, movement)
            if self.draw_offers:
                self.draw_offers.intersection_update({seat.number})
            left_ms, clock = None, b"null"
            if clocks is not None:
                clocks.press(seat.number, match.turn, now)
                left_ms, clock = clocks.left_ms, clocks.told(now, time.time())
                self._alarm.set(clocks.flag_falls())
            self._write_move(seat, taken, entries.Moved(Raw(taken), left_ms=left_ms), clock, answer)
        except RulesError as problem:
            self.fail(problem)
            return
        if match.result is not None:
            self._end(ending.by_rules(match))
        elif self._bots is not None:
            self._bots.wake(match)

    def _write_move(
        self, seat: Seated, movement: bytes, entry: entries.Moved, clock: bytes, answer: Answer | None
    ) -> None:
        commits = self._commits
        frames = move_frames(self.match, seat.user_id, movement, clock, commits.seq + 1)
        commits.write(MOVED, seat.user_id, encode(entry).decode(), frames, answer)

    def _act(self, seat: Seated, action: str, data: Raw, answer: Answer | None) -> None:
        match action:
            case "rematch":
                check(self.phase, Request.REMATCH)
                self._want_rematch(seat, answer)
            case "emote":
                check(self.phase, Request.TALK)
                seat.count_saying(self._now())
                _check_emote(data)
                self._record(seat, entries.Acted(action, data), answer)
            case "resign":
                check(self.phase, MOVE)
                self._record(seat, entries.Acted(action), answer)
                self._end(ending.by_resignation(self, seat))
            case "offer_draw" | "accept_draw":
                check(self.phase, MOVE)
                if action == "accept_draw" and not self.draw_offers - {seat.number}:
                    raise NoDrawOffered
                offers = self.draw_offers | {seat.number}
                is_agreed = action == "accept_draw" and len(offers) == len(self.seats)
                if is_agreed or seat.number not in self.draw_offers:
                    self._record(seat, entries.Acted(action), answer)
                else:
                    acknowledge(answer)
                if is_agreed:
                    self._end(ending.DRAW_AGREED)
            case _:
                raise UnknownAction(f"{self.match.game.title} knows no action {action!r}.")

    def _want_rematch(self, seat: Seated, answer: Answer | None) -> None:
        if seat.number in self.rematch_wanted:
            acknowledge(answer)
            return
        wanted = self.rematch_wanted | {seat.number}
        if all(other.bot_level is not None or other.number in wanted for other in self.seats):
            self.rematch_wanted = wanted
            begin(self._make_rematch(seat, answer), self._tasks, "A rematch")
        else:
            self._record(seat, entries.Acted("rematch"), answer)

    async def _make_rematch(self, seat: Seated, answer: Answer | None) -> None:
        try:
            data = await ending.make_rematch(self.id)
        except Refusal as refused:
            self.rematch_wanted.discard(seat.number)
            listener, ref = (seat.listener, None) if answer is None else answer
            if listener is not None:
                listener.send(encode(error(refused, ref)))
            return
        self._record(seat, entries.Acted("rematch", data), answer)

    def _record(self, seat: Seated, entry: entries.ByPlayer, answer: Answer | None = None) -> None:
        """Apply, journal and announce what a player did."""
        if self.phase is LOST:
            return  # The journal of this room takes nothing more.
        if self.phase is ENDING:
            # The next entry is the end, which is written with the result.
            self._deferred.append((seat, entry, answer))
            return
        event = entry.event(seat, self._commits.seq + 1)
        entry.apply(self, seat)
        frames = (encode(event), None)
        self._commits.write(entry.kind, seat.user_id, encode(entry).decode(), frames, answer)

    # The way to the start.

    def _enter(self, phase: Phase) -> None:
        """Change the phase, and send everybody the new state."""
        self.state = phase.value
        if self.phase is not LOST:
            self.phase = phase
        if not self.is_over:
            begin(_noted((self.id, self.state)), self._tasks, "Noting the state of a game")
        self._commits.when_committed(partial(self._audience.tell, self.state_frames()))
        self._go_on_when_all_joined()
        self._start_if_ready()

    def _go_on_when_all_joined(self) -> None:
        if self.phase is Phase.WAITING_FOR_PLAYERS and all(seat.joined for seat in self.seats):
            self._enter(Phase.WAITING_FOR_READY)

    def _start_if_ready(self) -> None:
        if self.phase is Phase.WAITING_FOR_READY and all(seat.ready for seat in self.seats):
            entry = entries.Started()
            event = entry.event(self._commits.seq + 1)
            entry.apply(self)
            self._commits.write(entry.kind, None, encode(entry).decode(), (encode(event), None))
            self._begin(self._now())
            self._enter(ACTIVE)

    def _begin(self, now: float) -> None:
        if self.clocks is not None:
            self.clocks.run(self.match.turn, now)
            self._alarm.set(self.clocks.flag_falls())
        if self._bots is not None and not self.match.game.real_time:
            self._bots.wake(self.match)

    # Time.

    def _check_deadlines(self) -> None:
        """Act on clocks, absences and start limits that have run out."""
        self._alarm.clear()
        due = deadlines.due(self.phase, self.seats, self.clocks, self._opened_at, self._now())
        for seat in due.missed:
            self._record_left(seat)
        if due.never_started:
            self._end(ending.by_absence_at_start(self, self.phase))
        elif due.out_of_time:
            self._end(ending.by_timeout(self, due.out_of_time))
        elif due.stayed_away:
            self._end(ending.by_forfeit(self, due.stayed_away))
        else:
            self._alarm.set(due.next_at)

    @property
    def steps_now(self) -> bool:
        """Whether the scheduler is to step the room: a real-time game with everybody there."""
        return self._all_here and self.phase is ACTIVE

    def frame(self) -> None:
        """Advance a real-time game by one frame, and show it."""
        match = self.match
        game = match.game
        inputs = self.inputs
        if self._bots is not None:
            self._bots.steer(match, inputs)
        tick = match.tick
        answers = self._answers
        if inputs:
            self.inputs = {}
            if answers:
                self._answers = {}
        try:
            match.step(inputs, game.rate // game.frame_rate)
            for number, movement in inputs.items():
                entry = entries.Moved(Raw(movement), tick=tick)
                self._write_move(self.seats[number], movement, entry, b"null", answers.get(number))
            if match.result is not None:
                # It is shown when the end is stored, which comes with the scores.
                self._end(ending.by_rules(match))
            elif (scores := match.scores) != self._scores:
                # A score is stored before it is shown, in a frame of its own as soon as it is; frames until
                # then are left out.
                self._scores = scores
                self._waits_for_score = True
                self._save_snapshot(has_new_score=True)
            else:
                if not self._waits_for_score:
                    self._show_tick()
                if match.tick - self._snapshot_tick >= game.rate:
                    self._save_snapshot()
        except RulesError as problem:
            self.fail(problem)

    def _show_tick(self) -> None:
        self._audience.tell(tick_frames(self.match), key="tick")

    def _show_score(self) -> None:
        self._waits_for_score = False
        if self.steps_now:
            self._show_tick()

    def _save_snapshot(self, *, has_new_score: bool = False) -> None:
        self._snapshot_tick = self.match.tick
        self._commits.save_snapshot(encode(self.match.dump()).decode(), has_new_score=has_new_score)

    # The end.

    def end_by_operator(self) -> None:
        """End the game without a winner, on the operators' behalf. Raises ``GameIsOver``, ``Recovering``."""
        check(self.phase, Request.END)
        self._end(ending.BY_OPERATOR)

    def fail(self, problem: Exception) -> None:
        """End this game, and no other, because its rules failed."""
        logger.error(
            "The rules of %s failed", self.match.game.name, exc_info=problem, extra={"game_id": str(self.id)}
        )
        self.match.give_up(problem)
        self._end(ending.BY_ERROR)

    def _end(self, verdict: Verdict) -> None:
        """Stop the game; its end is announced when the database has it."""
        if not goes_on(self.phase):
            return
        self.phase = ENDING
        self.match.halt()
        # Inputs that came too late for the last step are not played.
        for answer in self._answers.values():
            acknowledge(answer)
        self._answers.clear()
        if self.clocks is not None:
            self.clocks.stop(self._now())

        def finish() -> None:
            begin(self._finish(self._ending_of(verdict)), self._tasks, "The end of a game")

        # The end deletes the snapshot; one that was written after it would stay for ever.
        self._commits.when_committed(partial(self._commits.when_saved, finish))

    async def _finish(self, ended: Ending) -> None:
        try:
            over = await ending.store(
                ended, game_id=self.id, epoch=self.record.epoch, seq=self._commits.seq + 1
            )
        except services.OwnedElsewhere:
            self.lost(True)
            return
        except Exception as problem:
            blank = services.without_rules("error", seats=len(self.seats), tick=self.match.tick)
            if ended == blank:
                raise
            # The database does not take what the rules made of it.
            self.fail(problem)
            await self._finish(blank)
            return
        self._result = over
        self._commits.add_committed((encode(over), None))
        for change in over.ratings:
            self._by_user[change.user_id].rating = change.after
        self._enter(Phase(Game.State.after(over.reason)))
        deferred, self._deferred = self._deferred, []
        for seat, entry, answer in deferred:
            self._record(seat, entry, answer)
        self._alarm.set(self._now() + deadlines.UNLOAD_AFTER_S)

    def _ending_of(self, verdict: Verdict) -> Ending:
        try:
            return ending.ending_of(self.match, verdict)
        except RulesError as problem:
            self.fail(problem)
            return ending.ending_of(self.match, ending.BY_ERROR)

    # Losing a room, and restoring it.

    def lost(self, taken: bool) -> None:
        """Accept nothing more: the journal could not take what this room has accepted."""
        if self.phase is not LOST:
            self.phase = LOST
            self._let_go(self, taken)

    def close(self, code: int = CloseCode.RESTARTED, reason: str = "room_moved") -> None:
        """Close all sockets, whose clients then come back to wherever the room is."""
        self._stop()
        for listener in self._listeners().values():
            listener.close(code, reason)

    def take_in(self, older: "Room") -> None:
        """Move everybody here from the room that this one, read anew from the database, replaces."""
        older._stop()
        for user_id, listener in older._listeners().items():
            if listener.closed_with is None:
                self.attach(listener, user_id, None)

    def _listeners(self) -> dict[int, Listener]:
        # Not only the audience: some still wait for their first frame.
        players = {seat.user_id: seat.listener for seat in self.seats if seat.listener is not None}
        return {**self._spectators, **players}

    def _stop(self) -> None:
        self.phase = LOST
        self._alarm.clear()
        for task in self._tasks:
            task.cancel()

    def pause(self) -> None:
        """Accept nothing more, as the worker stops, and save where a real-time game stands."""
        if self.phase is ACTIVE and self.match.game.real_time:
            # Rules that fail at this moment are left to the next owner.
            with suppress(RulesError):
                self._save_snapshot()
        self.phase = LOST

    def _restore(self) -> None:
        """Replay the journal, and continue exactly where it ends."""
        record = self.record
        failed = self.match.problem
        try:
            entries.replay(self, record.entries)
            self.catch_up(0 if record.result is None else record.result["tick"])
        except Exception as problem:
            failed = problem
        if record.entries:
            self._commits.resume(record.entries[-1].seq)
        self._opened_at = now = self._now()
        for seat in self.seats:
            if seat.bot_level is not None:
                seat.joined = seat.ready = True
            elif seat.joined:
                seat.away_since = now
        self.phase = self._restored_phase()
        self.state = self.phase.value
        if failed is not None:
            self.fail(failed)
        elif self.phase is ACTIVE:
            self._begin(now)
            if (verdict := ending.restored(self, record.entries[-1])) is not None:
                self._end(verdict)
        else:
            self._start_if_ready()
        if record.result is not None:
            self._result = convert(record.result, events.GameOver)
            self.match.halt()
        else:
            self._alarm.set(self._now())
            if self.state != record.state:
                # The last owner did not come to note it.
                begin(_noted((self.id, self.state)), self._tasks, "Noting the state of a game")

    def _restored_phase(self) -> Phase:
        if self.record.result is not None:
            return Phase(self.record.state)
        if self.is_started:
            return ACTIVE
        if len(self._by_user) < len(self.seats):
            return Phase.CREATED
        all_joined = all(seat.joined for seat in self.seats)
        return Phase.WAITING_FOR_READY if all_joined else Phase.WAITING_FOR_PLAYERS


async def _note_states(reached: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], None]:
    await in_database(services.store_states, dict(reached))
    return dict.fromkeys(reached)


_noted = BatchLoader(_note_states)


def _check_emote(data: Raw) -> None:
    try:
        is_valid = len(bytes(data)) <= EMOTE_BYTES and isinstance(json.decode(data), dict)
    except DecodeError:  # It holds a number beyond all bounds.
        is_valid = False
    if not is_valid:
        raise Invalid(
            f"The data of an emote is an object of at most {EMOTE_BYTES} bytes.",
            details={"data": ["too large or no object"]},
        )
