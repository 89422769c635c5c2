"""The course of a game in its room: from the first player to the stored end, also across a takeover."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import UNSET, Raw, UnsetType, convert

from core.background import STORE_ERRORS
from core.database import in_database
from core.tasks import begin
from game import events, services
from game.author.leaving import BOT, END, PLAY_ON, SUBSTITUTE, Why
from game.author.match import Match
from game.author.refusals import RulesError
from game.author.timing import LOSE, MS, SKIP, Clock
from game.live.alarm import Alarm
from game.live.audience import Audience
from game.live.listeners import Answer, Frames
from game.live.room import deadlines, ending, entries
from game.live.room.commits import Commits
from game.live.room.ending import Verdict
from game.live.room.frames import game_state, move_frames, phase_event, players_of, update_frames
from game.live.room.notes import RETRY_S, Notes
from game.live.room.phase import ACTIVE, ENDING, LOST, Phase, Request, check, goes_on
from game.live.room.table import Table
from game.live.seats import Seated, seated
from game.models import Game
from game.records import Ending, RoomRecord, SeatRecord
from realtime.wire.messages import encode

SNAPSHOT_AFTER_ENTRIES = 200
"""A takeover replays about as many entries of a turn-based game at most."""
NEVER = 1 << 62

logger = logging.getLogger(__name__)


class Course(Table):
    """A table on its way through the phases of a game. ``Room`` adds the people, and what they ask.

    ``let_go(taken)`` is called when the game cannot go on here (see ``Room``).
    """

    __slots__ = (
        "_alarm",
        "_audience",
        "_commits",
        "_deferred",
        "_let_go",
        "_notes",
        "_now",
        "_opened_at",
        "_phase_told",
        "_result",
        "_snapshot_due",
        "_tasks",
        "id",
        "phase",
        "record",
        "state",
    )

    def __init__(
        self,
        record: RoomRecord,
        match: Match,
        commits: Commits,
        audience: Audience,
        let_go: Callable[[bool], None],
    ) -> None:
        super().__init__(match, seated(record))
        if record.snapshot is not None:
            self.restore(record.snapshot)
        loop = asyncio.get_running_loop()
        # First what each frame and each move touches (see ``Table``).
        self.phase = Phase.CREATED
        self._audience = audience
        self._commits = commits
        self._now = loop.time
        self._alarm = Alarm(loop, self._check_deadlines)
        self.id: UUID = record.game_id
        self.record = record
        self.state: str = Phase.CREATED.value
        """The game's state as clients and lists see it: that of the phase, except that ``ENDING`` and
        ``LOST`` leave it as it was.
        """
        self._snapshot_due = record.snapshot_seq + SNAPSHOT_AFTER_ENTRIES
        """The number of the entry after which the next snapshot is to be saved, if there is none before."""
        self._opened_at = self._now()
        self._result: events.GameOver | None = None
        self._deferred: list[tuple[Seated, entries.ByPlayer, Answer | None]] = []
        self._let_go = let_go
        self._tasks: set[asyncio.Task[Any]] = set()
        self._notes = Notes(self.id, commits, self._tasks)
        self._phase_told = 0
        """Of the phases that the game has entered, the last one that clients know."""

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

    @property
    def has_free_seats(self) -> bool:
        """Whether somebody can take a seat (by the game's link)."""
        if self.phase is Phase.CREATED:
            return not self.is_filled
        return goes_on(self.phase) and any(seat.is_free for seat in self.seats)

    @property
    def is_open(self) -> bool:
        """Whether seats are taken by entries of the journal, not only before the game has begun."""
        return self.match.game.open or self.is_started

    def state_frames(self) -> Frames:
        """Return the game's present state for each viewer."""
        try:
            # For all viewers, or 200 players would cost 200 x 200.
            players = players_of(self)
        except RulesError as problem:
            self.fail(problem)
            players = players_of(self)
        return b"", [encode(self._state_of(viewer, players)) for viewer in range(self.match.viewers)]

    def _state_of(self, viewer: int, players: list[events.PlayerInfo] | None = None) -> events.GameState:
        def state() -> events.GameState:
            return game_state(
                self,
                viewer,
                players=players_of(self) if players is None else players,
                game_id=self.id,
                state=self.state,
                result=self._result,
                seq=self._commits.seq,
                now=self._now(),
            )

        try:
            return state()
        except RulesError as problem:
            self.fail(problem)
            return state()

    # What players do.

    def _record(self, seat: Seated, entry: entries.ByPlayer, answer: Answer | None = None) -> None:
        """Apply, journal and announce what a player did."""
        if self.phase is LOST:
            return  # The journal of this room takes nothing more.
        if self.phase is ENDING:
            # The next entry is the end, which is written with the result.
            self._deferred.append((seat, entry, answer))
            return
        entry.apply(self, seat)
        self._write(seat, entry, answer)

    def _write(self, seat: Seated, entry: entries.ByPlayer, answer: Answer | None = None) -> None:
        frames = (encode(entry.event(self, seat, self._commits.seq + 1)), None)
        self._commits.write(entry.kind, seat.user_id, encode(entry).decode(), frames, answer)
        if self._commits.row >= self._snapshot_due:
            self._shorten_takeover()

    def _shorten_takeover(self) -> None:
        """Save a snapshot of a running game, as there are many entries since the last one."""
        if self.phase is not ACTIVE:
            return
        try:
            self._save_snapshot()
        except RulesError as problem:
            # The state is not plain JSON, so that a takeover has to replay the whole journal.
            self._snapshot_due = NEVER
            logger.warning("No snapshots of game %s can be saved: %s", self.id, problem)

    def _save_snapshot(self, *, has_new_score: bool = False) -> None:
        self._snapshot_due = self._commits.row + SNAPSHOT_AFTER_ENTRIES
        self._commits.save_snapshot(encode(self.as_state()).decode(), has_new_score=has_new_score)

    def _came(self, seat: Seated) -> None:
        """Note that the player in this seat is here, and hears the room."""
        seat.away_since = None
        if self.is_over:
            return
        if not seat.joined:
            self._record(seat, entries.Joined())
        elif seat.left_told and seat.gone is None:
            self._record(seat, entries.Reconnected())
        if seat.may_come_back and seat.is_offered:
            taking = in_database(services.take_back, user_id=seat.user_id, game_id=self.id)
            begin(taking, self._tasks, "Taking a seat back")
        elif seat.may_come_back:
            self._take_back(seat)
        self._go_on_when_all_joined()

    def _record_left(self, seat: Seated) -> None:
        if self.match.game.correspondence:
            return
        if goes_on(self.phase) and seat.joined and not (seat.connected or seat.left_told or seat.gone):
            self._record(seat, entries.Left())
            self._alarm.set(self._now() + self.match.game.grace)

    # Leaving a game that goes on.

    def _depart(self, seat: Seated, why: Why, ended: Verdict) -> None:
        """Ask the rules what becomes of a leaving player's seat; if the game ends, it is ``ended``."""
        if not goes_on(self.phase):
            return
        try:
            self._pass_time()
            then = self.match.leave(seat.number, why)
            if then == END:
                self._end(ended)
                return
            is_offered = then == SUBSTITUTE or (then == PLAY_ON and self.match.game.open)
            level = then.level if isinstance(then, BOT) else None
            entry = entries.Departed(why, level, is_offered, self._tick())
            entry.mark(self, seat)
            self._write(seat, entry)
            self._notes.note_playing(seat)
            self._go_on_with_others()
        except RulesError as problem:
            self.fail(problem)

    def seat_newcomers(self, seats: Iterable[SeatRecord]) -> None:
        """Seat those who have taken a free seat in the database."""
        try:
            for one in seats:
                seat = self.seats[one.number]
                if one.left or self._notes.is_noting(one.user_id):
                    continue
                if seat.is_free and (seat.user_id != one.user_id or seat.gone is not None):
                    self._pass_time()
                    self._seat(seat, one)
        except RulesError as problem:
            self.fail(problem)

    def _seat(self, seat: Seated, one: SeatRecord) -> None:
        tick = self._tick() if self.is_started else UNSET
        level = UNSET if one.bot_level is None else one.bot_level
        entry = entries.SeatTaken(seat.number, seat.user_id, one.username, one.rating, tick, level)
        entry.apply(self, one.user_id)
        event = entry.event(one.user_id, self._commits.seq + 1)
        self._commits.write(entry.kind, one.user_id, encode(entry).decode(), (encode(event), None))
        if seat.listener is None:
            seat.away_since = self._now()
        if self.phase is ACTIVE:
            self._go_on_with_others()
        elif self.phase is Phase.CREATED and self.is_filled:
            self._wait_for_players()
        else:
            self._show_state()

    def _wait_for_players(self) -> None:
        self._opened_at = self._now()
        self._count_as_here()
        self._enter(Phase.WAITING_FOR_PLAYERS)
        self._alarm.set(self._now() + self.match.game.start_within)

    async def _begin_without_others(self) -> None:
        try:
            await in_database(services.close_seats, game_id=self.id)
        except STORE_ERRORS:
            self._alarm.set(self._now() + RETRY_S)

    def _take_back(self, seat: Seated) -> None:
        try:
            self._pass_time()
            self._record(seat, entries.Reconnected(self._tick()))
            self._notes.note_playing(seat)
            self._go_on_with_others()
        except RulesError as problem:
            self.fail(problem)

    def _tick(self) -> int | UnsetType:
        game = self.match.game
        return self.match.tick if game.real_time or game.timed else UNSET

    def _go_on_with_others(self) -> None:
        """Continue, or end, after somebody has left or come back."""
        if self.phase is not ACTIVE:
            return
        verdict = ending.by_rules(self.match) if self.match.result is not None else None
        verdict = verdict or (ending.by_departures(self) if self.departed else None)
        if verdict is not None:
            self._end(verdict)
            return
        now = self._now()
        if self.clocks is not None:
            self.clocks.stop(now)
        self._begin(now)
        self._alarm.set(now)
        self._show_state()
        self._note_time()

    # The way to the start.

    def _enter(self, phase: Phase) -> None:
        """Change the phase, and send everybody the new state."""
        self.state = phase.value
        if self.phase is not LOST:
            self.phase = phase
        if not self.is_over:
            self._notes.note_state(self.state)
        self._show_state()
        self._go_on_when_all_joined()
        self._start_if_ready()

    def _show_state(self) -> None:
        self._commits.when_committed(partial(self._audience.tell_state, self.state_frames(), self.match))

    def _go_on_when_all_joined(self) -> None:
        if self.phase is Phase.WAITING_FOR_PLAYERS and all(seat.joined for seat in self.taken):
            self._enter(Phase.WAITING_FOR_READY)

    def _start_if_ready(self) -> None:
        if self.phase is Phase.WAITING_FOR_READY and all(seat.ready for seat in self.taken):
            entry = entries.Started()
            if self.match.game.correspondence:
                entry.at_ms = int(time.time() * MS)
            event = entry.event(self._commits.seq + 1)
            entry.apply(self)
            self._commits.write(entry.kind, None, encode(entry).decode(), (encode(event), None))
            self._begin(self._now())
            self._enter(ACTIVE)
            self._note_time()

    def _begin(self, now: float) -> None:
        match = self.match
        if match.game.correspondence:
            # By the wall clock, also while no worker has the room.
            self.zero = now - (time.time() - self.began_ms / MS)
        else:
            self.zero = now - match.tick / MS
        if self.clocks is not None:
            self.clocks.run(match.turn, self.moment(match.tick) if match.game.correspondence else now)
            self._alarm.set(self.clocks.flag_falls())

    def _count_as_here(self) -> None:
        """Wait for no bot, and for nobody in a correspondence game: it begins once its seats are taken."""
        for seat in self.taken:
            if seat.bot_level is not None or self.match.game.correspondence:
                seat.joined = seat.ready = True

    # Time.

    def _pass_time(self) -> None:
        """Advance the time of a game with phases or timers to now, and do what is due by then.

        Raises ``RulesError``.
        """
        match = self.match
        if not match.game.timed or match.game.real_time or self.phase is not ACTIVE:
            return
        now = self._now()
        tick = max(match.tick, int((now - self.zero) * MS))
        if (due := match.due) is None or due > tick:
            match.advance(tick)
            return
        match.advance(tick)
        self.forget_undo()
        left_ms, clock = self._turn_clocks(now)
        frames = update_frames(match, "timer", None, clock, self._commits.seq + 1)
        self._write_change(entries.Rang(match.tick, left_ms), None, frames)

    def _time_out(self, seat: Seated, ended: Verdict) -> None:
        """Do what the rules say of a turn whose time is up; if the game ends, it is ``ended`` thereby."""
        if self.phase is not ACTIVE or seat.number not in self.match.turn:
            return
        match = self.match
        try:
            self._pass_time()
            if seat.number not in match.turn:
                return
            is_choice = match.is_choosing
            made = match.time_out(seat.number)
            if made == LOSE:
                self._depart(seat, "time", ended)
                return
            self.forget_undo()
            now, seq = self._now(), self._commits.seq + 1
            left_ms, clock = self._turn_clocks(now, moved=seat.number)
            if made == SKIP:
                frames = update_frames(match, "skip", seat.user_id, clock, seq)
            else:
                frames = move_frames(match, seat.user_id, made, clock, seq, is_choice=is_choice)
            movement = b"{}" if made == SKIP else made
            self._write_change(entries.TimedOut(Raw(movement), left_ms, self._tick()), seat, frames)
        except RulesError as problem:
            self.fail(problem)

    def _turn_clocks(self, now: float, *, moved: int | None = None) -> tuple[list[int] | None, bytes]:
        """Start the clocks of those whose turn it is now; return the time left, and what clients see."""
        clocks = self.clocks
        if clocks is None:
            return None, b"null"
        if moved is None:
            clocks.turn(self.match.turn, now)
        else:
            clocks.press(moved, self.match.turn, now)
        self._alarm.set(clocks.flag_falls())
        return clocks.left_ms, clocks.told(now, time.time())

    def _write_change(
        self,
        entry: entries.Change,
        seat: Seated | None,
        frames: Frames,
        answer: Answer | None = None,
    ) -> None:
        """Journal a change of the match that is no move, and go on."""
        user_id = None if seat is None else seat.user_id
        self._commits.write(entry.kind, user_id, encode(entry).decode(), frames, answer)
        self._alarm.set(self._now())
        self._note_time()
        if self.match.result is not None:
            self._end(ending.by_rules(self.match))

    def _note_time(self) -> None:
        """Tell clients of another phase, and the database of what is due in a correspondence game."""
        game = self.match.game
        if game.phases and self.is_started and self._phase_told != game.agenda.entered:
            self._phase_told = game.agenda.entered
            entry, seq = entries.PhaseEntered(game.phase), self._commits.seq + 1
            event = phase_event(self, self._now(), seq)
            self._commits.write(entry.kind, None, encode(entry).decode(), (encode(event), None))
        if game.timed and not game.real_time:
            for due in (self.match.due, self.match.choice_due):
                self._alarm.set(None if due is None else self.moment(due))
        if game.correspondence and self.phase is ACTIVE:
            self._note_due()

    def _note_due(self) -> None:
        now, match = self._now(), self.match
        moments = [self.clocks.flag_falls() if self.clocks is not None else None]
        moments += [self.moment(due) for due in (match.due, match.choice_due) if due is not None]
        known = [moment for moment in moments if moment is not None]
        due_at = datetime.fromtimestamp(time.time() + min(known) - now, UTC) if known else None
        self._notes.note_due(due_at, [self.seats[number].user_id for number in sorted(match.turn)])

    def _check_deadlines(self) -> None:
        """Act on clocks, absences and start limits that have run out."""
        self._alarm.clear()
        now, game = self._now(), self.match.game
        due = deadlines.due(self.phase, self.seats, self.clocks, self._opened_at, now, game, self._timing())
        for seat in due.missed:
            self._record_left(seat)
        is_enough = len(self.taken) >= game.min_players or game.fill_with is not None
        if due.never_started and self.phase is Phase.CREATED and is_enough:
            begin(self._begin_without_others(), self._tasks, "Starting a game")
        elif due.never_started:
            self._end(ending.by_absence_at_start(self, self.phase))
        elif due.rings:
            try:
                self._pass_time()
            except RulesError as problem:
                self.fail(problem)
            self._alarm.set(now)
        elif seats := due.late or due.out_of_time:
            ended = ending.by_timeout(self, seats)
            for number in seats:
                if due.late or not isinstance(self.match.clock, Clock):
                    self._time_out(self.seats[number], ended)
                else:
                    self._depart(self.seats[number], "time", ended)
        elif due.stayed_away:
            ended = ending.by_forfeit(self, due.stayed_away)
            for number in due.stayed_away:
                self._depart(self.seats[number], "away", ended)
        else:
            self._alarm.set(due.next_at)

    def _timing(self) -> deadlines.Timing:
        """Return the moments of the game's own phases and timers, but in real time."""
        match = self.match
        if not match.game.timed or match.game.real_time or self.phase is not ACTIVE:
            return deadlines.Timing()
        due, choice_due = match.due, match.choice_due
        return deadlines.Timing(
            rings_at=None if due is None else self.moment(due),
            choose_by=None if choice_due is None else self.moment(choice_due),
            # Bots choose in a moment.
            choosing=[number for number in match.turn if self.seats[number].bot_level is None],
        )

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
        if self.clocks is not None:
            self.clocks.stop(self._now())

        def finish() -> None:
            begin(self._finish(self._ending_of(verdict)), self._tasks, "The end of a game")

        # The end deletes the snapshot; one that was written after it would stay for ever.
        self._commits.when_committed(partial(self._commits.when_saved, finish))

    async def _finish(self, ended: Ending) -> None:
        try:
            over = await ending.store(
                ended, game_id=self.id, epoch=self.record.epoch, seq=self._commits.row + 1
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
        ratings = {change.user_id: change.after for change in over.ratings}
        for seat in self.seats:
            seat.rating = ratings.get(seat.user_id, seat.rating)
        self._enter(Phase(Game.State.after(over.reason)))
        deferred, self._deferred = self._deferred, []
        for seat, entry, answer in deferred:
            self._record(seat, entry, answer)
        self._alarm.set(self._now() + deadlines.UNLOAD_AFTER_S)

    def _ending_of(self, verdict: Verdict) -> Ending:
        try:
            return ending.ending_of(self, verdict)
        except RulesError as problem:
            self.fail(problem)
            return ending.ending_of(self, ending.BY_ERROR)

    # Losing a room, and restoring it.

    def lost(self, taken: bool) -> None:
        """Accept nothing more: the journal could not take what this room has accepted."""
        if self.phase is not LOST:
            self.phase = LOST
            self._let_go(taken)

    def _stop(self) -> None:
        self.phase = LOST
        self._alarm.clear()
        if self._audience.gallery is not None:
            self._audience.gallery.stop()
        for task in self._tasks:
            task.cancel()

    def _restore(self) -> None:
        """Replay the journal, and continue exactly where it ends."""
        record = self.record
        failed = self.match.problem
        try:
            entries.replay(self, (row for row in record.entries if row.seq > record.snapshot_seq))
            self.catch_up(0 if record.result is None else record.result["tick"])
        except Exception as problem:
            failed = problem
        if record.entries:
            self._commits.resume(record.entries[-1].seq, self._untold())
        self._opened_at = now = self._now()
        for seat in self.seats:
            if seat.user_id and seat.bot_level is None and (seat.joined or self.is_started):
                seat.away_since = now
        self._count_as_here()
        self.phase = self._restored_phase()
        self.state = self.phase.value
        if failed is not None:
            self.fail(failed)
        elif self.phase is ACTIVE:
            self._begin(now)
            self._phase_told = self.match.game.agenda.entered
            self._note_time()
            for number in self.departed:
                if not self.seats[number].is_offered:
                    # The last owner may not have come to note it.
                    self._notes.note_playing(self.seats[number])
            if (verdict := ending.restored(self, record.entries[-1])) is not None:
                self._end(verdict)
            elif (resigned := entries.resigned(self, record.entries[-1])) is not None:
                self._depart(resigned, "resigned", ending.by_resignation(self, resigned))
        else:
            self._start_if_ready()
        if failed is None and self.is_open:
            self.seat_newcomers(record.seats)
        # A room that is open for days is not to hold what it was read from.
        self.record = record._replace(entries=[], snapshot=None)
        if record.result is not None:
            self._result = convert(record.result, events.GameOver)
            self.match.halt()
        else:
            self._alarm.set(self._now())
            if self.state != record.state:
                # The last owner did not come to note it.
                self._notes.note_state(self.state)

    def _untold(self) -> int:
        """Return the number of entries that nobody was told of."""
        game = self.match.game
        return self.match.inputs_taken if game.real_time and not game.tells_inputs else 0

    def _restored_phase(self) -> Phase:
        if self.record.result is not None:
            return Phase(self.record.state)
        if self.is_started:
            return ACTIVE
        if not self.is_filled:
            return Phase.CREATED
        all_joined = all(seat.joined for seat in self.taken)
        return Phase.WAITING_FOR_READY if all_joined else Phase.WAITING_FOR_PLAYERS
