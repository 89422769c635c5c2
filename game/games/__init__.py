"""The games that come with the platform."""

from game.games.arena import Arena
from game.games.battleship import Battleship
from game.games.chess import Chess
from game.games.connect_four import ConnectFour
from game.games.draughts import Draughts
from game.games.hearts import Hearts
from game.games.pong import Pong
from game.games.tictactoe import TicTacToe

__all__ = ["Arena", "Battleship", "Chess", "ConnectFour", "Draughts", "Hearts", "Pong", "TicTacToe"]
