"""Queues of the studio's game."""

from game.author import Queue
from studio.games import Studio


class Ranked(Queue):
    game = Studio
    title = "Ranked race"
