"""The queues of the included games that have several: chess has one for each time control."""

from game.author import Queue
from game.games.chess import Chess


class Rapid(Queue):
    """Ten minutes, and five seconds a move."""

    game = Chess
    title = "Chess: rapid, 10+5"


class Blitz(Queue):
    """Three minutes, and two seconds a move."""

    game = Chess
    mode = "blitz"
    title = "Chess: blitz, 3+2"
    options = {"minutes": 3, "increment": 2}


class Bullet(Queue):
    """One minute, and one second a move."""

    game = Chess
    mode = "bullet"
    title = "Chess: bullet, 1+1"
    options = {"minutes": 1, "increment": 1}


class Classical(Queue):
    """Half an hour, and twenty seconds a move."""

    game = Chess
    mode = "classical"
    title = "Chess: classical, 30+20"
    options = {"minutes": 30, "increment": 20}
