"""Replays: the inputs of a game, from which anybody with the rules can compute its final state exactly."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Raw, json

from core.refusals import Refusal
from game import selectors
from game.author import catalogue
from game.author.match import Match
from game.author.refusals import RulesError
from game.live.room.entries import Departed, Moved, Reconnected, RoomEntry, SeatTaken, Started, apply
from game.live.room.table import Table
from game.live.seats import Seated
from game.models import Game
from game.refusals import NoSpectators, StillRunning
from game.shapes import players_of, result_of


def replay_of(game: Game, *, viewer_id: int) -> dict[str, Any]:
    """Return the replay of a game (fetched with its seats) as this user may see it.

    While the game runs the seed is left out, because it would reveal the dice to come. Raises
    ``StillRunning`` for a running game with hidden information, ``NoSpectators`` for a game that the user may
    not watch.
    """
    rules = catalogue.get(game.name)
    is_over = game.state in Game.OVER
    if not is_over:
        if rules.hidden or rules.secret_moves:
            raise StillRunning(
                "This game hides something from its players: its replay opens when it is over."
            )
        if not selectors.has_seat(game, viewer_id) and (game.private or not rules.spectators):
            raise NoSpectators
    inputs = selectors.inputs(game)
    ticks = {"ticks": game.result["tick"]} if rules.real_time and game.result else {}
    return {
        "game_id": game.pk,
        "game": game.name,
        "players": players_of(game, rules),
        "seats": game.seats_wanted,
        "users": selectors.first_users(game, inputs),
        "seed": game.seed if is_over else None,
        "options": game.options,
        "inputs": inputs,
        "result": result_of(game),
        "final_view": game.final_view,
        **ticks,
    }


def rebuild(replay: Mapping[str, Any]) -> Match:
    """Replay a finished game and return the match in its final state.

    ``replay`` is the result of ``replay_of``, or its decoded JSON. Resignations, agreed draws and time-outs
    are not part of the rules: they appear in ``result`` only. Raises ``UnknownGame``, ``ValueError`` for a
    replay without its seed, and the rules' refusals if the rules have changed since.
    """
    match = _beginning(replay)
    for _ in _moves(match, replay):
        pass
    match.halt()
    return match


def views(replay: Mapping[str, Any]) -> list[Raw]:
    """Return the spectators' views of a finished turn-based game as JSON: first, and after each change.

    Stops where the rules fail or refuse a move because they have changed since. Raises ``ValueError`` for a
    replay without its seed.
    """
    seen = []
    try:
        match = _beginning(replay)
        seen.append(Raw(match.view_json(None)))
        for _ in _moves(match, replay):
            seen.append(Raw(match.view_json(None)))
    except (RulesError, Refusal):
        pass
    return seen


def _beginning(replay: Mapping[str, Any]) -> Match:
    if replay["seed"] is None:
        raise ValueError("A replay of a running game has no seed.")
    users = replay["users"]
    return Match.new(
        catalogue.get(replay["game"]),
        seats=len(users),
        seed=replay["seed"],
        options=replay["options"],
        users=users,
    )


def _moves(match: Match, replay: Mapping[str, Any]) -> Iterator[None]:
    """Apply what has happened in the game to its match one by one, as a room does after a takeover."""
    table = Table(
        match, [Seated(number, user_id, "", None, None) for number, user_id in enumerate(match.users)]
    )
    # An open game has an input that tells of its start.
    table.is_started = not match.game.open
    for made in replay["inputs"]:
        entry = _entry_of(made)
        if entry is not None:
            apply(entry, table, made["user_id"])
            yield
    table.catch_up(replay.get("ticks", 0))


def _entry_of(made: Mapping[str, Any]) -> RoomEntry | None:
    """Return the journal's entry of an input, or None if it changes nothing in a match."""
    tick, given = made.get("tick", UNSET), made["movement"]
    match made["type"]:
        case "player_move":
            return Moved(Raw(json.encode(given)), tick=tick)
        case "player_replaced":
            return Departed(given["why"], given["bot_level"], given["is_offered"], tick)
        case "seat_taken":
            return SeatTaken(given["seat"], given["replaces"], "", None, tick)
        case "game_start":
            return Started()
        case "player_reconnected":
            return Reconnected(tick)
        case _:
            return None
