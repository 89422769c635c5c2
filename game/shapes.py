"""Games in the form shown over HTTP."""

from collections.abc import Iterable
from typing import Any

from game import selectors
from game.author import catalogue
from game.author.game import Game as Rules
from game.author.game import side_of
from game.models import Game

_RESULT = ("winner_ids", "reason", "scores", "ratings", "rewards")
"""All but the places, which results of earlier releases do not have."""


def players_of(game: Game, rules: type[Rules]) -> list[dict[str, Any]]:
    """Return the players in order of their seats."""
    players = []
    for seat in game.seats.all():
        rating = seat.rating_before if seat.rating_after is None else seat.rating_after
        bot = {} if seat.bot_level is None else {"bot_level": seat.bot_level}
        players.append(
            {
                "id": seat.user_id,
                "username": seat.user.username,
                "side": side_of(rules, seat.number),
                "rating": rating,
                "score": seat.score,
                **bot,
            }
        )
    return players


def result_of(game: Game) -> dict[str, Any] | None:
    """Return the result of the game, or None while it is unfinished."""
    if game.result is None:
        return None
    return {name: game.result[name] for name in _RESULT} | {"places": game.result.get("places", [])}


def game_shapes(games: Iterable[Game]) -> list[dict[str, Any]]:
    """Return these games, which were fetched with their seats."""
    return [_shown(game) for game in games]


def game_shape_for_player(game: Game, user_id: int) -> dict[str, Any]:
    """Return a game in the form shown to one of its players, with the player's own ``side``."""
    body = _shown(game)
    (side,) = (player["side"] for player in body["players"] if player["id"] == user_id)
    return {**body, "side": side}


def _shown(game: Game) -> dict[str, Any]:
    rules = catalogue.get(game.name)
    return {
        "id": game.pk,
        "game_id": game.pk,
        "game": game.name,
        "title": rules.title,
        "mode": game.mode,
        "state": game.state,
        "private": game.private,
        "rated": game.rated,
        "options": game.options,
        "players": players_of(game, rules),
        "created_at": game.created_at,
        "finished_at": game.finished_at,
        "result": result_of(game),
        "ws_url": selectors.ws_url(game.pk),
        "spectators": rules.spectators and not game.private,
    }
