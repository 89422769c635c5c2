"""What a client may ask over a game's socket."""

from typing import Annotated

from msgspec import Meta, Raw

from realtime.messages import Command


class PlayerReady(Command):
    """I am ready to begin."""


class PlayerMove(Command):
    """Make a move; its fields are the game's own (see ``move_schema`` in the catalogue)."""

    movement: Raw


class GameAction(Command):
    """Something beside the moves: ``resign``, ``offer_draw``, ``accept_draw``, ``rematch`` or ``emote``."""

    action: Annotated[str, Meta(min_length=1, max_length=40)]
    data: Raw = Raw(b"{}")


class ChatMessage(Command):
    """Say something to the players and all who watch."""

    message: Annotated[str, Meta(min_length=1, max_length=500)]
