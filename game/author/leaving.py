"""Leaving a game: what ``left`` may return."""

from typing import Final, Literal

import msgspec

Why = Literal["resigned", "away", "time"]
"""Why a player leaves: resigned, did not come back in time, or ran out of thinking time."""

END: Final = "end"
"""The game is over, and everybody else has won."""
PLAY_ON: Final = "play_on"
"""The game goes on, and nobody plays the seat; it can be taken if the game is ``open``."""
SUBSTITUTE: Final = "substitute"
"""The game goes on, and somebody else may take the seat, as long as the player is not back."""


class BOT(msgspec.Struct, frozen=True):
    """The game goes on, and a bot of this level (1 to 3) plays the seat."""

    level: int = 2


Leaving = Literal["end", "play_on", "substitute"] | BOT
