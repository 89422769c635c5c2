"""The API for game authors: everything needed to write the rules of a game and its queues."""

from typing import Annotated, Literal

from msgspec import Meta

from game.author.game import DRAW, Clock, Game, Grid, Seat, State, Verdict, move
from game.author.movements import Record
from game.author.queues import Queue
from game.author.refusals import GameDefinitionError, IllegalMove

__all__ = [
    "DRAW",
    "Annotated",
    "Clock",
    "Game",
    "GameDefinitionError",
    "Grid",
    "IllegalMove",
    "Literal",
    "Meta",
    "Queue",
    "Record",
    "Seat",
    "State",
    "Verdict",
    "move",
]
