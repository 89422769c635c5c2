"""Queries about games; other apps read games only through these."""

from game.selectors.activity import now, spectators
from game.selectors.entries import entries, messages_of
from game.selectors.games import (
    game,
    game_ids_of,
    game_visible_to,
    game_with_code,
    games_of,
    games_visible_to,
    has_free_seat,
    has_seat,
    invitation,
    is_unfinished,
    seats_of,
    to_adopt,
    unfinished_by_game,
    unfinished_created_by,
    unfinished_ids,
)
from game.selectors.journal import chat, first_seats, first_users, inputs, movers, room_record
from game.selectors.offering import known, offered
from game.selectors.queued import entrants, latest_open_game, seated
from game.selectors.ratings import best_ratings, ratings_a_day_ago, shown_ratings
from game.selectors.rooms import (
    MAX_OPEN_ROOMS,
    Wanted,
    can_be_joined_late,
    open_games,
    open_rooms,
    open_rooms_among,
    with_metadata,
)
from game.selectors.shown import own_game, shown_game, shown_games, shown_players, shown_result, ws_url

__all__ = [
    "MAX_OPEN_ROOMS",
    "Wanted",
    "best_ratings",
    "can_be_joined_late",
    "chat",
    "entrants",
    "entries",
    "first_seats",
    "first_users",
    "game",
    "game_ids_of",
    "game_visible_to",
    "game_with_code",
    "games_of",
    "games_visible_to",
    "has_free_seat",
    "has_seat",
    "inputs",
    "invitation",
    "is_unfinished",
    "known",
    "latest_open_game",
    "messages_of",
    "movers",
    "now",
    "offered",
    "open_games",
    "open_rooms",
    "open_rooms_among",
    "own_game",
    "ratings_a_day_ago",
    "room_record",
    "seated",
    "seats_of",
    "shown_game",
    "shown_games",
    "shown_players",
    "shown_ratings",
    "shown_result",
    "spectators",
    "to_adopt",
    "unfinished_by_game",
    "unfinished_created_by",
    "unfinished_ids",
    "with_metadata",
    "ws_url",
]
