"""Property tests that any game's rules can be put to, without a server.

In a test of your game::

    from game import testing

    def test_the_rules_hold():
        testing.check(MyGame)
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from statistics import mean
from typing import Any

from core.refusals import Refusal
from game import bots
from game.author.game import Game, side_of
from game.author.match import Match
from game.author.results import Seat
from game.author.timing import Days, Turns

MAX_MOVES = 5_000
"""A random game that is longer than this counts as one that never ends."""
MAX_TICKS = 60 * 60 * 30
COPIED_EVERY = 16
"""Each so many moves the game is stored, loaded and compared, which costs more than the move."""
COMPARED_EVERY = 3
"""Each so many moves the movements of a turn are compared; odd, so that every seat of two has its turn."""
MAX_TRIED = 400
"""Movements tried against ``legal`` in one state."""
PASSING = 0.2
"""The share of moves after which time passes until something is due, in a game with phases or timers."""
LATE = 0.05
"""The share of turns whose time is up, where that is not the end."""


@dataclass
class Figures:
    """Figures of games played at random.

    ``lengths`` are in moves or ticks, ``branching`` has the number of legal moves of each turn, and ``wins``
    counts games by winning seat, with draws under None.
    """

    lengths: list[int] = field(default_factory=list)
    branching: list[int] = field(default_factory=list)
    wins: Counter[Seat | None] = field(default_factory=Counter)

    @property
    def mean_length(self) -> float:
        return mean(self.lengths)

    @property
    def mean_branching(self) -> float | None:
        """None for a real-time game, which has no turns."""
        return mean(self.branching) if self.branching else None

    def share(self, seat: Seat | None) -> float:
        """Return the share of the games that ``seat`` won (None: that were drawn), 0 to 1."""
        return self.wins[seat] / len(self.lengths)


TABLE_HEAD = f"{'game':<20}{'length':>10}{'choices':>10}  wins"


def table_row(game: type[Game], figures: Figures) -> str:
    """Return a game's row under ``TABLE_HEAD``: its length in moves, in real time in seconds."""
    length = figures.mean_length / game.rate if game.real_time else figures.mean_length
    choices = "" if figures.mean_branching is None else f"{figures.mean_branching:.1f}"
    seats = sorted(seat for seat in figures.wins if seat is not None)
    wins = [f"{side_of(game, seat)} {figures.share(seat):.0%}" for seat in seats]
    draws = [f"draw {figures.share(None):.0%}"] if figures.wins[None] else []
    return f"{game.name:<20}{length:>10.1f}{choices:>10}  {', '.join(wins + draws)}"


def check(game: type[Game], *, games: int = 20, seats: int | None = None, **options: Any) -> Figures:
    """Play a game at random and assert what the platform requires of its rules; return what was counted.

    - The same seed and movements give the same game, also after it was stored and loaded halfway.
    - The state is plain JSON, and ``view``, ``turn``, ``result``, ``scores`` and ``legal`` leave it
      unchanged.
    - ``legal`` lists exactly the movements that the rules accept, as far as the types can be listed.
    - Nobody learns from another's movement what ``view`` keeps from them.
    - A state that ``deal`` returns looks the same to its player, who has the same turn and legal movements.
    - Every game ends.

    Time passes, turns run out of it, and the game's own actions are done now and then. ``seats`` is the
    number of players (default: the fewest). Raises AssertionError, naming the seed of the game, and
    RulesError where the rules themselves fail.
    """
    figures = Figures()
    for seed in range(games):
        match = _begun(game, seats, seed, options)
        again = _begun(game, seats, seed, options)
        play = _play_ticks if game.real_time else _play_moves
        again = play(match, again, Random(seed), figures)
        _require(match.dump() == again.dump(), match, "the same movements do not give the same game")
        _count_result(match, figures)
    return figures


def _begun(game: type[Game], seats: int | None, seed: int, options: dict[str, Any]) -> Match:
    match = Match.new(game, seats=seats or game.min_players, seed=seed, options=options)
    for seat in sorted(match.game.empty):
        match.join(seat)
    return match


def _play_moves(match: Match, again: Match, random: Random, figures: Figures) -> Match:
    passed = 0
    while match.result is None:
        _require(match.moves + passed < MAX_MOVES, match, f"no end after {MAX_MOVES:,} moves")
        if match.moves % COPIED_EVERY == 0:
            _check_reading(match)
            again = _reloaded(match, again)
        if _pass_time(match, again, random) or _act(match, again, random):
            passed += 1
            continue
        seat = random.choice(sorted(match.turn))
        legal = match.legal(seat)
        if legal:
            figures.branching.append(len(legal))
            if match.moves % COMPARED_EVERY == 0:
                _check_legal(match, seat, legal, random)
                _check_secrets(match, seat, legal, random)
                _check_deal(match, random)
        movement = random.choice(legal) if legal else bots.choose(match, seat, random, level=1)
        try:
            taken = match.play(seat, movement or {})
        except Refusal:
            _require(False, match, f"`legal` lists {movement}, which the rules refuse")
            raise
        _play_again(again, seat, taken)
    figures.lengths.append(match.moves)
    return again


def _pass_time(match: Match, again: Match, random: Random) -> bool:
    """Now and then advance the time, or time out a turn, in both matches; return whether it did."""
    if match.due is not None and (not match.turn or random.random() < PASSING):
        for one, due in ((match, match.due), (again, again.due)):
            one.advance(due or 0)
        return True
    if match.turn and (match.is_choosing or _limits_turns(match)) and random.random() < LATE:
        seat = random.choice(sorted(match.turn))
        _require(match.time_out(seat) == again.time_out(seat), match, "on_timeout differs")
        return True
    return False


def _limits_turns(match: Match) -> bool:
    return isinstance(match.clock, Turns | Days)


def _act(match: Match, again: Match, random: Random) -> bool:
    """Try one of the game's own actions in both matches, now and then; return whether it was done."""
    if not match.game.actions or random.random() >= PASSING:
        return False
    name = random.choice(sorted(match.game.actions))
    choices = match.game.actions[name].data.choices
    if not choices:
        return False
    seat, data = random.choice(match.game.seats), random.choice(choices)
    try:
        again.act(seat, name, match.act(seat, name, data))
    except Refusal:
        return False
    return True


def _play_again(again: Match, seat: Seat, movement: bytes) -> None:
    try:
        again.play(seat, movement)
    except Refusal as refusal:
        raise AssertionError(
            f"{again.game.name}, seed {again.seed}: the same movements do not give the same game: {refusal}"
        ) from refusal


def _play_ticks(match: Match, again: Match, random: Random, figures: Figures) -> Match:
    inputs = {seat: match.candidates(seat) for seat in match.game.seats}
    per_frame = match.game.rate // match.game.frame_rate
    while match.result is None:
        _require(match.tick < MAX_TICKS, match, f"no end after {MAX_TICKS:,} ticks")
        if match.tick % (COPIED_EVERY * per_frame) == 0:
            _check_reading(match)
            again = _reloaded(match, again)
            _check_told_inputs(match, inputs, per_frame, random)
        given = {
            seat: random.choice(choices)
            for seat, choices in inputs.items()
            if choices and random.random() < 0.1
        }
        match.step(given, per_frame)
        again.step(given, per_frame)
    figures.lengths.append(match.tick)
    return again


def _check_reading(match: Match) -> None:
    before = json.dumps(match.dump())
    for seat in (*match.game.seats, None):
        match.game.view(match.state, seat)
        if seat is not None and not match.game.real_time:
            match.candidates(seat)
    match.game.scores(match.state)
    match.game.result(match.state)
    if match.turn:
        match.game.alternating or match.game.turn(match.state)
    _require(
        json.dumps(match.dump()) == before, match, "view, turn, result, scores or legal changes the state"
    )


def _reloaded(match: Match, again: Match) -> Match:
    """Return ``again`` as another worker would have it: stored as JSON and loaded."""
    _require(match.dump() == again.dump(), match, "the same movements do not give the same game")
    loaded = Match.load(type(match.game), json.loads(json.dumps(again.dump())), users=again.users)
    for seat in (*match.game.seats, None):
        _require(
            match.view(seat) == loaded.view(seat), match, f"seat {seat} sees something else after a restart"
        )
    return loaded


def _check_legal(match: Match, seat: Seat, legal: list[dict[str, Any]], random: Random) -> None:
    """Compare the author's ``legal`` with what the rules accept of all that the types allow."""
    if match.game.lists_legal:
        for movement in random.sample(legal, min(len(legal), MAX_TRIED)):
            _require(
                _accepts(match, seat, movement), match, f"`legal` lists {movement}, which the rules refuse"
            )
    choices = match.game.movements.choices
    for movement in random.sample(choices, min(len(choices), MAX_TRIED)):
        if movement not in legal:
            _require(
                not _accepts(match, seat, movement), match, f"the rules accept {movement}, `legal` omits it"
            )


def _accepts(match: Match, seat: Seat, movement: dict[str, Any]) -> bool:
    try:
        match.copy(0).play(seat, movement)
    except Refusal:
        return False
    return True


def _check_secrets(match: Match, seat: Seat, legal: list[dict[str, Any]], random: Random) -> None:
    """Assert that two movements after which a viewer sees the same are told alike.

    Otherwise the arguments of the movement, which everybody is sent, tell what the view leaves out.
    """
    if not match.game.hidden or match.is_choosing:
        return  # What all choose at once is told to nobody.
    first, second = (random.choice(legal) for _ in range(2))
    if first == second or (match.is_secret(first) and match.is_secret(second)):
        return
    here, there = match.copy(1), match.copy(1)
    here.play(seat, first)
    there.play(seat, second)
    for viewer in (*match.game.seats, None):
        _require(
            viewer == seat or here.view(viewer) != there.view(viewer),
            match,
            f"seat {viewer} sees the same after {first} and {second} of seat {seat}, but is told which it "
            "was: name the move in `secret_moves`",
        )


def _check_told_inputs(
    match: Match, inputs: dict[Seat, list[dict[str, Any]]], ticks: int, random: Random
) -> None:
    """Assert that an input that everybody is told changes what everybody sees."""
    steering = [seat for seat, choices in inputs.items() if len(choices) > 1]
    if not (match.game.hidden and match.game.tells_inputs and steering):
        return
    seat = random.choice(steering)
    first, second = random.sample(inputs[seat], 2)
    here, there = match.copy(1), match.copy(1)
    here.step({seat: first}, ticks)
    there.step({seat: second}, ticks)
    for viewer in (*match.game.seats, None):
        _require(
            viewer == seat or here.view(viewer) != there.view(viewer),
            match,
            f"seat {viewer} sees the same after {first} and {second} of seat {seat}, but is told which it "
            "was: leave out `tells_inputs`",
        )


def _check_deal(match: Match, random: Random) -> None:
    if type(match.game).deal is Game.deal:
        return
    for seat in match.game.seats:
        dealt = match.dealt(seat, random)
        dealt.dump()
        _require(
            dealt.turn == match.turn, match, f"the state that `deal` returns to seat {seat} has another turn"
        )
        for here, there, named in (
            (match.view(seat), dealt.view(seat), "view"),
            (match.legal(seat), dealt.legal(seat), "legal movements"),
        ):
            _require(
                here == there, match, f"the state that `deal` returns to seat {seat} has another {named}"
            )


def _count_result(match: Match, figures: Figures) -> None:
    result = match.result
    assert result is not None
    for seat in result.winners or ((None,) if result.draw else ()):
        figures.wins[seat] += 1


def _require(condition: object, match: Match, failure: str) -> None:
    if not condition:
        raise AssertionError(f"{match.game.name}, seed {match.seed}: {failure}.")
