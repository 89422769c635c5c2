"""The API for game authors: everything needed to write the rules of a game and its queues."""

from typing import Annotated, Literal

from msgspec import Meta

from game.author.game import Clock, Game, Grid, State, move
from game.author.interest import Radius
from game.author.leaving import BOT, END, PLAY_ON, SUBSTITUTE
from game.author.movements import Record
from game.author.queues import Queue
from game.author.refusals import GameDefinitionError, IllegalMove
from game.author.results import DRAW, Ranking, Seat, Verdict
from game.author.sync import Quantised

__all__ = [
    "BOT",
    "DRAW",
    "END",
    "PLAY_ON",
    "SUBSTITUTE",
    "Annotated",
    "Clock",
    "Game",
    "GameDefinitionError",
    "Grid",
    "IllegalMove",
    "Literal",
    "Meta",
    "Quantised",
    "Queue",
    "Radius",
    "Ranking",
    "Record",
    "Seat",
    "State",
    "Verdict",
    "move",
]
