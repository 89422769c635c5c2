"""Computer players: legal, reproducible, better by level, and without hidden information."""

from collections.abc import Callable, Generator
from itertools import count
from random import Random
from time import thread_time
from typing import Any

import pytest

from game import bots
from game.author import Annotated, Game, Meta, catalogue, move
from game.author.match import Match
from game.author.refusals import RulesError
from game.games.chess import state_at
from game.games.chess.position import Position
from game.tests.playing import begin

every_game = pytest.mark.parametrize("game", catalogue.all(), ids=lambda game: game.name)


def duel(
    game: type[Game], levels: tuple[int, int], seed: int, clock: Callable[[], float] = thread_time
) -> Match:
    """Play a game between bots to the end, by turns of these levels; every movement must be legal."""
    match, random = begin(game, seed), Random(seed)
    while match.result is None:
        if game.real_time:
            asked = match.game.seats if match.tick % 4 == 0 else ()
            match.step({seat: bots.choose(match, seat, random, levels[seat % 2], clock) for seat in asked})
        else:
            seat = min(match.turn)
            match.play(seat, bots.choose(match, seat, random, levels[seat % 2], clock))
    return match


def hurried() -> Callable[[], float]:
    """Return a clock by which some hundredths of a second pass between two looks."""
    return count(0, 0.04).__next__


@every_game
@pytest.mark.parametrize("level", [1, 2])
def test_bots_play_every_game_to_its_end_by_the_rules(game: type[Game], level: int) -> None:
    assert duel(game, (level, level), seed=level, clock=hurried()).result is not None


@every_game
def test_the_same_generator_gives_the_same_movement_while_there_is_time(game: type[Game]) -> None:
    """The clock stands still: the budget of processor time must not decide."""
    first, second = begin(game), begin(game)
    random, again = Random(5), Random(5)
    while first.result is None and first.moves < 6 and first.tick < 120:
        if game.real_time:
            first.step(
                {seat: bots.choose(first, seat, random, 2, clock=lambda: 0) for seat in first.game.seats}
            )
            second.step(
                {seat: bots.choose(second, seat, again, 2, clock=lambda: 0) for seat in first.game.seats}
            )
        else:
            seat = min(first.turn)
            first.play(seat, bots.choose(first, seat, random, 2, clock=lambda: 0))
            second.play(seat, bots.choose(second, seat, again, 2, clock=lambda: 0))
    assert first.dump() == second.dump()


@pytest.mark.parametrize("share", [1, 0.2])
@pytest.mark.parametrize("name", ["connect_four", "draughts", "chess"])
def test_a_bot_thinks_no_longer_than_its_time(name: str, share: float) -> None:
    """Each look at the clock finds it a fifth of its time later."""
    match, times = begin(catalogue.get(name)), count(0, 0.1 * share)
    assert bots.choose(match, 0, Random(1), level=3, clock=times.__next__, share=share) in match.legal(0)
    assert next(times) < share


@pytest.mark.parametrize("level", [2, 3])
@pytest.mark.parametrize(
    ("fen", "wanted"),
    [
        ("6k1/5ppp/8/8/8/8/8/K3R3 w - - 0 1", {"e1e8"}),
        ("3qk3/8/8/8/3R4/8/8/4K3 w - - 0 1", {"d4d8"}),
        ("6k1/5ppp/8/8/8/2n5/1P6/K3R3 w - - 0 1", {"e1e8"}),
    ],
    ids=["mates", "takes the queen", "mates rather than takes a knight"],
)
def test_a_thinking_bot_finds_the_best_move_in_chess(fen: str, wanted: set[str], level: int) -> None:
    game = catalogue.get("chess")
    match = Match.load(game, begin(game).dump() | {"state": state_at(Position.read(fen))})
    for seed in range(3):
        assert bots.choose(match, 0, Random(seed), level)["uci"] in wanted


@pytest.mark.parametrize("name", ["draughts", "chess"])
def test_a_thinking_bot_beats_a_random_one(name: str) -> None:
    assert duel(catalogue.get(name), (2, 1), seed=1).result.winners == (0,)
    assert duel(catalogue.get(name), (1, 2), seed=2).result.winners == (1,)


def test_a_thinking_bot_never_loses_tictactoe_to_a_random_one() -> None:
    tictactoe = catalogue.get("tictactoe")
    for seed in range(8):
        assert 1 not in duel(tictactoe, (3, 1), seed).result.winners
        assert 0 not in duel(tictactoe, (1, 3), seed).result.winners


def test_thinking_bots_draw_tictactoe() -> None:
    assert duel(catalogue.get("tictactoe"), (3, 3), seed=1).result.draw


def test_a_thinking_bot_takes_the_win_and_stops_the_loss_in_connect_four() -> None:
    for seed in range(3):
        match = begin(catalogue.get("connect_four"))
        for number, column in enumerate([0, 6, 0, 6, 0]):
            match.play(number % 2, {"column": column})
        assert bots.choose(match, 1, Random(seed), level=3) == {"column": 0}
        match.play(1, {"column": 1})
        assert bots.choose(match, 0, Random(seed), level=3) == {"column": 0}


@pytest.mark.parametrize(("game", "seeds"), [("battleship", 12), ("pong", 3)])
def test_a_higher_level_wins_more(game: str, seeds: int) -> None:
    wins = [duel(catalogue.get(game), (3, 1), seed).result.winners == (0,) for seed in range(seeds)]
    assert sum(wins) > seeds * 0.8


def test_a_battleship_bot_does_the_same_wherever_the_enemy_lies() -> None:
    """The bot gets only its view: another enemy fleet under the same view gives the same shot."""
    shots = set()
    for enemy in range(6):
        match = begin(catalogue.get("battleship"))
        match.play(0, bots.choose(match, 0, Random(0), 3))
        match.play(1, bots.choose(match, 1, Random(100 + enemy), 3))
        shots.add(str(bots.choose(match, 0, Random(7), 3)))
    assert len(shots) == 1


def test_a_hidden_game_without_a_bot_of_its_own_is_played_at_random_and_dice_are_not_foreseen() -> None:
    class Guess(Game):
        """Bet on red or black; the wheel turns after the bet."""

        players = 1
        clock = None

        def setup(self, random: Random) -> dict[str, None]:
            return {"won": None}

        @move
        def bet(self, state: dict[str, Any], seat: int, red: bool) -> None:
            state["won"] = red == (self.random.random() < 0.5)

        def result(self, state: dict[str, Any]) -> list[int]:
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


class Gamble(Game):
    """Keep nearly everything, or bet it on a coin."""

    clock = None

    def setup(self, random: Random) -> dict[str, int]:
        return {"share": None, "rounds": 0}

    @move
    def act(self, state: dict[str, Any], seat: int, bet: bool) -> None:
        if state["share"] is None:
            state["share"] = (1.0 if self.random.random() < 0.5 else 0.0) if bet else 0.9
        state["rounds"] += 1

    def result(self, state: dict[str, Any]) -> int | None:
        return None if state["rounds"] < 9 else 0

    def value(self, state: dict[str, Any], seat: int) -> Any:
        return state["share"] if seat == 0 else 1 - state["share"]


def test_a_bot_values_a_bet_by_its_chances_and_not_by_the_dice_to_come() -> None:
    bets = [bots.choose(begin(Gamble), 0, Random(seed), level=2) for seed in range(40)]
    assert sum(movement["bet"] for movement in bets) < 10


def test_a_game_whose_moves_cannot_be_listed_says_what_to_write() -> None:
    class Words(Game):
        def setup(self, random: Random) -> Any:
            return {}

        @move
        def say(self, state: dict[str, Any], seat: int, word: str) -> None:
            pass

        def result(self, state: dict[str, Any]) -> None:
            return None

    with pytest.raises(RulesError, match="write `legal` or `bot`"):
        bots.choose(begin(Words), 0, Random(1), level=2)


def test_moves_without_an_end_are_not_listed() -> None:
    class Bets(Game):
        def setup(self, random: Random) -> Any:
            return {}

        @move
        def bet(
            self, state: dict[str, Any], seat: int, gold: Annotated[int, Meta(ge=0, le=2**63 - 1)]
        ) -> None:
            pass

        def result(self, state: dict[str, Any]) -> None:
            return None

    class ListedBets(Bets):
        def legal(self, state: dict[str, Any], seat: int) -> Generator[dict[str, int], None, None]:
            return ({"gold": gold} for gold in count())

    with pytest.raises(RulesError, match="write `legal` or `bot`"):
        bots.choose(begin(Bets), 0, Random(1), level=1)
    with pytest.raises(RulesError, match="more than 10,000"):
        bots.choose(begin(ListedBets), 0, Random(1), level=1)


def test_a_bot_that_goes_wrong_is_a_fault_in_the_rules() -> None:
    class Confused(Game):
        def setup(self, random: Random) -> Any:
            return {}

        @move
        def go(self, state: dict[str, Any], seat: int, far: bool) -> None:
            pass

        def result(self, state: dict[str, Any]) -> None:
            return None

        def bot(self, view: Any, seat: int, random: Random, level: int) -> dict[str, Any | str]:
            return {"far": view["far"] if level == 1 else "away"}

    for level in (1, 2):
        with pytest.raises(RulesError, match="bot of seat 0"):
            bots.choose(begin(Confused), 0, Random(1), level)
