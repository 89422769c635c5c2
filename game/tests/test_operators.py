"""What operators see of a running game, and how they end it."""

import asyncio
from uuid import uuid4

import pytest

from game import services
from game.author.refusals import GameIsOver
from game.live import operators
from game.models import Game, Rating
from game.refusals import UnknownMatch
from game.tests.conftest import begin
from realtime.worker import in_database


async def test_an_operator_ends_a_game_and_nobody_wins(new_game, ada, bob):
    game = await new_game()
    a, b = await begin(game, ada, bob)

    await asyncio.to_thread(operators.end, game.pk)

    for player in (a, b):
        over = await player.hear("game_over")
        assert (over["reason"], over["winner_ids"], over["ratings"]) == ("operator", [], [])
        assert (await player.hear("game_state"))["state"] == "abandoned"
    assert (await Game.objects.aget(pk=game.pk)).state == "abandoned"
    assert not await Rating.objects.filter(played__gt=0).aexists()
    await a.send(type="player_move", movement={"cell": 0})
    assert await a.refused() == GameIsOver.code
    with pytest.raises(GameIsOver):
        await asyncio.to_thread(operators.end, game.pk)


async def test_an_operator_ends_a_game_that_waits_for_somebody(ada):
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.hear("player_joined")

    await asyncio.to_thread(operators.end, game.pk)

    assert (await a.hear("game_over"))["reason"] == "operator"


async def test_an_operator_sees_what_the_players_hide_from_each_other(new_game, ada, bob):
    game = await new_game("battleship")
    a, b = await begin(game, ada, bob)
    sizes = {"carrier": 5, "battleship": 4, "cruiser": 3, "submarine": 3, "destroyer": 2}
    fleet = [{"name": name, "row": row, "col": 0, "vertical": False} for row, name in enumerate(sizes)]
    await a.send(type="player_move", movement={"ships": fleet})
    await a.hear("player_move")
    assert "carrier" not in str((await b.hear("player_move"))["movement"])

    seen = await asyncio.to_thread(operators.look, game.pk)

    assert "carrier" in str(seen["rules"]["state"])
    assert [player["username"] for player in seen["players"]] == ["ada", "bob"]
    assert (seen["state"], all(player["connected"] for player in seen["players"])) == ("active", True)


async def test_an_unknown_game_cannot_be_looked_at():
    with pytest.raises(UnknownMatch):
        await asyncio.to_thread(operators.look, uuid4())
