"""All writes to games besides the journal: creation, seating, running and ending."""

from game.services.archiving import add_months, archive_due, delete_archives, erase_chat
from game.services.creation import (
    MAX_UNFINISHED,
    Player,
    check_seats,
    close_seats,
    create_against_bot,
    create_game,
    create_matches,
    create_open,
    join,
    join_by_code,
    match_found,
    rematch,
    take_back,
)
from game.services.ending import OwnedElsewhere, end_unopened, finish, without_rules
from game.services.running import check_writable, note_playing, note_turn, store_states, take_over

__all__ = [
    "MAX_UNFINISHED",
    "OwnedElsewhere",
    "Player",
    "add_months",
    "archive_due",
    "check_seats",
    "check_writable",
    "close_seats",
    "create_against_bot",
    "create_game",
    "create_matches",
    "create_open",
    "delete_archives",
    "end_unopened",
    "erase_chat",
    "finish",
    "join",
    "join_by_code",
    "match_found",
    "note_playing",
    "note_turn",
    "rematch",
    "store_states",
    "take_back",
    "take_over",
    "without_rules",
]
