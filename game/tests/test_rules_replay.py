"""Every game: seed and inputs rebuild it exactly, and a loaded game continues exactly."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.refusals import Conflict, Invalid
from core.renderers import encode
from game import catalogue_json
from game.author import Game, catalogue
from game.author.match import Match
from game.tests.playing import begin, redo, somebody_plays

every_game = pytest.mark.parametrize("game", catalogue.all(), ids=lambda game: game.name)
seeds = st.integers(0, 2**63 - 1)
lengths = st.integers(0, 400)


@every_game
@settings(max_examples=25, deadline=None)
@given(seed=seeds, length=lengths)
def test_seed_and_inputs_rebuild_the_exact_game(game: type[Game], seed: int, length: int) -> None:
    match, random = begin(game, seed), Random(seed)
    done: list[Any] = []
    while match.result is None and len(done) < length:
        done.append(somebody_plays(match, random))

    again = begin(game, seed)
    for thing in done:
        redo(again, thing)

    assert again.dump() == match.dump()
    assert (again.result, again.turn, again.scores) == (match.result, match.turn, match.scores)
    for seat in (*match.game.seats, None):
        assert again.view_json(seat) == match.view_json(seat)


@every_game
@settings(max_examples=25, deadline=None)
@given(seed=seeds, before=lengths, after=lengths)
def test_a_game_that_was_kept_goes_on_identically(
    game: type[Game], seed: int, before: int, after: int
) -> None:
    match, random = begin(game, seed), Random(seed)
    for _ in range(before):
        if match.result is None:
            somebody_plays(match, random)

    kept = Match.load(game, json.loads(json.dumps(match.dump())))
    assert (kept.result, kept.turn) == (match.result, match.turn)
    for _ in range(after):
        if match.result is None:
            redo(kept, somebody_plays(match, random))
            assert kept.view_json(None) == match.view_json(None)
    assert kept.dump() == match.dump()


@every_game
@settings(max_examples=15, deadline=None)
@given(
    seed=seeds,
    length=st.integers(0, 60),
    junk=st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_a_refusal_leaves_no_trace(game: type[Game], seed: int, length: int, junk: bytes) -> None:
    match, random = begin(game, seed), Random(seed)
    for _ in range(length):
        if match.result is None:
            somebody_plays(match, random)
    before = match.dump(), match.turn, match.result
    movements: list[Any] = [junk, *match.game.movements.choices[:120]]
    taken = [match.legal(seat) for seat in match.game.seats]
    for seat in match.game.seats:
        for movement in movements:
            if movement in taken[seat] and not game.real_time:
                continue
            with pytest.raises((Conflict, Invalid)):
                match.step({seat: junk}) if game.real_time else match.play(seat, movement)
    assert (match.dump(), match.turn, match.result) == before


@every_game
def test_different_seeds_leave_the_rules_alone(game: type[Game]) -> None:
    views = [begin(game, seed).view(None) for seed in range(5)]
    assert len({tuple(sorted(view)) for view in views}) == 1


@every_game
def test_the_catalogue_says_what_a_client_needs(game: type[Game]) -> None:
    entry = json.loads(encode(catalogue_json.entry(game)))
    assert set(entry) == {
        "actions",
        "board",
        "bots",
        "clock",
        "description",
        "name",
        "options",
        "phases",
        "spectators_follow",
        "sides",
        "title",
        "undo",
        "view_schema",
        "min_players",
        "max_players",
        "kind",
        "modes",
        "open",
        "spectators",
        "move_schema",
    }
    assert entry["kind"] in ("turn_based", "real_time")
