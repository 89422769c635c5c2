"""HTTP requests about games that a room has played."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.database import in_database
from game.models import Game
from game.tests.conftest import begin
from game.tests.playing import rebuilt_from
from gameplatform.testing.people import Person


async def replay_of(person: Person, game: Any) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {person.token}")
    answer = await in_database(client.get, f"/api/games/{game.pk}/replay/")
    assert answer.status_code == 200, answer.content
    return answer.json()


async def test_the_replay_of_a_turn_based_game_ends_as_the_players_saw_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game("connect_four")
    a, b = await begin(game, ada, bob)
    for player, column in ((a, 0), (b, 1), (a, 0), (b, 1), (a, 0), (b, 1), (a, 0)):
        await player.send(type="player_move", movement={"column": column})
        seen = (await a.hear("player_move"))["view"]
        await b.hear("player_move")
    await a.hear("game_over")

    replay = await replay_of(cyd, game)

    assert [one["movement"]["column"] for one in replay["inputs"]] == [0, 1, 0, 1, 0, 1, 0]
    assert replay["result"]["winner_ids"] == [ada.id]
    assert rebuilt_from(replay).view(0) == seen
    assert rebuilt_from(replay).view(None) == replay["final_view"]


@pytest.mark.parametrize("resigns", [True, False])
async def test_the_replay_of_a_real_time_game_ends_as_the_players_saw_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, cyd: Person, resigns: bool
) -> None:
    game = await new_game("pong", options={"target": 21 if resigns else 1})
    a, b = await begin(game, ada, bob)
    served = (await a.hear_until("game_tick"))["view"]["ball"]
    away = -1 if served["vy"] > 0 else 1
    for direction in (-away, 0, away):
        for player in (a, b):
            await player.send(type="player_move", movement={"direction": direction})
            while (await a.hear_until("player_move"))["movement"] != {"direction": direction}:
                pass
    if resigns:
        await b.send(type="game_action", action="resign")
    await a.hear_until("game_over")
    seen = await a.hear_until("game_state")

    replay = await replay_of(cyd, game)

    kinds = [one["type"] for one in replay["inputs"]]
    assert kinds == ["player_move"] * 6 + ["game_action"] * resigns
    rebuilt = rebuilt_from(replay)
    assert rebuilt.tick == replay["ticks"] > 0
    assert rebuilt.view(0) == seen["view"]
    assert rebuilt.view(None) == replay["final_view"]
    assert (rebuilt.result is None) == resigns
