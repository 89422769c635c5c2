"""Commands of the friends' status socket."""

from typing import Literal

from realtime.wire.messages import Command


class SetStatus(Command):
    """Set your status for all friends, until you go offline. A running game takes precedence."""

    status: Literal["online", "away", "busy", "playing"]
