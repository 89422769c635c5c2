"""Personal data of games: complete when exported, messages erased on deletion."""

from collections.abc import Awaitable, Callable
from typing import Any

from rest_framework.test import APIClient

from core.database import in_database
from game.models import Game, JournalEntry
from game.tests.conftest import begin
from gameplatform.testing.people import Person


async def play_and_talk(game: Any, ada: Person, bob: Person) -> None:
    """Ada and Bob each move and chat, then Ada resigns."""
    a, b = await begin(game, ada, bob)
    for player, cell in ((a, 0), (b, 8)):
        await player.send(type="player_move", movement={"cell": cell})
        await a.hear("player_move")
        await b.hear("player_move")
    await a.send(type="chat_message", message="I live in Marylebone")
    await a.hear("chat_message")
    await b.send(type="chat_message", message="I live in Turin")
    await a.hear("chat_message")
    await a.send(type="game_action", action="resign")
    await a.hear("game_action")
    await a.hear("game_over")


def client(person: Person) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {person.token}")
    return client


async def test_an_export_holds_games_ratings_and_what_was_said_in_them(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game(queued=True)
    await play_and_talk(game, ada, bob)

    body = (await in_database(client(ada).get, "/api/me/export/")).json()

    [played] = body["games"]
    assert (played["id"], played["game"], played["state"]) == (str(game.pk), "tictactoe", "finished")
    assert (played["score"], played["rating_before"]) == (0.0, 1500)
    assert played["rating_after"] < 1500
    [rating] = body["ratings"]
    assert rating == {"game": "tictactoe", "rating": played["rating_after"], "played": 1, "won": 0}
    [said] = body["game_messages"]
    assert (said["game_id"], said["message"]) == (str(game.pk), "I live in Marylebone")


async def test_what_an_erased_player_said_in_games_is_gone(
    new_game: Callable[..., Awaitable[Game]], person: Callable[..., Awaitable[Person]], bob: Person
) -> None:
    guest = await person("guest", is_guest=True)
    game = await new_game("tictactoe", guest, bob)
    await play_and_talk(game, guest, bob)

    assert (await in_database(client(guest).delete, "/api/me/")).status_code == 204

    kept = [data async for data in JournalEntry.objects.values_list("data", flat=True)]
    assert "Marylebone" not in str(kept)
    assert "Turin" in str(kept)
    assert (await in_database(client(bob).get, f"/api/games/{game.pk}/replay/")).status_code == 200
