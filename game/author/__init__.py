"""The API for game authors: everything needed to write the rules of a game and its queues."""

from typing import Annotated, Literal

from msgspec import Meta

from game.author.game import Game, State
from game.author.grid import Grid
from game.author.interest import Radius
from game.author.leaving import BOT, END, PLAY_ON, SUBSTITUTE
from game.author.marks import action, move
from game.author.movements import Record
from game.author.queues import Queue
from game.author.refusals import GameDefinitionError, IllegalMove
from game.author.results import DRAW, Ranking, Seat, Verdict
from game.author.sync import Quantised
from game.author.timing import ALL, LOSE, SKIP, Clock, Days, Phase, Turns, timer

__all__ = [
    "ALL",
    "BOT",
    "DRAW",
    "END",
    "LOSE",
    "PLAY_ON",
    "SKIP",
    "SUBSTITUTE",
    "Annotated",
    "Clock",
    "Days",
    "Game",
    "GameDefinitionError",
    "Grid",
    "IllegalMove",
    "Literal",
    "Meta",
    "Phase",
    "Quantised",
    "Queue",
    "Radius",
    "Ranking",
    "Record",
    "Seat",
    "State",
    "Turns",
    "Verdict",
    "action",
    "move",
    "timer",
]
