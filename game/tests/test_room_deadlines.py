"""A room's deadlines: unit tests with a clock that the tests set."""

from typing import Any, cast

import pytest

from core.ids import UserId
from game.author import Clock, Days, Game
from game.live.clock import Clocks
from game.live.room.deadlines import MISSED_AFTER_TAKEOVER_S, Due, Timing, due
from game.live.room.phase import Phase
from game.live.seats import Seated

OPENED_AT = 100.0


def _seat(number: int, *, away_since: Any = None, left_told: bool = False) -> Seated:
    seat = Seated(number, UserId(number + 1), "ada", 0, None, joined=True, left_told=left_told)
    seat.away_since = away_since
    seat.listener = None if away_since is not None else cast(Any, object())
    return seat


@pytest.mark.parametrize(
    ("phase", "within_s"),
    [
        (Phase.CREATED, Game.fill_within),
        (Phase.WAITING_FOR_PLAYERS, Game.start_within),
        (Phase.WAITING_FOR_READY, Game.start_within),
    ],
)
def test_a_game_that_does_not_start_in_time_ends_and_not_before(phase: Any, within_s: float) -> None:
    start_by = OPENED_AT + within_s
    assert due(phase, [], None, OPENED_AT, start_by - 0.1) == Due(next_at=start_by)
    assert due(phase, [], None, OPENED_AT, start_by) == Due(never_started=True)


@pytest.mark.parametrize("phase", [Phase.ENDING, Phase.FINISHED, Phase.ABANDONED, Phase.ABORTED, Phase.LOST])
def test_nothing_is_due_in_a_room_whose_game_does_not_go_on(phase: Any) -> None:
    seats = [_seat(0, away_since=0.0), _seat(1)]
    assert due(phase, seats, _running_clocks(), OPENED_AT, 1e9) == Due()


def _running_clocks() -> Clocks:
    clocks = Clocks(Clock(60, 0), (1, 2))
    clocks.run({0}, OPENED_AT)
    return clocks


def test_the_seat_whose_clock_ran_out_is_named_before_any_absence() -> None:
    seats = [_seat(0), _seat(1, away_since=OPENED_AT, left_told=True)]
    flag_falls = OPENED_AT + 60
    assert due(Phase.ACTIVE, seats, _running_clocks(), OPENED_AT, flag_falls) == Due(out_of_time=(0,))


def test_a_player_who_is_away_is_missed_first_and_forfeits_after_the_grace_period() -> None:
    away = _seat(1, away_since=OPENED_AT)
    seats = [_seat(0), away]

    def at(seconds: float) -> Due:
        return due(Phase.ACTIVE, seats, None, OPENED_AT, OPENED_AT + seconds)

    missed_at, forfeits_at = OPENED_AT + MISSED_AFTER_TAKEOVER_S, OPENED_AT + Game.grace
    assert at(1) == Due(next_at=missed_at)
    assert at(MISSED_AFTER_TAKEOVER_S) == Due(missed=(away,), next_at=forfeits_at)
    away.left_told = True
    assert at(Game.grace - 1) == Due(next_at=forfeits_at)
    assert at(Game.grace) == Due(stayed_away=(1,))


def test_what_the_rules_have_planned_comes_before_anything_else_and_choices_end_together() -> None:
    timing = Timing(rings_at=OPENED_AT + 2, choose_by=OPENED_AT + 1, choosing=[1, 0])

    def at(seconds: float, timing: Timing = timing) -> Due:
        return due(Phase.ACTIVE, [_seat(0)], _running_clocks(), OPENED_AT, OPENED_AT + seconds, Game, timing)

    assert at(0.5) == Due(next_at=OPENED_AT + 1)
    assert at(1) == Due(late=(0, 1))
    assert at(60) == Due(rings=True)
    # Bots, which are not among those who choose, are waited for.
    assert at(1, timing._replace(choosing=[])) == Due(next_at=OPENED_AT + 2)


def test_nobody_is_missed_in_a_correspondence_game() -> None:
    class Letters(Game, abstract=True):
        clock = Days(2)

    seats = [_seat(0, away_since=OPENED_AT), _seat(1, away_since=OPENED_AT)]
    assert due(Phase.ACTIVE, seats, None, OPENED_AT, OPENED_AT + 1e6, Letters) == Due()


def test_the_earliest_of_all_moments_is_when_to_ask_again() -> None:
    seats = [_seat(0), _seat(1, away_since=OPENED_AT, left_told=True)]
    assert (
        due(Phase.ACTIVE, seats, _running_clocks(), OPENED_AT, OPENED_AT + 1).next_at
        == OPENED_AT + Game.grace
    )
    assert due(Phase.ACTIVE, [_seat(0)], _running_clocks(), OPENED_AT, OPENED_AT).next_at == OPENED_AT + 60
    assert due(Phase.ACTIVE, [_seat(0)], None, OPENED_AT, OPENED_AT).next_at is None
