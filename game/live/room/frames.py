"""The frames in which clients see a table: its state, a move, a tick."""

import time
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import UNSET, Raw, UnsetType

from core.ids import UserId
from game import events
from game.author.game import side_of
from game.author.match import Match
from game.author.refusals import RulesError
from game.live.listeners import Frames, frame_of
from game.live.room.table import Table

_PLAYER_MOVE: Final = b'{"type":"player_move","user_id":%d,"movement":%b,"turn":%b,"clock":%b,"seq":%d'
_VIEW: Final = b',"view":'
_GAME_UPDATE: Final = b'{"type":"game_update","cause":"%b","user_id":%b,"turn":%b,"clock":%b,"seq":%d'
_GAME_ACTION: Final = (
    b'{"type":"game_action","action":"%b","user_id":%d,"data":%b,"turn":%b,"clock":%b,"seq":%d'
)


def move_frames(
    match: Match, user_id: UserId, movement: bytes, clock: bytes, seq: int, *, is_choice: bool = False
) -> Frames:
    """Return an ``events.PlayerMove`` for each viewer, assembled by hand: only their views differ.

    A choice in a phase for all is told to nobody else. Raises ``RulesError``.
    """
    turn = _turn(match)
    frames = match.frames(_PLAYER_MOVE % (user_id, movement, turn, clock, seq) + _VIEW)
    if is_choice or (match.game.secret_moves and match.is_secret(movement)):
        redacted = match.frames(_PLAYER_MOVE % (user_id, b"{}", turn, clock, seq) + _VIEW)
        return _to_one(match, user_id, frames, redacted)
    return frames


def move_head(match: Match, user_id: UserId, clock: bytes, seq: int) -> bytes:
    """Return the begin of an ``events.PlayerMove`` without a view, in which its movement is to be filled."""
    return _PLAYER_MOVE % (user_id, b"%b", _turn(match), clock.replace(b"%", b"%%"), seq)


def update_frames(match: Match, cause: str, user_id: UserId | None, clock: bytes, seq: int) -> Frames:
    """Return an ``events.GameUpdate`` for each viewer. Raises ``RulesError``."""
    user = b"null" if user_id is None else b"%d" % user_id
    return match.frames(_GAME_UPDATE % (cause.encode(), user, _turn(match), clock, seq) + _VIEW)


def action_frames(match: Match, user_id: UserId, action: str, data: bytes, clock: bytes, seq: int) -> Frames:
    """Return an ``events.GameAction`` of the game's own for each viewer. Raises ``RulesError``."""
    name, turn = action.encode(), _turn(match)
    frames = match.frames(_GAME_ACTION % (name, user_id, data, turn, clock, seq) + _VIEW)
    if action in match.game.secret_moves:
        redacted = match.frames(_GAME_ACTION % (name, user_id, b"{}", turn, clock, seq) + _VIEW)
        return _to_one(match, user_id, frames, redacted)
    return frames


def _turn(match: Match) -> bytes:
    return b"null" if match.turn_user is None else b"%d" % match.turn_user


def _to_one(match: Match, user_id: UserId, frames: Frames, others: Frames) -> Frames:
    """Return these frames for one player and who sees the same, and the ``others`` for everybody else."""
    one = match.users.index(user_id)
    shown = [frames if match.seat_of(viewer) == one else others for viewer in range(match.viewers)]
    return b"", [frame_of(told, viewer) for viewer, told in enumerate(shown)]


def tick_frames(match: Match) -> Frames:
    """Return an ``events.GameTick`` for each viewer. Raises ``RulesError``."""
    body, ends = match.frames(b'{"type":"game_tick","tick":%d,"view":' % match.tick)
    return body, match.with_acks(ends) if any(match.acks) else ends


def players_of(table: Table) -> list[events.PlayerInfo]:
    """Return the players as everybody may know them. Raises ``RulesError``."""
    match = table.match
    scores, rules = match.scores, type(match.game)
    team_of = {seat: number for number, team in enumerate(match.teams) for seat in team}
    return [
        events.PlayerInfo(
            id=seat.user_id,
            username=seat.username,
            score=scores[seat.number],
            side=side_of(rules, seat.number),
            ready=seat.ready,
            connected=seat.connected,
            rating=seat.rating,
            team=team_of.get(seat.number),
            bot_level=seat.bot_level,
            left=seat.gone is not None,
        )
        for seat in table.seats
        if seat.user_id
    ]


def game_state(
    table: Table,
    viewer: int,
    *,
    players: list[events.PlayerInfo],
    game_id: UUID,
    state: str,
    result: events.GameOver | None,
    seq: int,
    now: float,
) -> events.GameState:
    """Return everything that a viewer may know. Raises ``RulesError``."""
    match, seats = table.match, table.seats
    seat = seats[viewer] if viewer < len(seats) else None
    legal = None if seat is None else match.told_legal(seat.number)
    return events.GameState(
        id=game_id,
        game=match.game.name,
        state=state,
        players=players,
        view=Raw(match.viewer_json(viewer)),
        turn=match.turn_user,
        clock=None if table.clocks is None else table.clocks.shown(now, time.time()),
        you=None
        if seat is None
        else events.You(user_id=seat.user_id, side=side_of(type(match.game), seat.number)),
        result=result,
        legal=UNSET if legal is None else legal,
        ack=UNSET if seat is None or not match.acks[seat.number] else match.acks[seat.number],
        phase=phase_state(table, viewer, now) if match.game.phases else UNSET,
        undo_asked_by=_undo_asked_by(table) if match.game.undo else UNSET,
        draw_offered_by=[seats[number].user_id for number in sorted(table.draw_offers)],
        seq=seq,
    )


def phase_state(table: Table, viewer: int, now: float) -> events.PhaseState:
    """Return the phase of the game as a viewer may know it."""
    match = table.match
    state = events.PhaseState(
        name=match.game.phase, ends_at=_phase_ends_at(table, now), waiting_for=_waiting_for(match)
    )
    if match.is_choosing:
        seat = match.seat_of(viewer)
        state.chosen = None if seat is None else match.game.chosen.get(seat)
    return state


def phase_event(table: Table, now: float, seq: int) -> events.Phase:
    """Return the event that announces a new phase."""
    match = table.match
    ends_at, waiting_for = _phase_ends_at(table, now), _waiting_for(match)
    return events.Phase(name=match.game.phase, ends_at=ends_at, waiting_for=waiting_for, seq=seq)


def _waiting_for(match: Match) -> list[int] | UnsetType:
    if match.game.real_time or match.turn_user is not None:
        return UNSET
    return [match.users[seat] for seat in sorted(match.turn)]


def _phase_ends_at(table: Table, now: float) -> datetime | None:
    """Return when the phase of a game under way is over, or None if it has no limit."""
    match, due = table.match, table.match.game.agenda.phase_due
    if due is None or not table.is_started:
        return None
    left = (due - match.tick) / match.game.rate if match.game.real_time else table.moment(due) - now
    return datetime.fromtimestamp(time.time() + left, UTC)


def _undo_asked_by(table: Table) -> int | None:
    return None if table.undo_asked_by is None else table.seats[table.undo_asked_by].user_id


def operators_view(table: Table) -> dict[str, Any]:
    """Return what operators may know of a table, which is everything, as plain JSON types."""
    try:
        rules = table.match.dump()
    except RulesError as problem:
        rules = {"error": str(problem)}
    return {
        "turn": sorted(table.match.turn),
        "left_ms": None if table.clocks is None else table.clocks.left_ms,
        "players": [
            {"user_id": seat.user_id, "username": seat.username, "connected": seat.connected}
            for seat in table.seats
        ],
        "rules": rules,
    }
