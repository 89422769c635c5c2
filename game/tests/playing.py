"""Random play of any game in the catalogue, for tests."""

from random import Random
from typing import Any

from django.apps import apps
from msgspec import json

from game import bots, replays
from game.author import Game, catalogue
from game.author.match import Match
from game.shapes import Replay

catalogue.discover(app.name for app in apps.get_app_configs())

# One step of a match: (seat, movement) in a turn-based game, the inputs of a tick in a real-time game.
Done = tuple[int, bytes] | dict[int, bytes]


def somebody_plays(match: Match, random: Random) -> Done:
    """Take one random step and return it."""
    if match.game.real_time:
        choices = match.candidates(0)
        inputs = {
            seat: match.check(random.choice(choices)) for seat in match.game.seats if random.random() < 0.1
        }
        match.step(inputs)
        return inputs
    seat = random.choice(sorted(match.turn))
    movement: dict[str, Any] = bots.choose(match, seat, random, level=1) or {}
    return seat, match.play(seat, movement)


def redo(match: Match, done: Done) -> None:
    if isinstance(done, dict):
        match.step(done)
    else:
        match.play(*done)


def begin(game: type[Game], seed: int = 1, **options: Any) -> Match:
    match = Match.new(game, seats=game.min_players, seed=seed, options=options)
    for seat in sorted(match.game.empty):
        match.join(seat)
    return match


def rebuilt_from(replay: Any) -> Match:
    """Return the final match, rebuilt from a replay's JSON alone."""
    return replays.rebuild(json.decode(json.encode(replay), type=Replay))
