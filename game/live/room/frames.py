"""The frames in which clients see a table: its state, a move, a tick."""

import time
from typing import Any, Final
from uuid import UUID

from msgspec import UNSET, Raw

from game import events
from game.author.game import side_of
from game.author.match import Match
from game.author.refusals import RulesError
from game.live.listeners import Frames, frame_of
from game.live.room.table import Table

_PLAYER_MOVE: Final = b'{"type":"player_move","user_id":%d,"movement":%b,"turn":%b,"clock":%b,"seq":%d'
_VIEW: Final = b',"view":'


def move_frames(match: Match, user_id: int, movement: bytes, clock: bytes, seq: int) -> Frames:
    """Return an ``events.PlayerMove`` for each viewer, assembled by hand: only their views differ.

    Raises ``RulesError``.
    """
    turn = b"null" if match.turn_user is None else b"%d" % match.turn_user
    frames = match.frames(_PLAYER_MOVE % (user_id, movement, turn, clock, seq) + _VIEW)
    if match.game.secret_moves and match.is_secret(movement):
        redacted = match.frames(_PLAYER_MOVE % (user_id, b"{}", turn, clock, seq) + _VIEW)
        mover = match.users.index(user_id)
        shown = [frames if match.seat_of(viewer) == mover else redacted for viewer in range(match.viewers)]
        return b"", [frame_of(one, viewer) for viewer, one in enumerate(shown)]
    return frames


def move_head(match: Match, user_id: int, clock: bytes, seq: int) -> bytes:
    """Return the begin of an ``events.PlayerMove`` without a view, in which its movement is to be filled."""
    turn = b"null" if match.turn_user is None else b"%d" % match.turn_user
    return _PLAYER_MOVE % (user_id, b"%b", turn, clock.replace(b"%", b"%%"), seq)


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
        draw_offered_by=[seats[number].user_id for number in sorted(table.draw_offers)],
        seq=seq,
    )


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
