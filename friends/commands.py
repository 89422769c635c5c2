"""What a client may ask over the socket of its friends' standing."""

from typing import Literal

from realtime.messages import Command


class SetStatus(Command):
    """Say how you are, to all friends; it holds until you are offline. A game you play shows before it."""

    status: Literal["online", "away", "busy", "playing"]
