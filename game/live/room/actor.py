"""The room itself: what players ask of it, and what everybody in it is shown.

A move passes through ``Room.take`` and ``_move`` to the journal, and back through ``Commits.written`` to
everybody in the room. Everything here runs on the worker's event loop and without awaiting, so one input is
handled completely before the next.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import randrange
from typing import Final

from msgspec import UNSET, DecodeError, Raw, json

from core.database import in_database
from core.ids import UserId
from core.refusals import Invalid, RateLimited, Refusal
from core.tasks import begin
from game import commands, events, services
from game.author.match import Match
from game.author.refusals import GameIsOver, NotYourTurn, RulesError
from game.author.timing import Clock
from game.live.audience import Audience
from game.live.gallery import Gallery
from game.live.journal import Journal
from game.live.listeners import Answer, Frames, acknowledge
from game.live.room import ending, entries
from game.live.room.attended import AttendedCourse
from game.live.room.bots import Bots
from game.live.room.commits import Commits
from game.live.room.ending import Verdict
from game.live.room.frames import (
    action_frames,
    move_frames,
    move_head,
    tick_frames,
    update_frames,
)
from game.live.room.phase import ACTIVE, LOST, MOVE, Request, check, refusal
from game.live.seats import Seated
from game.live.sync import Sync, schema
from game.records import RoomRecord, SeatRecord
from game.refusals import (
    NoDrawOffered,
    NotAPlayer,
    NotTheHost,
    NoUndo,
    NoUndoAsked,
    StaleInput,
    UnknownAction,
)
from realtime import worker
from realtime.wire.messages import Command, encode, error, with_ref

EMOTE_BYTES = 512
MAX_RESYNCS: Final = 10
"""States that a user may ask for at once; then one a second. A state costs far more than asking for it."""
MAX_INPUTS: Final = 64
"""Inputs of one seat that are applied in one frame."""
MOVED: Final = entries.Moved.kind


class Room(AttendedCourse):
    """A running game and everybody in it.

    ``let_go(room, taken)`` is called when the room cannot go on: another worker owns it (``taken``), or the
    database took nothing and the room has to be read anew.
    """

    __slots__ = (
        "_answers",
        "_bots",
        "_numbers",
        "_resyncs",
        "_scores",
        "_snapshot_tick",
        "_waits_for_score",
    )

    def __init__(
        self,
        record: RoomRecord,
        match: Match,
        journal: Journal,
        let_go: Callable[["Room", bool], None],
    ) -> None:
        game_hex = record.game_id.hex
        codec = match.game.view_codec
        audience = Audience(worker.current().relay, game_hex, None if codec is None else Sync(codec))
        commits = Commits(
            game_hex,
            record.epoch,
            journal,
            audience,
            on_lost=self.lost,
            on_scores_saved=self._show_score,
        )
        super().__init__(record, match, commits, audience, partial(let_go, self))
        # First what each frame and each move touches (see ``Table``).
        self._waits_for_score = False
        self._bots: Bots | None = None
        self._scores = match.scores
        # Rooms that began together save their snapshots at different moments.
        self._snapshot_tick = match.tick - randrange(match.game.rate)
        self._answers: dict[tuple[int, int], Answer] = {}
        """Of the inputs of a real-time game that came with an ``id``, by seat and place in ``inputs``."""
        self._numbers: dict[int, int] = {}
        """The number of the last input of each seat that is in ``inputs``."""
        self._resyncs: dict[UserId, float] = {}
        """When each user's allowance of states that were asked for will be whole again."""
        self._restore()
        # The journal may have seated others.
        self._presence.seat(self.seats)
        if match.game.spectator_delay and record.result is None:
            audience.gallery = Gallery(match.game.spectator_delay, self._keep_state, codec, self._schema_json)
            self._keep_state()

    def _schema_json(self) -> bytes:
        """Return how binary frames are read, as JSON, if the game declares the type of its views."""
        codec = self.match.game.view_codec
        return b"" if codec is None else schema(codec, self.match)

    @property
    def may_rest(self) -> bool:
        """Whether the room can leave memory while its game goes on, which is by correspondence."""
        is_idle = self._commits.committed == self._commits.seq and not self._tasks
        return self.match.game.correspondence and self.phase is ACTIVE and is_idle

    def _seat(self, seat: Seated, one: SeatRecord) -> None:
        if seat.user_id != one.user_id:
            self._numbers.pop(seat.number, None)
        super()._seat(seat, one)

    # What players ask.

    def take(self, user_id: UserId, command: Command) -> None:
        """Carry out a player's command, or raise its refusal.

        Its ``id`` comes back to the socket in the player's seat, since any older one has been closed.
        """
        if isinstance(command, commands.Resync):
            self._resync(user_id, command)
            return
        seat = self._presence.seat_of(user_id)
        if seat is None or seat.gone is not None:
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
            self._take_input(seat.number, movement, answer)
            return
        now = self._now()
        clocks = self.clocks
        if clocks is not None and clocks.left_of(seat.number, now) <= 0:
            self._check_deadlines()
            late = GameIsOver if isinstance(match.clock, Clock) else NotYourTurn
            raise late("Your time is up.")
        is_timed = match.game.timed
        try:
            if is_timed:
                self._pass_time()
            is_choice = is_timed and match.is_choosing
            taken = match.play(seat.number, movement)
            if self.draw_offers:
                self.draw_offers.intersection_update({seat.number})
            if self.undo_asked_by is not None:
                self.forget_undo()
            left_ms, clock = None, b"null"
            if clocks is not None:
                clocks.press(seat.number, match.turn, now)
                left_ms, clock = clocks.left_ms, clocks.told(now, time.time())
                self._alarm.set(clocks.flag_falls())
            entry = entries.Moved(Raw(taken), left_ms=left_ms)
            if is_timed:
                entry.tick = match.tick
            self._write_move(seat, taken, entry, clock, answer, is_choice=is_choice)
        except RulesError as problem:
            self.fail(problem)
            return
        if match.result is not None:
            self._end(ending.by_rules(match))
            return
        if is_timed:
            self._note_time()
        if self._bots is not None:
            self._bots.wake(match)
        if self._commits.row >= self._snapshot_due:
            self._shorten_takeover()

    def _take_input(self, seat: int, movement: Raw | bytes, answer: Answer | None) -> None:
        match = self.match
        taken, n = match.check_input(movement)
        if n:
            last = max(match.acks[seat], self._numbers.get(seat, 0))
            if n <= last:
                raise StaleInput(f"The last input was number {last}.")
        waiting = self.inputs.setdefault(seat, [])
        if not match.game.lists_inputs:
            waiting.clear()
            if self._answers:
                # The input that this one replaces is not played.
                acknowledge(self._answers.pop((seat, 0), None))
        elif len(waiting) >= MAX_INPUTS:
            raise RateLimited("Too many inputs for one frame.", retry_after=1 / match.game.frame_rate)
        if n:
            self._numbers[seat] = n
        if answer is not None:
            self._answers[seat, len(waiting)] = answer
        waiting.append(taken)

    def _resync(self, user_id: UserId, command: commands.Resync) -> None:
        """Send a user the state anew, who has lost frames. Raises ``RateLimited``."""
        check(self.phase, Request.CONNECT)
        listener, viewer = self._presence.listener_of(user_id)
        if listener is None:
            return
        now = self._now()
        whole_at = max(self._resyncs.get(user_id, 0.0), now) + 1
        if whole_at > now + MAX_RESYNCS:
            wait = whole_at - now - MAX_RESYNCS
            raise RateLimited("The state was asked for too often.", retry_after=round(wait, 3))
        self._resyncs[user_id] = whole_at
        gallery = self._audience.gallery
        if gallery is not None and viewer >= len(self.seats):
            gallery.enter(listener, viewer)
            acknowledge(None if command.id is None else Answer(listener, command.id))
            return

        def tell(state: bytes) -> None:
            self._audience.lose(listener)
            listener.send(self._audience.with_schema(state, listener, self.match))

        state = encode(self._state_of(viewer))
        told = state if command.id is None else with_ref(state, command.id)
        self._commits.when_committed(partial(tell, told))

    def _end(self, verdict: Verdict) -> None:
        super()._end(verdict)
        # Inputs that came too late for the last step are not played.
        late, self._answers = self._answers, {}
        for answer in late.values():
            acknowledge(answer)

    def _write_move(
        self,
        seat: Seated,
        movement: bytes,
        entry: entries.Moved,
        clock: bytes,
        answer: Answer | None,
        *,
        is_choice: bool = False,
    ) -> None:
        commits, match = self._commits, self.match
        if seat.bot_level is None:
            seat.has_moved = True
        if match.game.real_time and not match.game.tells_inputs:
            commits.write(MOVED, seat.user_id, encode(entry).decode(), None, answer)
            return
        seq = commits.seq + 1
        frames = move_frames(match, seat.user_id, movement, clock, seq, is_choice=is_choice)
        deltas = None
        synced = self._audience.synced
        if synced and self._audience.sync is not None:
            deltas = self._audience.sync.move(
                match,
                synced,
                seat=seat.number,
                movement=movement,
                head=move_head(match, seat.user_id, clock, seq),
                clocks=self.clocks,
                seq=seq,
                is_choice=is_choice,
            )
        commits.write(MOVED, seat.user_id, encode(entry).decode(), frames, answer, deltas)

    def _write_change(
        self,
        entry: entries.Change,
        seat: Seated | None,
        frames: Frames,
        answer: Answer | None = None,
    ) -> None:
        super()._write_change(entry, seat, frames, answer)
        if self._bots is not None:
            self._bots.wake(self.match)

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
            case "start":
                check(self.phase, Request.READY)
                if seat.user_id != self.record.created_by:
                    raise NotTheHost
                begin(self._close_seats(seat, answer), self._tasks, "Starting a game")
            case "resign":
                check(self.phase, MOVE)
                self._go_on_to_now()
                self._record(seat, entries.Acted(action), answer)
                self._depart(seat, "resigned", ending.by_resignation(self, seat))
            case "offer_draw" | "accept_draw":
                check(self.phase, MOVE)
                if action == "accept_draw" and not self.draw_offers - {seat.number}:
                    raise NoDrawOffered
                offers = self.draw_offers | {seat.number}
                is_agreed = action == "accept_draw" and self.all_want(offers)
                if is_agreed or seat.number not in self.draw_offers:
                    self._record(seat, entries.Acted(action), answer)
                else:
                    acknowledge(answer)
                if is_agreed:
                    self._end(ending.DRAW_AGREED)
            case "ask_undo" | "accept_undo" | "decline_undo":
                check(self.phase, MOVE)
                self._undo(seat, action, answer)
            case own if own in self.match.game.actions:
                check(self.phase, MOVE)
                self._act_by_rules(seat, own, data, answer)
            case _:
                raise UnknownAction(f"{self.match.game.title} knows no action {action!r}.")

    def _go_on_to_now(self) -> None:
        try:
            self._pass_time()
        except RulesError as problem:
            self.fail(problem)

    def _undo(self, seat: Seated, action: str, answer: Answer | None) -> None:
        allowed = self.match.game.undo
        if not allowed or (self.record.rated and allowed != "rated"):
            raise NoUndo("No move can be taken back in this game.")
        self._go_on_to_now()
        if action != "ask_undo" and self.undo_asked_by is None:
            raise NoUndoAsked
        if action == "ask_undo" and not self.match.can_take_back(seat.number):
            raise NoUndo("You have no move that can be taken back.")
        if action == "decline_undo":
            self._record(seat, entries.Acted(action), answer)
            return
        if action == "ask_undo" and self.undo_asked_by not in (None, seat.number):
            raise NoUndo("Somebody else asks for an undo: accept or decline it first.")
        is_known = seat.number in self.undo_agreed
        self.wants_undo(seat)
        if self.undo_is_agreed:
            self._take_move_back(answer)
        elif is_known:
            acknowledge(answer)
        else:
            self._record(seat, entries.Acted(action), answer)

    def _take_move_back(self, answer: Answer | None) -> None:
        assert self.undo_asked_by is not None
        seat, now = self.seats[self.undo_asked_by], self._now()
        self.forget_undo()
        try:
            self.match.take_back(seat.number)
            left_ms, clock = self._turn_clocks(now)
            frames = update_frames(self.match, "undo", seat.user_id, clock, self._commits.seq + 1)
        except RulesError as problem:
            self.fail(problem)
            return
        self._write_change(entries.Undone(left_ms, self._tick()), seat, frames, answer)

    def _act_by_rules(self, seat: Seated, action: str, data: Raw, answer: Answer | None) -> None:
        match = self.match
        try:
            self._pass_time()
            taken = match.act(seat.number, action, data)
            now, seq = self._now(), self._commits.seq + 1
            left_ms, clock = self._turn_clocks(now)
            entry = entries.Acted(action, Raw(taken), self._tick(), left_ms or UNSET)
            if match.game.real_time:
                told = b"{}" if action in match.game.secret_moves else taken
                event = events.GameAction(action=action, data=Raw(told), user_id=seat.user_id, seq=seq)
                frames: Frames = (encode(event), None)
            else:
                frames = action_frames(match, seat.user_id, action, taken, clock, seq)
        except RulesError as problem:
            self.fail(problem)
            return
        self._write_change(entry, seat, frames, answer)

    async def _close_seats(self, seat: Seated, answer: Answer | None) -> None:
        try:
            await in_database(services.close_seats, game_id=self.id)
        except Refusal as refused:
            _refuse(refused, seat, answer)

    def _want_rematch(self, seat: Seated, answer: Answer | None) -> None:
        if seat.number in self.rematch_wanted:
            acknowledge(answer)
            return
        wanted = self.rematch_wanted | {seat.number}
        if all(other.bot_level is not None or other.number in wanted for other in self.taken):
            self.rematch_wanted = wanted
            begin(self._make_rematch(seat, answer), self._tasks, "A rematch")
        else:
            self._record(seat, entries.Acted("rematch"), answer)

    async def _make_rematch(self, seat: Seated, answer: Answer | None) -> None:
        try:
            data = await ending.make_rematch(self.id)
        except Refusal as refused:
            self.rematch_wanted.discard(seat.number)
            _refuse(refused, seat, answer)
            return
        self._record(seat, entries.Acted("rematch", data), answer)

    # Time.

    def _begin(self, now: float) -> None:
        super()._begin(now)
        if self._bots is None and any(seat.bot_level is not None for seat in self.seats):
            self._bots = Bots(self.seats, self._tasks, play=self._move, fail=self.fail)
        if self._bots is not None and not self.match.game.real_time:
            self._bots.wake(self.match)

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
            for number, movements in inputs.items():
                for place, movement in enumerate(movements):
                    entry = entries.Moved(Raw(movement), tick=tick)
                    answer = answers.get((number, place))
                    self._write_move(self.seats[number], movement, entry, b"null", answer)
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
            if game.phases and match.result is None:
                self._note_time()
        except RulesError as problem:
            self.fail(problem)

    def _show_tick(self) -> None:
        audience = self._audience
        if audience.synced:
            audience.tell_changes(self.match)
        if audience.hears_whole:
            audience.tell_tick(tick_frames(self.match))

    def _show_score(self) -> None:
        self._waits_for_score = False
        if self.steps_now:
            self._show_tick()

    def _save_snapshot(self, *, has_new_score: bool = False) -> None:
        self._snapshot_tick = self.match.tick
        super()._save_snapshot(has_new_score=has_new_score)

    def when_written(self, function: Callable[[], None]) -> None:
        """Call the function once everything that was accepted, and the last snapshot, is committed."""
        self._commits.when_committed(partial(self._commits.when_saved, function))

    def pause(self) -> None:
        """Accept nothing more, as the worker stops or drains, and save where a real-time game stands."""
        if self.phase is ACTIVE and self.match.game.real_time:
            # Rules that fail at this moment are left to the next owner.
            with suppress(RulesError):
                self._save_snapshot()
        self.phase = LOST


def _refuse(refused: Refusal, seat: Seated, answer: Answer | None) -> None:
    listener, ref = (seat.listener, None) if answer is None else answer
    if listener is not None:
        listener.send(encode(error(refused, ref)))


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
