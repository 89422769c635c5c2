"""Operators: viewing and ending a running game."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from core.database import in_database
from core.refusals import Unavailable
from game import selectors, services
from game.author import catalogue
from game.author.refusals import GameIsOver
from game.games import TicTacToe
from game.live import operators
from game.models import Game, JournalEntry, Rating
from game.refusals import UnknownMatch
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime import worker


async def test_an_operator_ends_a_game_and_nobody_wins(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
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


async def test_an_operator_ends_a_game_that_waits_for_somebody(ada: Person) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.hear("player_joined")

    await asyncio.to_thread(operators.end, game.pk)

    assert (await a.hear("game_over"))["reason"] == "operator"


async def test_an_operator_is_not_told_that_a_game_has_ended_which_another_server_has(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    await begin(game, ada, bob)
    await in_database(services.take_over, game_id=game.pk)

    with pytest.raises(Unavailable):
        await asyncio.to_thread(operators.end, game.pk)

    assert (await Game.objects.aget(pk=game.pk)).state == "active"


async def test_an_operator_sees_what_the_players_hide_from_each_other(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
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


async def test_an_unknown_game_cannot_be_looked_at(here: worker.Worker) -> None:
    with pytest.raises(UnknownMatch):
        await asyncio.to_thread(operators.look, uuid4())


class Stumbles(TicTacToe):
    """A game's rules after a change during the game."""

    name = TicTacToe.name

    def setup(self, random: Random) -> None:
        raise ValueError("no board")


@pytest.mark.parametrize("is_installed", [True, False])
async def test_an_operator_ends_a_game_that_cannot_be_opened_any_more(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    cyd: Person,
    monkeypatch: pytest.MonkeyPatch,
    is_installed: bool,
) -> None:
    game = await new_game(queued=True)
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"cell": 0})
    await b.hear("player_move")
    await worker.stop()
    await worker.start()
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    monkeypatch.delitem(catalogue._games, "tictactoe")
    if is_installed:
        catalogue.register(Stumbles)
    assert await (await ada.enter(game.pk)).closed() == (1011 if is_installed else 4404)

    page, answer = await in_database(_end_in_the_admin, game)

    assert "cannot be opened" in page
    assert "End the game without a winner: done for 1." in answer
    stored = await Game.objects.aget(pk=game.pk)
    assert (stored.state, stored.result["reason"]) == ("abandoned", "operator")
    assert not await Rating.objects.filter(played__gt=0).aexists()
    entries = await in_database(lambda: list(JournalEntry.objects.filter(game=game).order_by("seq")))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[-1].kind == "over"
    with pytest.raises(GameIsOver):
        await asyncio.to_thread(operators.end, game.pk)
    catalogue._games.setdefault("tictactoe", TicTacToe)
    assert await in_database(selectors.latest_open_game, ada.id) is None
    for somebody in (ada, cyd):
        state = await (await somebody.enter(game.pk)).hear("game_state")
        assert (state["state"], state["result"]["reason"]) == ("abandoned", "operator")


def _end_in_the_admin(game: Game) -> tuple[str, str]:
    """Return the room as shown on the game's page, and the message when the game is ended in the list."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator"), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/admin/game/game/{game.pk}/change/")
    wanted = {"action": "end", "_selected_action": [str(game.pk)]}
    answer = client.post("/admin/game/game/", wanted, follow=True)
    return page.content.decode(), answer.content.decode()
