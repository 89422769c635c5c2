"""What a client may ask over a game's socket."""

from typing import Annotated

from msgspec import Meta, Raw

from realtime.messages import Command


class PlayerReady(Command):
    """I am ready to begin. Refused with ``not_a_player``, ``game_over``, ``recovering``."""


class PlayerMove(Command):
    """Make a move; its fields are the game's own (see ``move_schema`` in the catalogue). Refused with
    ``not_a_player``, ``game_not_active``, ``game_over``, ``invalid_move``, ``not_your_turn``, ``recovering``,
    or a code of the game's own.
    """

    movement: Raw


class GameAction(Command):
    """Something beside the moves: ``resign``, ``offer_draw``, ``accept_draw``, ``rematch`` or ``emote``.
    Refused with ``not_a_player``, ``unknown_action``, ``game_not_active``, ``game_over``,
    ``no_draw_offered``, ``recovering``.
    """

    action: Annotated[str, Meta(min_length=1, max_length=40)]
    data: Raw = Raw(b"{}")


class ChatMessage(Command):
    """Say something to the players and all who watch. Refused with ``invalid_message``,
    ``not_a_player``, ``rate_limited``, ``recovering``.
    """

    message: Annotated[str, Meta(min_length=1, max_length=500)]
