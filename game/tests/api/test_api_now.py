"""Life on the server over HTTP: what is told to everybody names nothing private."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from game.models import Game
from game.tests.api.conftest import Person, Table


def won(game: Game, days_ago: int) -> Game:
    """Play the game to a win so many days ago."""
    table = Table(game)
    table.play(Random(3))
    table.finish()
    at = timezone.now() - timedelta(days=days_ago)
    Game.objects.filter(pk=game.pk).update(created_at=at, finished_at=at)
    game.refresh_from_db()
    assert game.result is not None
    assert game.result["reason"] == "win"
    return game


def test_the_replay_of_the_day_is_the_last_public_win_before_midnight(
    ada: Person, new_game: Callable[..., Game]
) -> None:
    won(new_game(), days_ago=3)
    yesterdays = won(new_game(), days_ago=1)
    won(new_game(private=True), days_ago=1)
    won(new_game(), days_ago=0)

    told = ada.get("/api/games/now/").json()

    assert told["replay"] == {
        "id": str(yesterdays.pk),
        "game": "tictactoe",
        "title": "Tic-tac-toe",
        "players": ["ada", "bob"],
    }


def test_public_games_under_way_are_counted_once_for_everybody(
    ada: Person,
    new_game: Callable[..., Game],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for private in (False, False, True):
        Game.objects.filter(pk=new_game(private=private).pk).update(state=Game.State.ACTIVE)

    told = ada.get("/api/games/now/").json()

    assert (told["running"], told["replay"]) == (2, None)
    assert told["online"] == 0
    with django_assert_num_queries(0):
        assert APIClient().get("/api/games/now/").json() == told
