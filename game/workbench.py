"""Calls of the page ``/dev/games/NAME/``, in development: games played without a room; nothing is stored."""

import json
import traceback
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

from core.refusals import Refusal
from game import replays, selectors
from game.author import Game, Seat, catalogue, reloading
from game.author.leaving import BOT, Why
from game.author.match import Match
from game.author.refusals import NotYourTurn, RulesError
from game.author.timing import MS
from game.refusals import UnknownAction, UnknownSeat
from game.shapes import Replay

FRAMES_MOST = 1_000
"""Of a longer game only the first frames and the last one are shown."""
LEGAL_MOST = 1_000


class New(Struct, tag="new", forbid_unknown_fields=True):
    """Begin a game."""

    seed: int
    seats: int
    options: dict[str, Any] = {}


class Play(Struct, tag="play", forbid_unknown_fields=True):
    """Make a move in the game of this dump."""

    dump: str
    seat: int
    movement: dict[str, Any]


class Step(Struct, tag="step", forbid_unknown_fields=True):
    """Go on by these ticks in real time, the first with inputs by seat."""

    dump: str
    inputs: dict[int, dict[str, Any]]
    ticks: Annotated[int, Meta(ge=1, le=36_000)]


class Wait(Struct, tag="wait", forbid_unknown_fields=True):
    """Advance the time of a game that is not real-time by these seconds, or until something is due."""

    dump: str
    seconds: Annotated[float, Meta(gt=0, le=1e7)] | None = None


class TimeOut(Struct, tag="time_out", forbid_unknown_fields=True):
    """End the time of a seat's turn."""

    dump: str
    seat: int


class Act(Struct, tag="act", forbid_unknown_fields=True):
    """Do one of the game's own actions."""

    dump: str
    seat: int
    action: str
    data: dict[str, Any] = {}


class Leave(Struct, tag="leave", forbid_unknown_fields=True):
    """Let the player of a seat leave."""

    dump: str
    seat: int
    why: Why


class Join(Struct, tag="join", forbid_unknown_fields=True):
    """Let somebody take an empty seat."""

    dump: str
    seat: int


class Edit(Struct, tag="edit", forbid_unknown_fields=True):
    """Go on from another state."""

    dump: str
    state: str


class Watch(Struct, tag="watch", forbid_unknown_fields=True):
    """Show a game of this server by its id, or a replay as JSON, from its beginning."""

    replay: str


OnDump = Play | Step | Wait | TimeOut | Act | Leave | Join | Edit
Question = New | OnDump | Watch


class Frame(Struct):
    """A game at one moment. ``dump`` continues it exactly: the page hands it back as it is."""

    did: str
    """The moves that led here, for people."""
    dump: str
    state: str
    views: list[Raw]
    """By seat, and last that of a spectator."""
    turn: list[Seat]
    empty: list[Seat]
    legal: list[list[dict[str, Any]]]
    """By seat."""
    moves: int
    tick: int
    result: dict[str, Any] | None
    phase: str
    due_in_s: float | None
    """The seconds after which something happens by itself, but in real time."""
    movement: dict[str, Any] | None = None
    seat: Seat | None = None


class Answer(Struct):
    """The frames that follow, and what stopped the game or differs from the rules that it was played on."""

    frames: list[Frame]
    problem: str | None = None
    trace: str | None = None
    """Where in the rules it failed."""
    differs: str | None = None
    differs_at: int | None = None
    """The number of the first frame that differs."""


def answer(name: str, question: Question) -> Answer:
    """Answer a question about the game with this name. Raises refusals and ``msgspec.MsgspecError``."""
    game = catalogue.get(name)
    if isinstance(question, Watch):
        return _watched(game, question.replay)
    try:
        return Answer([_asked(game, question)])
    except RulesError as error:
        return Answer([], str(error), _trace(error))


def _asked(game: type[Game], question: New | OnDump) -> Frame:
    if isinstance(question, New):
        match = Match.new(game, seats=question.seats, seed=question.seed, options=question.options)
        for seat in sorted(match.game.empty):
            match.join(seat)
        return _frame(match, "start")
    dump = msgspec.json.decode(question.dump, type=dict[str, Any])
    if isinstance(question, Edit):
        dump["state"] = msgspec.json.decode(question.state, type=dict[str, Any])
        return _frame(Match.load(game, dump), "edited")
    match = Match.load(game, dump)
    if isinstance(question, Step):
        match.step(dict(question.inputs), question.ticks)
        said = [f"{seat}: {_said(movement)}" for seat, movement in question.inputs.items()]
        return _frame(match, "; ".join([f"{question.ticks} ticks", *said]))
    if isinstance(question, Wait):
        before = match.tick
        match.advance(_until(match, question.seconds))
        return _frame(match, f"{(match.tick - before) / MS:g} seconds")
    if isinstance(question, TimeOut):
        if question.seat not in match.turn:
            raise NotYourTurn
        return _frame(match, f"time is up: {_made(match.time_out(question.seat))}", question.seat)
    if isinstance(question, Act):
        if question.seat not in match.game.seats or question.action not in game.actions:
            raise UnknownAction
        match.act(question.seat, question.action, question.data)
        return _frame(match, f"{question.action}: {_said(question.data)}", question.seat)
    if isinstance(question, Leave | Join):
        return _frame(match, _seated(match, question), question.seat)
    match.play(question.seat, question.movement)
    return _frame(match, "", question.seat, question.movement)


def _seated(match: Match, question: Leave | Join) -> str:
    """Let somebody leave or come; return what became of it, in words."""
    if question.seat not in match.game.seats:
        raise UnknownSeat
    is_empty = question.seat in match.game.empty
    if isinstance(question, Join):
        if not is_empty:
            raise UnknownSeat("Somebody plays that seat.")
        match.join(question.seat)
        return "joins"
    if is_empty:
        raise UnknownSeat("Nobody plays that seat.")
    then = match.leave(question.seat, question.why)
    became = f"a bot of level {then.level}" if isinstance(then, BOT) else then.replace("_", " ")
    return f"leaves ({question.why}): {became}"


def _until(match: Match, seconds: float | None) -> int:
    if seconds is not None:
        return match.tick + round(seconds * MS)
    dues = [due for due in (match.due, match.choice_due) if due is not None]
    return min(dues, default=match.tick)


def _made(made: bytes | str) -> str:
    return made.decode() if isinstance(made, bytes) else made


def _watched(game: type[Game], text: str) -> Answer:
    replay, created_at = _replay(text)
    if replay.game != game.name:
        return Answer([], f"This is a game of {replay.game}.")
    frames, problem, trace = _film(replay, game)
    told = Answer(frames, problem, trace)
    former = reloading.rules_at(game, created_at.timestamp()) if created_at else game
    if former is not game:
        before, stopped, _ = _film(replay, former)
        told.differs_at, told.differs = _difference(before, stopped, frames, problem)
    return told


def _replay(text: str) -> tuple[Replay, datetime | None]:
    """Return the replay, and when the game was created if it is one of this server."""
    try:
        game_id = UUID(text.strip())
    except ValueError:
        return msgspec.json.decode(text, type=Replay), None
    game, seats = selectors.game(game_id)
    return replays.whole_replay(game, seats), game.created_at


def _film(replay: Replay, game: type[Game]) -> tuple[list[Frame], str | None, str | None]:
    """Play a replay on these rules: its frames, what stopped it before its end, and where in the rules."""
    frames: list[Frame] = []
    number = 0
    try:
        match = replays.beginning(replay, game)
        frames.append(_shown(match, "start"))
        for made in replays.changes(match, replay):
            number += 1
            if len(frames) < FRAMES_MOST:
                seat = match.users.index(made.user_id) if made.user_id in match.users else None
                movement = msgspec.json.decode(made.movement) if made.type == "player_move" else None
                frames.append(_shown(match, made.type.replace("_", " "), seat, movement))
        if (frames[-1].moves, frames[-1].tick) != (match.moves, match.tick):
            frames.append(_shown(match, "end"))
    except Refusal as refusal:
        return frames, f"Move {number + 1} is refused: {refusal.message}", None
    except RulesError as error:
        return frames, f"Move {number + 1}: {error}", _trace(error)
    except (ValueError, LookupError) as error:
        return frames, f"The replay cannot be played: {error}", None
    return frames, None, None


def _difference(
    before: list[Frame], stopped: str | None, now: list[Frame], problem: str | None
) -> tuple[int | None, str]:
    """Return the number of the first frame that differs, None without one, and what differs in words."""
    for number, (old, new) in enumerate(zip(before, now, strict=False)):
        place = _first_place(msgspec.json.decode(old.state), msgspec.json.decode(new.state))
        if place is None and (old.turn, old.result) != (new.turn, new.result):
            place = "whose turn it is, or the result"
        if place is not None:
            return number, f"From move {number} on the state differs: {place}."
    if len(before) != len(now) or stopped != problem:
        return min(len(before), len(now)), problem or f"The rules before stopped here: {stopped}"
    return None, "The same as on the rules before."


def _first_place(old: object, new: object, path: str = "state") -> str | None:
    """Return the first place where two states differ, with both values; None if they are equal."""
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = [(f"{path}.{key}", old.get(key), new.get(key)) for key in {**old, **new}]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [
            (f"{path}[{index}]", one, other) for index, (one, other) in enumerate(zip(old, new, strict=True))
        ]
    else:
        return None if old == new else f"{path} was {json.dumps(old)}, is {json.dumps(new)}"
    return next((place for here, one, other in pairs if (place := _first_place(one, other, here))), None)


def _shown(match: Match, did: str, seat: Seat | None = None, movement: dict[str, Any] | None = None) -> Frame:
    """Return the frame of a replay, with the numbers of seats in place of its users."""
    return _frame(Match.load(type(match.game), match.dump()), did, seat, movement)


def _frame(match: Match, did: str, seat: Seat | None = None, movement: dict[str, Any] | None = None) -> Frame:
    seats = match.game.seats
    dump = match.dump()
    return Frame(
        did=did if movement is None else _said(movement),
        dump=msgspec.json.encode(dump).decode(),
        state=json.dumps(dump["state"], indent=2, ensure_ascii=False),
        views=[Raw(match.view_json(viewer)) for viewer in (*seats, None)],
        turn=sorted(match.turn),
        empty=sorted(match.game.empty),
        legal=[match.legal(one)[:LEGAL_MOST] for one in seats],
        moves=match.moves,
        tick=match.tick,
        phase=match.game.phase,
        due_in_s=None
        if match.game.real_time or match.result
        else (_until(match, None) - match.tick) / MS or None,
        result=None if match.result is None else msgspec.to_builtins(match.result),
        movement=movement,
        seat=seat,
    )


def _said(movement: dict[str, Any]) -> str:
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in movement.items()) or "{}"


def _trace(error: RulesError) -> str:
    """Return the traceback of what failed in the rules."""
    return "".join(traceback.format_exception(error.__cause__ or error))
