"""Tests of the rules of Studio, without a server."""

from random import Random

import pytest

from game import bots
from game.author import IllegalMove
from game.author.match import Match
from studio.games import Studio


def test_whoever_reaches_ten_wins():
    match = Match.new(Studio, seats=2, seed=1)

    for seat, number in ((0, 3), (1, 3), (0, 3), (1, 1)):
        match.play(seat, {"number": number})

    assert match.result.winners == (1,)


def test_nobody_goes_beyond_ten():
    match = Match.new(Studio, seats=2, seed=1)
    for seat in (0, 1, 0):
        match.play(seat, {"number": 3})

    with pytest.raises(IllegalMove, match="beyond ten"):
        match.play(1, {"number": 2})


def test_bots_can_play_it_to_the_end():
    match = Match.new(Studio, seats=2, seed=1)

    while match.result is None:
        seat = min(match.turn)
        match.play(seat, bots.choose(match, seat, Random(1), level=2))

    assert match.view(None)["total"] == 10
