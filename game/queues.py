"""The queues of included games that differ from the default: chess has one for each time control."""

from game.author import BOT, Queue
from game.games.chess import Chess
from game.games.hearts import Hearts


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


class Table(Queue):
    """Four for Hearts; after half a minute bots take the places that are free."""

    game = Hearts
    fill_with = BOT(2)
    fill_after = 30.0
