"""Replays: the inputs of a game, from which anybody with the rules can compute its final state exactly."""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import UNSET, Raw, UnsetType, json, structs

from core.ids import UserId
from core.refusals import Refusal
from game import selectors
from game.author import catalogue
from game.author.game import Game as Rules
from game.author.match import Match
from game.author.refusals import RulesError
from game.author.timing import Clock
from game.live.room.entries import (
    Acted,
    Departed,
    Moved,
    Rang,
    Reconnected,
    RoomEntry,
    SeatTaken,
    Started,
    TimedOut,
    Undone,
    apply,
)
from game.live.room.table import Table
from game.live.seats import Seated
from game.models import Game
from game.records import TakenSeat
from game.refusals import CannotBeOpened, NoNotation, NoSpectators, StillRunning
from game.shapes import Input, Replay


def replay_of(
    game: Game, seats: Sequence[TakenSeat], *, viewer_id: UserId, with_views: bool = False
) -> Replay:
    """Return the replay of a game as this user may see it.

    ``with_views`` adds every position of a turn-based game, and the notation of a finished one. While the
    game runs the seed is left out, because it would reveal the dice to come. Raises ``StillRunning`` for a
    running game with hidden information, ``NoSpectators`` for a game that the user may not watch.
    """
    rules = catalogue.get(game.name)
    is_over = game.state in Game.OVER
    if not is_over:
        if rules.spectator_delay and not selectors.has_seat(seats, viewer_id):
            raise StillRunning(
                "Others see this game later than its players: its replay opens when it is over."
            )
        if rules.hidden or rules.secret_moves or rules.simultaneous:
            raise StillRunning(
                "This game hides something from its players: its replay opens when it is over."
            )
        if not selectors.has_seat(seats, viewer_id) and (game.private or not rules.spectators):
            raise NoSpectators
    replay = whole_replay(game, seats)
    if with_views and not rules.real_time and (seen := views(replay)):
        replay = structs.replace(replay, views=seen)
        with suppress(CannotBeOpened, NoNotation, StillRunning):
            replay = structs.replace(replay, pgn=pgn(replay, begun_at=game.created_at))
    return replay if is_over else structs.replace(replay, seed=None)


def whole_replay(game: Game, seats: Sequence[TakenSeat]) -> Replay:
    """Return the replay of a game with its seed, which nobody may learn while the game runs."""
    rules = catalogue.get(game.name)
    inputs = selectors.inputs(game)
    return Replay(
        game_id=game.pk,
        game=game.name,
        players=selectors.shown_players(rules, seats),
        seats=game.seats_wanted,
        users=selectors.first_users(game, seats, inputs),
        seed=game.seed,
        options=game.options,
        inputs=inputs,
        result=selectors.shown_result(game.result),
        final_view=game.final_view,
        ticks=game.result["tick"] if rules.real_time and game.result else UNSET,
    )


def rebuild(replay: Replay) -> Match:
    """Replay a finished game and return the match in its final state.

    Resignations, agreed draws and time-outs are not part of the rules: they appear in ``result`` only. Raises
    ``UnknownGame``, ``ValueError`` for a replay without its seed, and the rules' refusals if the rules have
    changed since.
    """
    match = beginning(replay, catalogue.get(replay.game))
    for _ in changes(match, replay):
        pass
    match.halt()
    return match


def views(replay: Replay) -> list[Raw]:
    """Return the spectators' views of a turn-based game as JSON: first, and after each change.

    Stops where the rules fail or refuse a move because they have changed since. Raises ``ValueError`` for a
    replay without its seed.
    """
    seen = []
    try:
        match = beginning(replay, catalogue.get(replay.game))
        seen.append(Raw(match.view_json(None)))
        for _ in changes(match, replay):
            seen.append(Raw(match.view_json(None)))
    except (RulesError, Refusal):
        pass
    return seen


def pgn(replay: Replay, *, begun_at: datetime) -> str:
    """Return a finished game as a PGN file.

    Raises ``NoNotation`` for a game without that notation, ``StillRunning``, and ``CannotBeOpened`` if the
    rules have changed since.
    """
    rules = catalogue.get(replay.game)
    if rules.pgn is Rules.pgn:
        raise NoNotation
    if replay.result is None or replay.seed is None:
        raise StillRunning
    try:
        match = rebuild(replay)
        moves = match.game.pgn(match.state)
    except (RulesError, Refusal) as problem:
        raise CannotBeOpened from problem
    white, black = (player.username for player in replay.players)
    result = _pgn_result(replay)
    tags = {
        "Event": rules.title,
        "Site": "?",
        "Date": begun_at.astimezone(UTC).strftime("%Y.%m.%d"),
        "Round": "-",
        "White": white,
        "Black": black,
        "Result": result,
        "TimeControl": _time_control(match),
        "Termination": replay.result.reason,
    }
    escaped = {name: value.replace("\\", r"\\").replace('"', r"\"") for name, value in tags.items()}
    head = "".join(f'[{name} "{value}"]\n' for name, value in escaped.items())
    # The format allows at most 80 columns.
    return f"{head}\n{textwrap.fill(f'{moves} {result}'.strip(), 79)}\n"


def _time_control(match: Match) -> str:
    """Return the thinking time as PGN writes it: ``600+5``, ``*30`` for a limit of each move."""
    clock = match.clock
    if clock is None:
        return "-"
    return f"{clock.seconds:g}+{clock.increment:g}" if isinstance(clock, Clock) else f"*{clock.seconds:g}"


def _pgn_result(replay: Replay) -> str:
    assert replay.result is not None
    winners = replay.result.winner_ids
    if len(winners) == 1:
        return "1-0" if winners[0] == replay.players[0].id else "0-1"
    return "1/2-1/2" if replay.result.reason.startswith("draw") else "*"


def beginning(replay: Replay, rules: type[Rules]) -> Match:
    """Return the match of a replay before its first move, on these rules.

    Raises ``ValueError`` for a replay without its seed.
    """
    if replay.seed is None:
        raise ValueError("A replay of a running game has no seed.")
    return Match.new(
        rules,
        seats=replay.seats,
        seed=replay.seed,
        options=replay.options,
        users=replay.users,
    )


def changes(match: Match, replay: Replay) -> Iterator[Input]:
    """Apply what has happened in the game to its match one by one, as a room does after a takeover.

    Yields each input once it is applied.
    """
    table = Table(
        match, [Seated(number, UserId(user_id), "", None, None) for number, user_id in enumerate(match.users)]
    )
    # An open game has an input that tells of its start.
    table.is_started = not match.game.open
    for made in replay.inputs:
        entry = _entry_of(made)
        if entry is not None:
            apply(entry, table, made.user_id)
            yield made
    table.catch_up(0 if isinstance(replay.ticks, UnsetType) else replay.ticks)


def _entry_of(made: Input) -> RoomEntry | None:
    """Return the journal's entry of an input, or None if it changes nothing in a match."""
    match made.type:
        case "player_move":
            return Moved(made.movement, tick=made.tick)
        case "timeout":
            return TimedOut(made.movement, tick=made.tick)
        case "timer" if isinstance(made.tick, int):
            return Rang(made.tick)
        case "undone":
            return Undone(tick=made.tick)
        case "game_action":
            done = json.decode(made.movement, type=Acted)
            return structs.replace(done, tick=made.tick)
        case "player_replaced":
            left = json.decode(made.movement)
            return Departed(left["why"], left["bot_level"], left["is_offered"], made.tick)
        case "player_reconnected":
            return Reconnected(made.tick)
        case "seat_taken":
            taken = json.decode(made.movement)
            return SeatTaken(taken["seat"], taken["replaces"], "", None, made.tick)
        case "game_start":
            return Started()
        case _:
            return None
