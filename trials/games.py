"""A game with many modes, so that a trial can use many queues."""

from game.games import TicTacToe


class ManyModes(TicTacToe):
    """Tic-tac-toe in sixteen queues."""

    modes = tuple(f"mode-{number}" for number in range(16))
