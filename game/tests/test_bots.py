"""Computer players: legal, reproducible, better by level, and without hidden information."""

from itertools import count
from random import Random

import pytest

from game import bots
from game.author import Annotated, Game, Meta, catalogue, move
from game.author.match import Match
from game.author.refusals import RulesError
from game.tests.playing import begin

every_game = pytest.mark.parametrize("game", catalogue.all(), ids=lambda game: game.name)


def duel(game: type[Game], levels: tuple[int, int], seed: int, **options: int) -> Match:
    """Play a game between two bots to the end; every movement must be legal."""
    match, random = begin(game, seed, **options), Random(seed)
    while match.result is None:
        if game.real_time:
            asked = match.game.seats if match.tick % 4 == 0 else ()
            match.step({seat: bots.choose(match, seat, random, levels[seat]) for seat in asked})
        else:
            seat = min(match.turn)
            match.play(seat, bots.choose(match, seat, random, levels[seat]))
    return match


@every_game
@pytest.mark.parametrize("level", [1, 2])
def test_bots_play_every_game_to_its_end_by_the_rules(game: type[Game], level: int):
    assert duel(game, (level, level), seed=level).result is not None


@every_game
def test_the_same_generator_gives_the_same_movement(game: type[Game]):
    first, second = (duel(game, (2, 1), seed=5).dump() for _ in range(2))
    assert first == second


def test_a_thinking_bot_never_loses_tictactoe_to_a_random_one():
    tictactoe = catalogue.get("tictactoe")
    for seed in range(8):
        assert 1 not in duel(tictactoe, (3, 1), seed).result.winners
        assert 0 not in duel(tictactoe, (1, 3), seed).result.winners


def test_thinking_bots_draw_tictactoe():
    assert duel(catalogue.get("tictactoe"), (3, 3), seed=1).result.draw


def test_a_thinking_bot_takes_the_win_and_stops_the_loss_in_connect_four():
    for seed in range(3):
        match = begin(catalogue.get("connect_four"))
        for number, column in enumerate([0, 6, 0, 6, 0]):
            match.play(number % 2, {"column": column})
        assert bots.choose(match, 1, Random(seed), level=3) == {"column": 0}
        match.play(1, {"column": 1})
        assert bots.choose(match, 0, Random(seed), level=3) == {"column": 0}


@pytest.mark.parametrize(("game", "seeds"), [("battleship", 12), ("pong", 3)])
def test_a_higher_level_wins_more(game: str, seeds: int):
    wins = [duel(catalogue.get(game), (3, 1), seed).result.winners == (0,) for seed in range(seeds)]
    assert sum(wins) > seeds * 0.8


def test_a_battleship_bot_does_the_same_wherever_the_enemy_lies():
    """The bot gets only its view: another enemy fleet under the same view gives the same shot."""
    shots = set()
    for enemy in range(6):
        match = begin(catalogue.get("battleship"))
        match.play(0, bots.choose(match, 0, Random(0), 3))
        match.play(1, bots.choose(match, 1, Random(100 + enemy), 3))
        shots.add(str(bots.choose(match, 0, Random(7), 3)))
    assert len(shots) == 1


def test_a_hidden_game_without_a_bot_of_its_own_is_played_at_random_and_dice_are_not_foreseen():
    class Guess(Game):
        """Bet on red or black; the wheel turns after the bet."""

        players = 1
        clock = None

        def setup(self, random):
            return {"won": None}

        @move
        def bet(self, state, seat, red: bool):
            state["won"] = red == (self.random.random() < 0.5)

        def result(self, state):
            return None if state["won"] is None else [0] if state["won"] else []

    class HiddenGuess(Guess):
        hidden = True

    won = 0
    for seed in range(60):
        match = begin(Guess, seed)
        match.play(0, bots.choose(match, 0, Random(seed + 1000), level=2))
        won += match.result.winners == (0,)
    assert 12 < won < 48
    bets = {str(bots.choose(begin(HiddenGuess), 0, Random(seed), level=3)) for seed in range(20)}
    assert len(bets) == 2


def test_a_game_whose_moves_cannot_be_listed_says_what_to_write():
    class Words(Game):
        def setup(self, random):
            return {}

        @move
        def say(self, state, seat, word: str):
            pass

        def result(self, state):
            return None

    with pytest.raises(RulesError, match="write `legal` or `bot`"):
        bots.choose(begin(Words), 0, Random(1), level=2)


def test_moves_without_an_end_are_not_listed():
    class Bets(Game):
        def setup(self, random):
            return {}

        @move
        def bet(self, state, seat, gold: Annotated[int, Meta(ge=0, le=2**63 - 1)]):
            pass

        def result(self, state):
            return None

    class ListedBets(Bets):
        def legal(self, state, seat):
            return ({"gold": gold} for gold in count())

    with pytest.raises(RulesError, match="write `legal` or `bot`"):
        bots.choose(begin(Bets), 0, Random(1), level=1)
    with pytest.raises(RulesError, match="more than 10,000"):
        bots.choose(begin(ListedBets), 0, Random(1), level=1)


def test_a_bot_that_goes_wrong_is_a_fault_in_the_rules():
    class Confused(Game):
        def setup(self, random):
            return {}

        @move
        def go(self, state, seat, far: bool):
            pass

        def result(self, state):
            return None

        def bot(self, view, seat, random, level):
            return {"far": view["far"] if level == 1 else "away"}

    for level in (1, 2):
        with pytest.raises(RulesError, match="bot of seat 0"):
            bots.choose(begin(Confused), 0, Random(1), level)
