"""A room's deadlines: unit tests with a clock that the tests set."""

from typing import Any, cast

import pytest

from game.author import Clock, Game
from game.live.clock import Clocks
from game.live.room.deadlines import MISSED_AFTER_TAKEOVER_S, Due, due
from game.live.room.phase import Phase
from game.live.seats import Seated

OPENED_AT = 100.0


def _seat(number: int, *, away_since: Any = None, left_told: bool = False) -> Seated:
    seat = Seated(number, number + 1, "ada", 0, None, joined=True, left_told=left_told)
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


def test_the_earliest_of_all_moments_is_when_to_ask_again() -> None:
    seats = [_seat(0), _seat(1, away_since=OPENED_AT, left_told=True)]
    assert (
        due(Phase.ACTIVE, seats, _running_clocks(), OPENED_AT, OPENED_AT + 1).next_at
        == OPENED_AT + Game.grace
    )
    assert due(Phase.ACTIVE, [_seat(0)], _running_clocks(), OPENED_AT, OPENED_AT).next_at == OPENED_AT + 60
    assert due(Phase.ACTIVE, [_seat(0)], None, OPENED_AT, OPENED_AT).next_at is None
