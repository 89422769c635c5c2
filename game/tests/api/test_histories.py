"""A user's games and ratings, as others see them."""

from collections.abc import Callable
from typing import Any

from game.models import Game
from game.tests.api.conftest import Person, Table


def finished(game: Game, *, winner: int = 0) -> Game:
    """End a game in which both have moved."""
    table = Table(game)
    table.move(0, {"cell": 0})
    table.move(1, {"cell": 1})
    table.finish("win", (winner,))
    return game


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {game["id"] for game in answer.json()["results"]}


def test_the_games_of_a_player_are_listed_without_the_private_ones_of_others(
    ada: Person, bob: Person, cyd: Person, new_game: Callable[..., Game]
) -> None:
    shown = finished(new_game("tictactoe", ada, bob))
    hidden = finished(new_game("tictactoe", ada, bob, private=True))
    new_game("tictactoe", bob, cyd)

    assert ids(cyd.get(f"/api/games/?player={ada.id}&state=finished")) == {str(shown.pk)}
    assert ids(bob.get(f"/api/games/?player={ada.id}&state=finished")) == {str(shown.pk), str(hidden.pk)}
    assert ids(cyd.get(f"/api/games/?player={ada.id}&game=pong")) == set()


def test_rated_games_can_be_told_from_others(ada: Person, bob: Person, new_game: Callable[..., Game]) -> None:
    rated = finished(new_game(queued=True))
    unrated = finished(new_game())

    assert ids(ada.get("/api/games/?mine=1&rated=1")) == {str(rated.pk)}
    assert ids(ada.get("/api/games/?mine=1&rated=0")) == {str(unrated.pk)}
    assert ids(ada.get("/api/games/?mine=1")) == {str(rated.pk), str(unrated.pk)}


def test_a_list_of_open_rooms_takes_no_player(ada: Person) -> None:
    answer = ada.get(f"/api/games/?open=1&player={ada.id}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_the_ratings_of_a_user_tell_how_they_came_about(
    ada: Person, bob: Person, cyd: Person, new_game: Callable[..., Game]
) -> None:
    for winner in (0, 0, 1):
        finished(new_game(queued=True), winner=winner)

    (rating,) = cyd.get(f"/api/users/{ada.id}/ratings/").json()

    assert (rating["game"], rating["title"]) == ("tictactoe", "Tic-tac-toe")
    assert (rating["played"], rating["won"]) == (3, 2)
    course = [point["rating"] for point in rating["history"]]
    assert course[0] < course[1] > course[2] == rating["rating"]
    times = [point["at"] for point in rating["history"]]
    assert times == sorted(times)


def test_guests_have_no_ratings_that_others_see(
    ada: Person, person: Callable[..., Person], new_game: Callable[..., Game]
) -> None:
    guest = person("guest", is_guest=True)
    finished(new_game("tictactoe", ada, guest, queued=True))

    assert ada.get(f"/api/users/{guest.id}/ratings/").json() == []
    assert ada.get("/api/users/999999/ratings/").status_code == 404
