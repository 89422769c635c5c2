"""Commands on a game's socket, and the call for a new game."""

from typing import Annotated, Any

from msgspec import Meta, Raw

from core.calls import Call
from core.ids import UserId
from realtime.wire.messages import Command


class CreateGame(Call):
    """Make a game: for others to join, against bots, for a lobby, by an invite, or once more.

    ``player_ids`` are those who have a seat from the start, bots included. Only ``options`` and ``private``
    can be changed.
    """

    game: str
    options: dict[str, Any]
    private: bool
    player_ids: tuple[UserId, ...]


class PlayerReady(Command):
    """Declare yourself ready to begin. Refused with ``not_a_player``, ``game_over``, ``recovering``."""


class PlayerMove(Command):
    """Make a move; its fields depend on the game (see ``move_schema`` in the catalogue).

    In real time, ``movement`` may also have ``n``, its number, and ``saw``: see docs/state-sync.md.

    Refused with ``not_a_player``, ``game_not_active``, ``game_over``, ``invalid_move``, ``not_your_turn``,
    ``not_now`` (in another phase), ``stale_input``, ``rate_limited``, ``recovering``, or a code of the game's
    own.
    """

    movement: Raw


class Resync(Command):
    """Ask for a new ``game_state``, after frames were lost.

    Refused with ``recovering``, or with ``rate_limited`` after ten at once, then one a second.
    """


class GameAction(Command):
    """Do something other than a move: ``resign``, ``offer_draw``, ``accept_draw``, ``rematch`` or ``emote``.

    ``start`` begins a game that still waits for players; only its creator may. ``ask_undo`` asks the others
    for the own last move back, where the game allows it; they ``accept_undo`` or ``decline_undo``. A game may
    have actions of its own (see ``actions`` in the catalogue).

    Refused with ``not_a_player``, ``unknown_action``, ``game_not_active``, ``game_over``,
    ``no_draw_offered``, ``no_undo``, ``no_undo_asked``, ``not_the_host``, ``recovering``, and for an action
    of the game's own with ``invalid_move`` or a code of its own.
    """

    action: Annotated[str, Meta(min_length=1, max_length=40)]
    data: Raw = Raw(b"{}")


class ChatMessage(Command):
    """Send a chat message to the players and spectators.

    Refused with ``invalid_message``, ``muted``, ``not_a_player``, ``rate_limited``, ``recovering``,
    ``under_age``.
    """

    message: Annotated[str, Meta(min_length=1, max_length=500)]
