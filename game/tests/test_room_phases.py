"""The commands that a room accepts in each phase."""

from typing import Any

import pytest

from core.refusals import Refusal
from game.live.room.phase import ALLOWED, Phase, Request, check
from game.models import Game

REFUSALS = {
    Phase.CREATED: {"move": "game_not_active", "rematch": "game_not_active"},
    Phase.WAITING_FOR_PLAYERS: {"move": "game_not_active", "rematch": "game_not_active"},
    Phase.WAITING_FOR_READY: {"move": "game_not_active", "rematch": "game_not_active"},
    Phase.ACTIVE: {"rematch": "game_not_active"},
    Phase.ENDING: {
        "ready": "game_over",
        "move": "game_over",
        "end": "game_over",
        "rematch": "game_not_active",
    },
    Phase.FINISHED: {"ready": "game_over", "move": "game_over", "end": "game_over"},
    Phase.ABANDONED: {"ready": "game_over", "move": "game_over", "end": "game_over"},
    Phase.ABORTED: {"ready": "game_over", "move": "game_over", "end": "game_over"},
    Phase.LOST: {request.value: "recovering" for request in Request},
}


@pytest.mark.parametrize("phase", Phase)
def test_a_room_refuses_what_its_phase_does_not_allow_and_says_why(phase: Any) -> None:
    refused = {}
    for request in Request:
        try:
            check(phase, request)
        except Refusal as refusal:
            refused[request.value] = refusal.code
    assert refused == REFUSALS[phase]


def test_each_state_of_a_game_is_a_phase_of_its_room() -> None:
    assert {phase.value for phase in Phase} == {*Game.State.values, "ending", "lost"}
    assert ALLOWED.keys() == set(Phase)
