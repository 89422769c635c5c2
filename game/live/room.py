"""A room: one game under way, in the memory of the one worker that owns it.

All it accepts goes through ``_record``: applied to the state, written to the journal, and only then told.
Everything here runs on the worker's loop and without awaiting, so one input is handled wholly before the
next.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random, randrange
from typing import Any, Final
from uuid import UUID

from django.db import DataError
from msgspec import DecodeError, Raw, convert, json

from core.problems import UNREACHABLE, out_of_reach
from core.refusals import Invalid, Refusal
from game import bots, commands, events, services
from game.author.game import Score, side_of
from game.author.match import Match
from game.author.refusals import GameIsOver, RulesError
from game.live.alarm import Alarm
from game.live.audience import Audience
from game.live.clock import Clocks
from game.live.journal import Journal
from game.live.listeners import Frames, Listener, frame_of
from game.live.rows import Entry, Kept
from game.live.seats import Seated, seated
from game.models import Game, JournalEntry
from game.records import Ending, EntryRecord, RoomRecord
from game.refusals import NoDrawOffered, NoSpectators, NotAPlayer, NotRunning, Recovering, UnknownAction
from realtime import worker
from realtime.consumer import InternalError
from realtime.gathering import Gathered
from realtime.identity import Identity
from realtime.messages import Command, Resumed, encode, error

logger = logging.getLogger(__name__)

GRACE_S = 30.0
START_WITHIN_S = 60.0
FILL_WITHIN_S = 600.0
UNLOAD_AFTER_S = 60.0
MISSED_AFTER_TAKEOVER_S = 3.0
EMOTE_BYTES = 512
REPLACED, RESTARTED = 4409, 1012

Kind = JournalEntry.Kind
State = Game.State
# As plain text: looking a member up and comparing it shows where moves are counted in microseconds.
ACTIVE: Final[str] = State.ACTIVE.value
MOVE: Final[str] = Kind.MOVE.value


class Room:
    """One game and all who are in it.

    ``let_go(room, taken)`` is called when the room cannot go on: another worker owns it (``taken``), or the
    database was away and the room must be read again.
    """

    __slots__ = (
        "_after",
        "_against_bot",
        "_alarm",
        "_all_here",
        "_audience",
        "_bot_wants",
        "_by_user",
        "_clocks",
        "_deferred",
        "_draw_offers",
        "_ending",
        "_hex",
        "_inputs",
        "_journal",
        "_keeping",
        "_kept_at",
        "_let_go",
        "_loop",
        "_now",
        "_opened_at",
        "_random",
        "_recovering",
        "_rematch_wanted",
        "_result",
        "_score_unkept",
        "_scores",
        "_tasks",
        "_thinking",
        "_watching",
        "_when_kept",
        "committed",
        "empty_since",
        "id",
        "match",
        "phase",
        "record",
        "seats",
        "seq",
    )

    def __init__(
        self,
        record: RoomRecord,
        match: Match,
        journal: Journal,
        let_go: Callable[["Room", bool], None],
    ) -> None:
        game = match.game
        self.seats = seats = seated(record)
        # What each frame and each move touches comes first, as it lies in this order when compiled: with many
        # rooms all of it has to come from afar.
        self.match = match
        self.phase: str = State.CREATED
        self._ending = False
        self._recovering = False
        self._all_here = False
        self._against_bot = any(seat.bot_level is not None for seat in seats)
        self._score_unkept = False
        self._inputs: dict[int, bytes] = {}
        self._scores = match.scores
        # Rooms that began together keep their snapshots at different moments.
        self._kept_at = match.tick - randrange(game.rate)
        self._hex = record.game_id.hex
        self._audience = Audience(worker.current().relay, self._hex)
        self.seq = self.committed = 0
        self._journal = journal
        self._after: deque[tuple[int, Callable[[], None]]] = deque()
        self._by_user = {seat.user_id: seat for seat in seats if seat.user_id}
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._clocks = _clocks(match)
        self._alarm = Alarm(self._loop, self._look)
        self._draw_offers: set[int] = set()
        self.id: UUID = record.game_id
        self.record = record
        self._let_go = let_go
        self.empty_since: float | None = self._now()
        self._watching: dict[int, Listener] = {}
        self._result: events.GameOver | None = None
        self._deferred: list[Callable[[], None]] = []
        self._rematch_wanted: set[int] = set()
        self._bot_wants: dict[int, dict[str, Any]] = {}
        self._keeping = 0  # snapshots on their way
        self._when_kept: Callable[[], None] | None = None
        self._thinking: set[int] = set()
        self._random = Random()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._see_who_is_here()
        self._restore()

    # -- Who is here

    @property
    def has_free_seats(self) -> bool:
        """Whether somebody may still sit down (by the game's link)."""
        return self.phase == State.CREATED and len(self._by_user) < len(self.seats)

    def seats_user(self, user_id: int) -> bool:
        """Whether the user is a player here."""
        return user_id in self._by_user

    def fill(self, record: RoomRecord, match: Match) -> None:
        """Somebody sat down before the game began: ``match`` is the same game with all who sit now."""
        listeners = {seat.user_id: seat for seat in self.seats}
        self.record, self.match, self._clocks = record, match, _clocks(match)
        self.seats = seated(record)
        for number, seat in enumerate(self.seats):
            self.seats[number] = listeners.get(seat.user_id, seat) if seat.user_id else seat
        self._by_user = {seat.user_id: seat for seat in self.seats if seat.user_id}
        if not self.has_free_seats:
            self._opened_at = self._now()
            self._enter(State.WAITING_FOR_PLAYERS)
            self._alarm.set(self._now() + START_WITHIN_S)

    def attach(self, listener: Listener, user: Identity, since: int | None) -> int:
        """Let a socket hear the room as what it is, a player or a spectator; returns its viewer number.

        Its first frame follows as soon as all that it shows is committed. Raises ``NoSpectators``, and
        ``Recovering`` where the room is on its way out.
        """
        if self._recovering:
            raise Recovering(retry_after=1)
        seat = self._by_user.get(user.user_id)
        if seat is not None:
            # Who sat down while they watched still has the socket of a spectator.
            older = seat.listener or self._watching.pop(user.user_id, None)
            viewer, seat.listener = seat.number, listener
            self._see_who_is_here()
        else:
            if not self.match.game.spectators or self.record.private:
                raise NoSpectators
            viewer, older = len(self.seats), self._watching.get(user.user_id)
            self._watching[user.user_id] = listener
        if older is not None:
            self._audience.remove(older)
            older.close(REPLACED, "replaced")
        self.empty_since = None
        frame = encode(self._state_frame(viewer))
        self._when_committed(partial(self._welcome, listener, viewer, seat, since, self.seq, frame))
        return viewer

    def detach(self, listener: Listener, user_id: int) -> None:
        """The socket is gone."""
        self._audience.remove(listener)
        if self._watching.get(user_id) is listener:
            del self._watching[user_id]
        seat = self._by_user.get(user_id)
        if seat is not None and seat.listener is listener:
            seat.listener = None
            self._all_here = False
            seat.away_since = self._now()
            self._tell_left(seat)
        if not self._watching and not any(seat.listener for seat in self.seats):
            self.empty_since = self._now()
            self._alarm.set(self._now() + UNLOAD_AFTER_S)

    def _welcome(
        self, listener: Listener, viewer: int, seat: Seated | None, since: int | None, seq: int, frame: bytes
    ) -> None:
        if listener.closed_with is not None:
            return
        missed = None if since is None else self.history(since)
        if missed is not None and since is not None:
            listener.send_ahead(encode(Resumed(recovered=True, since=since, seq=seq)))
            for _, frames in missed:
                listener.send_ahead(frame_of(frames, viewer))
        else:
            listener.send_ahead(frame if since is None else frame[:-1] + b',"recovered":false}')
        self._audience.add(listener, viewer, seq)
        if seat is None or seat.listener is not listener:
            return
        seat.away_since = None
        if self.is_over:
            return
        if not seat.joined:
            self._record(Kind.JOINED, seat)
        elif seat.left_told:
            self._record(Kind.RECONNECTED, seat)
        self._go_on_when_all_joined()

    def _go_on_when_all_joined(self) -> None:
        if self.phase == State.WAITING_FOR_PLAYERS and all(seat.joined for seat in self.seats):
            self._enter(State.WAITING_FOR_READY)

    def history(self, since: int) -> list[tuple[int, Frames]] | None:
        """What was told after ``since``, or None where it is not all kept."""
        return self._audience.missed(since, self.committed)

    def state_frames(self) -> Frames:
        """How things stand."""
        return b"", [encode(self._state_frame(viewer)) for viewer in range(len(self.seats) + 1)]

    def _tell_left(self, seat: Seated) -> None:
        if self._ending:
            self._deferred.append(partial(self._tell_left, seat))
        elif not (seat.connected or seat.left_told or self._recovering or self.is_over) and seat.joined:
            self._record(Kind.LEFT, seat)
            self._alarm.set(self._now() + GRACE_S)

    def seen_by_operators(self) -> dict[str, Any]:
        """All there is to know, what players hide from each other included, as plain JSON types."""
        try:
            rules = self.match.dump()
        except RulesError as problem:
            rules = {"error": str(problem)}
        return {
            "state": self.phase,
            "seq": self.seq,
            "turn": sorted(self.match.turn),
            "left_ms": None if self._clocks is None else self._clocks.left_ms,
            "players": [
                {"user_id": seat.user_id, "username": seat.username, "connected": seat.connected}
                for seat in self.seats
            ],
            "spectators": len(self._watching),
            "rules": rules,
        }

    # -- What is asked

    def take(self, user_id: int, command: Command) -> None:
        """Do what a player asks; raises the refusal if it may not be."""
        seat = self._by_user.get(user_id)
        if seat is None:
            raise NotAPlayer
        if self._recovering:
            raise Recovering(retry_after=1)
        match command:
            case commands.PlayerMove():
                self._move(seat, command.movement)
            case commands.PlayerReady():
                self._ready(seat)
            case commands.GameAction():
                self._act(seat, command)
            case commands.ChatMessage():
                self._say(seat, command.message)

    def _move(self, seat: Seated, movement: Raw | bytes) -> None:
        if self.phase != ACTIVE or self._ending:
            raise GameIsOver if self.is_over or self._ending else NotRunning
        if self.match.game.real_time:
            self._inputs[seat.number] = self.match.check(movement)
            return
        now = self._now()
        clocks = self._clocks
        if clocks is not None and clocks.left_of(seat.number, now) <= 0:
            self._look()
            raise GameIsOver("Your time is up.")
        match = self.match
        try:
            taken = match.play(seat.number, movement)
        except RulesError as problem:
            self.fail(problem)
            return
        if self._draw_offers:
            self._draw_offers.intersection_update({seat.number})
        left, clock = "null", b"null"
        if clocks is not None:
            clocks.press(seat.number, match.turn, now)
            left, clock = json.encode(clocks.left_ms).decode(), clocks.told(now, time.time())
            self._alarm.set(clocks.flag_falls())
        try:
            frames = self._move_frames(seat, taken, clock)
        except RulesError as problem:
            self.fail(problem)
            return
        self._write(MOVE, seat.user_id, f'{{"movement":{taken.decode()},"left_ms":{left}}}', frames)
        if match.result is not None:
            self._end_by_rules()
        elif self._against_bot:
            self._wake_bots()

    def _ready(self, seat: Seated) -> None:
        if self.is_over or self._ending:
            raise GameIsOver
        if not seat.ready:
            self._record(Kind.READY, seat)
            self._start_if_ready()

    def _start_if_ready(self) -> None:
        if self.phase == State.WAITING_FOR_READY and all(seat.ready for seat in self.seats):
            self._write(Kind.START, None, "{}", (encode(events.GameStart(seq=self.seq + 1)), None))
            self._begin(self._now())
            self._enter(State.ACTIVE)

    def _act(self, seat: Seated, command: commands.GameAction) -> None:
        action = command.action
        if action == "rematch":
            self._want_rematch(seat)
            return
        if action == "emote":
            seat.count_saying(self._now())
            data = _emote(command.data)
        elif action in ("resign", "offer_draw", "accept_draw"):
            if self.phase != State.ACTIVE or self._ending:
                raise GameIsOver if self.is_over or self._ending else NotRunning
            if action == "accept_draw" and not self._draw_offers - {seat.number}:
                raise NoDrawOffered
            would_end = action == "accept_draw" and len(self._draw_offers | {seat.number}) == len(self.seats)
            if action != "resign" and seat.number in self._draw_offers and not would_end:
                return
            data = "{}"
        else:
            raise UnknownAction(f"{self.match.game.title} knows no action {action!r}.")
        self._record(Kind.ACTION, seat, action=action, data=data)
        self._end_by_action(seat, action)

    def _say(self, seat: Seated, message: str) -> None:
        seat.count_saying(self._now())
        self._record(Kind.CHAT, seat, message=message)

    def _want_rematch(self, seat: Seated) -> None:
        if not self.is_over:
            raise NotRunning("The game is not over yet.")
        if seat.number in self._rematch_wanted:
            return
        wanted = self._rematch_wanted | {seat.number}
        if all(other.bot_level is not None or other.number in wanted for other in self.seats):
            self._rematch_wanted = wanted
            self._spawn(self._make_rematch(seat))
        else:
            self._record(Kind.ACTION, seat, action="rematch", data="{}")

    async def _make_rematch(self, seat: Seated) -> None:
        try:
            made = await worker.in_database(services.rematch, game_id=self.id)
        except Refusal as refusal:
            self._refuse_rematch(seat, refusal)
            return
        except UNREACHABLE:
            self._refuse_rematch(seat, out_of_reach())
            return
        except Exception as problem:
            logger.error("No rematch of %s could begin", self.match.game.name, exc_info=problem)
            self._refuse_rematch(seat, InternalError())
            return
        if self._recovering:
            return  # The players find it in their list; nothing follows what this room has written.
        data = {"game_id": str(made.pk), "ws_url": services.ws_url(made.pk)}
        self._record(Kind.ACTION, seat, action="rematch", data=json.encode(data).decode())

    def _refuse_rematch(self, seat: Seated, refusal: Refusal) -> None:
        self._rematch_wanted.discard(seat.number)
        if seat.listener is not None:
            seat.listener.send(encode(error(refusal)))

    # -- Time

    def _look(self) -> None:
        """See to what is due."""
        self._alarm.clear()
        if self._recovering or self._ending:
            return
        now = self._now()
        due: list[float] = []
        if self.phase in (State.CREATED, State.WAITING_FOR_PLAYERS, State.WAITING_FOR_READY):
            within = FILL_WITHIN_S if self.phase == State.CREATED else START_WITHIN_S
            start_by = self._opened_at + within
            if now >= start_by:
                self._end(self._who_came(), "aborted")
                return
            due.append(start_by)
        elif self.phase == State.ACTIVE:
            flag_falls = self._clocks.flag_falls() if self._clocks else None
            if flag_falls is not None and self._clocks is not None:
                if now >= flag_falls:
                    out = [n for n in self._clocks.running if self._clocks.left_of(n, now) <= 0]
                    self._end(tuple(seat.number for seat in self.seats if seat.number not in out), "timeout")
                    return
                due.append(flag_falls)
            stayed_away: list[int] = []
            for seat in self.seats:
                if seat.connected or seat.away_since is None:
                    continue
                if not seat.left_told:
                    told_at = seat.away_since + MISSED_AFTER_TAKEOVER_S
                    if now >= told_at:
                        self._tell_left(seat)
                    else:
                        due.append(told_at)
                forfeits_at = seat.away_since + GRACE_S
                if now >= forfeits_at:
                    stayed_away.append(seat.number)
                else:
                    due.append(forfeits_at)
            if stayed_away:
                self._end_by_forfeit(stayed_away)
                return
        for moment in due:
            self._alarm.set(moment)

    @property
    def steps_now(self) -> bool:
        """Whether the scheduler is to step the room: a real-time game with everybody there."""
        return self._all_here and self.phase == ACTIVE and not (self._ending or self._recovering)

    def _see_who_is_here(self) -> None:
        # Once for each who comes or goes, so that a frame need not look at the seats.
        self._all_here = all(seat.connected for seat in self.seats)

    def frame(self) -> None:
        """Advance a real-time game by one frame, and show it."""
        match = self.match
        game = match.game
        if self._against_bot:
            self._let_bots_steer(self._inputs)
        tick, inputs = match.tick, self._inputs
        if inputs:
            self._inputs = {}
        try:
            match.step(inputs, game.rate // game.frame_rate)
            for number, movement in inputs.items():
                seat = self.seats[number]
                frames = self._move_frames(seat, movement, b"null")
                data = f'{{"movement":{movement.decode()},"tick":{tick}}}'
                self._write(Kind.MOVE, seat.user_id, data, frames)
            if match.result is not None:
                # It is shown when the end is kept, which comes with the scores.
                self._end_by_rules()
            elif (scores := match.scores) != self._scores:
                # A score is kept before it is announced, in a frame of its own as soon as it is; those till
                # then are left out.
                self._scores = scores
                self._score_unkept = True
                self._keep(shows_score=True)
            else:
                if not self._score_unkept:
                    self._show_tick()
                if match.tick - self._kept_at >= game.rate:
                    self._keep()
        except RulesError as problem:
            self.fail(problem)

    def _let_bots_steer(self, inputs: dict[int, bytes]) -> None:
        match = self.match
        for seat in self.seats:
            if seat.bot_level is not None:
                wanted = bots.choose(match, seat.number, self._random, seat.bot_level)
                if wanted is not None and wanted != self._bot_wants.get(seat.number):
                    self._bot_wants[seat.number] = wanted
                    inputs[seat.number] = match.check(wanted)

    def _show_tick(self) -> None:
        match = self.match
        frames = match.frames(b'{"type":"game_tick","tick":%d,"view":' % match.tick)
        self._audience.tell(frames, key="tick")

    def _keep(self, *, shows_score: bool = False) -> None:
        self._kept_at = self.match.tick
        data = json.encode(self.match.dump()).decode()
        self._keeping += 1
        self._journal.keep(Kept(self._hex, self.record.epoch, self.seq, data), self, shows_score)

    # -- Recording and telling

    def _record(self, kind: str, seat: Seated, **facts: Any) -> None:
        """Record what a player did beside moving, and tell it."""
        if self._ending:
            self._deferred.append(partial(self._record, kind, seat, **facts))
            return
        seq = self.seq + 1
        who: Any = {"user_id": seat.user_id, "username": seat.username, "seq": seq}
        data = "{}"
        event: events.RoomEvent
        match kind:
            case Kind.JOINED:
                event = events.PlayerJoined(**who)
            case Kind.LEFT:
                event = events.PlayerLeft(**who, grace_s=GRACE_S)
            case Kind.RECONNECTED:
                event = events.PlayerReconnected(**who)
            case Kind.READY:
                event = events.PlayerReady(user_id=seat.user_id, seq=seq)
            case Kind.CHAT:
                event = events.ChatMessage(**who, message=facts["message"])
                data = json.encode(facts).decode()
            case _:
                raw = Raw(facts["data"].encode())
                event = events.GameAction(action=facts["action"], data=raw, user_id=seat.user_id, seq=seq)
                data = f'{{"action":{json.encode(facts["action"]).decode()},"data":{facts["data"]}}}'
        self._apply(kind, seat, facts)
        self._write(kind, seat.user_id, data, (encode(event), None))

    def _apply(self, kind: str, seat: Seated, facts: dict[str, Any]) -> None:
        """What an entry beside the moves changes; the same when it happens and when it is read again."""
        match kind:
            case Kind.JOINED | Kind.RECONNECTED:
                seat.joined, seat.left_told = True, False
            case Kind.LEFT:
                seat.left_told = True
            case Kind.READY:
                seat.ready = True
            case Kind.ACTION:
                if facts["action"] in ("offer_draw", "accept_draw"):
                    self._draw_offers.add(seat.number)
                elif facts["action"] == "rematch":
                    self._rematch_wanted.add(seat.number)

    def _write(self, kind: str, user_id: int | None, data: str, frames: Frames) -> None:
        self.seq = seq = self.seq + 1
        self._journal.append(Entry(self._hex, seq, time.time(), user_id, kind, data), self, frames)

    def written(self, row: Entry | Kept, told: Any) -> None:
        """The journal has it: now everybody may know (an entry), or the score may be shown (a snapshot)."""
        if type(row) is Kept:
            self._keeping -= 1
            if not self._keeping and self._when_kept is not None:
                finish, self._when_kept = self._when_kept, None
                finish()
            if told and self._score_unkept:
                self._score_unkept = False
                if self.steps_now:
                    self._show_tick()
        else:
            self.committed = row.seq
            self._audience.tell(told, row.seq)
            if self._after:
                self._do_what_waited()

    def _when_committed(self, function: Callable[[], None]) -> None:
        if self.committed >= self.seq:
            function()
        else:
            self._after.append((self.seq, function))

    def _do_what_waited(self) -> None:
        while self._after and self._after[0][0] <= self.committed:
            self._after.popleft()[1]()

    def _move_frames(self, seat: Seated, movement: bytes, clock: bytes) -> Frames:
        """The next ``events.PlayerMove`` for each viewer, put together by hand: they differ in their view
        only.
        """
        match = self.match
        seq = self.seq + 1
        turn = b"null" if match.turn_user is None else b"%d" % match.turn_user
        told = match.frames(_PLAYER_MOVE % (seat.user_id, movement, turn, clock, seq))
        if match.game.secret_moves and match.is_secret(movement):
            untold = match.frames(_PLAYER_MOVE % (seat.user_id, b"{}", turn, clock, seq))
            viewers = range(len(self.seats) + 1)
            return b"", [frame_of(told if viewer == seat.number else untold, viewer) for viewer in viewers]
        return told

    def _state_frame(self, viewer: int) -> events.GameState:
        try:
            return self._how_it_stands(viewer)
        except RulesError as problem:
            self.fail(problem)
            return self._how_it_stands(viewer)

    def _how_it_stands(self, viewer: int) -> events.GameState:
        match = self.match
        seat = self.seats[viewer] if viewer < len(self.seats) else None
        side = partial(side_of, type(match.game))
        scores = match.scores
        return events.GameState(
            id=self.id,
            game=match.game.name,
            state=self.phase,
            players=[
                events.PlayerInfo(
                    id=other.user_id,
                    username=other.username,
                    score=scores[other.number],
                    side=side(other.number),
                    ready=other.ready,
                    connected=other.connected,
                    rating=other.rating,
                )
                for other in self.seats
                if other.user_id
            ],
            view=Raw(match.view_json(None if seat is None else seat.number)),
            turn=match.turn_user,
            clock=None if self._clocks is None else self._clocks.shown(self._now(), time.time()),
            you=None if seat is None else events.You(user_id=seat.user_id, side=side(seat.number)),
            result=self._result,
            draw_offered_by=[self.seats[number].user_id for number in sorted(self._draw_offers)],
            seq=self.seq,
        )

    def _enter(self, phase: str) -> None:
        """Come into another state, and tell everybody how things stand."""
        self.phase = phase
        if phase not in Game.OVER:
            self._spawn(_noted((self.id, phase)))
        self._when_committed(partial(self._audience.tell, self.state_frames()))
        self._go_on_when_all_joined()
        self._start_if_ready()

    def _begin(self, now: float) -> None:
        if self._clocks is not None:
            self._clocks.run(self.match.turn, now)
            self._alarm.set(self._clocks.flag_falls())
        self._wake_bots()

    # -- Bots

    def _wake_bots(self) -> None:
        if self.match.game.real_time:
            return
        for number in self.match.turn:
            seat = self.seats[number]
            if seat.bot_level is not None and number not in self._thinking:
                self._thinking.add(number)
                self._spawn(self._think(seat, seat.bot_level))

    async def _think(self, seat: Seated, level: int) -> None:
        moves = self.match.moves
        try:
            ahead = self.match.copy(self._random.getrandbits(64))
            movement = await self._loop.run_in_executor(
                None, bots.choose, ahead, seat.number, self._random, level
            )
        except Exception as problem:
            self.fail(problem)
            return
        finally:
            self._thinking.discard(seat.number)
        if self.phase != State.ACTIVE or self._ending or self._recovering:
            return
        try:
            self._move(seat, json.encode(movement))
        except GameIsOver:
            pass  # Its time was up.
        except Refusal as refusal:
            if self.match.moves == moves:
                self.fail(RulesError(f"{self.match.game.name}: the bot's {movement} is refused: {refusal}"))
            else:
                # Others, who may move at the same time, have moved meanwhile.
                self._wake_bots()

    # -- The end

    def _others(self, seat: Seated) -> tuple[int, ...]:
        return tuple(other.number for other in self.seats if other is not seat)

    def _end_by_rules(self) -> None:
        outcome = self.match.result
        assert outcome is not None
        self._end(outcome.winners, "draw" if outcome.draw else "win")

    def _who_came(self) -> tuple[int, ...]:
        """The seats whose players did all they could for the game to begin."""
        is_missed = self.phase != State.WAITING_FOR_READY
        return tuple(seat.number for seat in self.seats if seat.connected and (is_missed or seat.ready))

    def _end_by_forfeit(self, stayed_away: list[int]) -> None:
        """Those who are here win, and with them who may still come back; where nobody is here, nobody."""
        if any(seat.connected for seat in self.seats):
            self._end(tuple(s.number for s in self.seats if s.number not in stayed_away), "forfeit")
        else:
            self._end((), "abandoned")

    def _end_by_action(self, seat: Seated, action: str) -> None:
        if action == "resign":
            self._end(self._others(seat), "resign")
        elif action == "accept_draw" and len(self._draw_offers) == len(self.seats):
            self._end((), "draw_agreed")

    def fail(self, problem: Exception) -> None:
        """End this game, and no other, because its rules failed."""
        logger.error(
            "The rules of %s failed", self.match.game.name, exc_info=problem, extra={"game_id": str(self.id)}
        )
        self.match.give_up(problem)
        self._end((), "error")

    @property
    def is_over(self) -> bool:
        """Whether the game has ended, and the database knows."""
        return self.phase in Game.OVER

    @property
    def is_lost(self) -> bool:
        """Whether the game goes on, or has ended, in another room."""
        return self._recovering

    def end_by_operator(self) -> None:
        """End the game without a winner, on the operators' behalf. Raises ``GameIsOver``, ``Recovering``."""
        if self._recovering:
            raise Recovering(retry_after=1)
        if self.is_over or self._ending:
            raise GameIsOver
        self._end((), "operator")

    def _end(self, winners: tuple[int, ...], reason: str) -> None:
        """The game is over; it is announced when the database knows."""
        if self._ending or self.is_over:
            return
        self._ending = True
        self.match.halt()
        if self._clocks is not None:
            self._clocks.stop(self._now())
        self._when_committed(lambda: self._finish_when_kept(winners, reason))

    def _finish_when_kept(self, winners: tuple[int, ...], reason: str) -> None:
        def finish() -> None:
            self._spawn(self._finish(winners, reason))

        if self._keeping:
            # The end deletes what is kept; a snapshot that came after it would stay for ever.
            self._when_kept = finish
            self._journal.hurry()
        else:
            finish()

    def _how_it_ended(self, winners: tuple[int, ...], reason: str) -> Ending:
        match = self.match
        try:
            return Ending(
                winners=winners,
                reason=reason,
                scores=_scores(match, winners),
                final_view=json.decode(match.view_json(None)),
                tick=match.tick,
            )
        except RulesError as problem:
            self.fail(problem)
            return self._how_it_ended((), "error")

    async def _finish(self, winners: tuple[int, ...], reason: str) -> None:
        ending = self._how_it_ended(winners, reason)
        while True:
            try:
                over = await worker.in_database(
                    services.finish,
                    game_id=self.id,
                    epoch=self.record.epoch,
                    seq=self.seq + 1,
                    ending=ending,
                )
                break
            except services.OwnedElsewhere:
                self.lost(True)
                return
            except Exception as problem:
                if isinstance(problem, worker.AWAY) and not isinstance(problem, DataError):
                    logger.warning("The end of game %s waits for the database: %s", self.id, problem)
                    await asyncio.sleep(0.5)
                    continue
                blank = services.without_rules("error", seats=len(self.seats), tick=self.match.tick)
                if ending == blank:
                    raise
                # What the rules made of it cannot be kept.
                self.fail(problem)
                ending = blank
        self.seq += 1
        self._result = over
        self._ending = False
        self.committed = self.seq
        self._audience.tell((encode(over), None), self.seq)
        self._do_what_waited()
        for change in over.ratings:
            self._by_user[change.user_id].rating = change.after
        self._enter(State.after(over.reason))
        deferred, self._deferred = self._deferred, []
        for function in deferred:
            function()
        self._alarm.set(self._now() + UNLOAD_AFTER_S)

    # -- Losing and finding again

    def lost(self, taken: bool) -> None:
        """The journal could not take what this room accepted."""
        if self._recovering:
            return
        self._recovering = True
        self._let_go(self, taken)

    def close(self, code: int = RESTARTED, reason: str = "room_moved") -> None:
        """Let go of everybody: they come back to wherever the room is then."""
        self._recovering = True
        # Not only those who are told already: some wait for their first frame.
        players = [seat.listener for seat in self.seats if seat.listener is not None]
        for listener in (*players, *self._watching.values()):
            listener.close(code, reason)
        self._alarm.clear()
        for task in self._tasks:
            task.cancel()

    def pause(self) -> None:
        """The worker stops: take nothing more, and keep where a real-time game stands."""
        if self.phase == State.ACTIVE and self.match.game.real_time and not self._recovering:
            # Rules that fail at this moment are found out by who takes the game over.
            with suppress(RulesError):
                self._keep()
        self._recovering = True

    def _restore(self) -> None:
        """Play the journal: what follows is exactly the game as it was."""
        record = self.record
        failed = self.match.problem
        try:
            for entry in record.entries:
                self._replay(entry)
            if self._inputs:
                self.match.step(self._inputs)
                self._inputs = {}
            if record.result is not None and (left := record.result["tick"] - self.match.tick) > 0:
                self.match.step({}, left)
        except Exception as problem:
            failed = problem
            self.seq = record.entries[-1].seq
        self.committed = self.seq
        self._opened_at = now = self._now()
        for seat in self.seats:
            if seat.bot_level is not None:
                seat.joined = seat.ready = True
            elif seat.joined:
                seat.away_since = now
        if record.result is not None:
            self.phase = record.state
            self._result = convert(record.result, events.GameOver)
            self.match.halt()
        elif self.phase != State.ACTIVE and len(self._by_user) == len(self.seats):
            all_joined = all(seat.joined for seat in self.seats)
            self.phase = State.WAITING_FOR_READY if all_joined else State.WAITING_FOR_PLAYERS
        if failed is not None:
            self.fail(failed)
        elif self.phase == State.ACTIVE:
            self._begin(now)
            last = record.entries[-1]
            if self.match.result is not None:
                self._end_by_rules()
            elif last.kind == Kind.ACTION and last.user_id is not None:
                self._end_by_action(self._by_user[last.user_id], json.decode(last.data)["action"])
        else:
            self._start_if_ready()
        if not self.is_over:
            self._alarm.set(self._now())
            if self.phase != record.state:
                # Who owned the game last did not come to it.
                self._spawn(_noted((self.id, self.phase)))

    def _replay(self, entry: EntryRecord) -> None:
        self.seq = entry.seq
        match entry.kind:
            case Kind.START:
                self.phase = State.ACTIVE
            case Kind.OVER:
                pass
            case Kind.MOVE:
                self._replay_move(entry)
            case _:
                assert entry.user_id is not None
                self._apply(entry.kind, self._by_user[entry.user_id], json.decode(entry.data))

    def _replay_move(self, entry: EntryRecord) -> None:
        assert entry.user_id is not None
        seat = self._by_user[entry.user_id]
        data = json.decode(entry.data)
        movement = json.encode(data["movement"])
        match = self.match
        if match.game.real_time:
            if data["tick"] >= match.tick:
                while match.tick < data["tick"]:
                    match.step(self._inputs)
                    self._inputs = {}
                self._inputs[seat.number] = movement
            return
        match.play(seat.number, movement)
        self._draw_offers.intersection_update({seat.number})
        if self._clocks is not None and data["left_ms"] is not None:
            self._clocks.restore(data["left_ms"])

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("A task of a game failed", exc_info=problem, extra={"game_id": str(self.id)})


async def _note_states(reached: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], None]:
    await worker.in_database(services.note_states, dict(reached))
    return dict.fromkeys(reached)


_noted = Gathered(_note_states)

_PLAYER_MOVE: Final = (
    b'{"type":"player_move","user_id":%d,"movement":%b,"turn":%b,"clock":%b,"seq":%d,"view":'
)


def _emote(data: Raw) -> str:
    try:
        is_well = len(bytes(data)) <= EMOTE_BYTES and isinstance(json.decode(data), dict)
    except DecodeError:  # It holds a number beyond all bounds.
        is_well = False
    if not is_well:
        raise Invalid(
            f"The data of an emote is an object of at most {EMOTE_BYTES} bytes.",
            details={"data": ["too large or no object"]},
        )
    return bytes(data).decode()


def _scores(match: Match, winners: tuple[int, ...]) -> tuple[Score, ...]:
    """The scores at the end; where the rules did not come to one, the winners have 1."""
    if match.result is not None or any(match.scores):
        return match.scores
    return tuple(float(number in winners) for number in range(len(match.users)))


def _clocks(match: Match) -> Clocks | None:
    """The clocks of these players, in a game that has any."""
    game = match.game
    return Clocks(game.clock, match.users) if game.clock and not game.real_time else None
