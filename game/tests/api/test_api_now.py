"""Life on the server over HTTP: what is told to everybody names nothing private."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from game.models import Game, Seat
from game.selectors import activity
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


def test_the_replay_of_the_day_is_a_public_win_of_the_day_before(
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


def chosen(who: Person) -> str:
    """Return the id of the replay of the day, chosen now."""
    activity.now.forget()
    activity.replay_of_the_day.forget()
    replay_id: str = who.get("/api/games/now/").json()["replay"]["id"]
    return replay_id


def test_of_the_games_of_a_day_the_most_interesting_is_replayed(
    ada: Person, new_game: Callable[..., Game]
) -> None:
    between_people = won(new_game(), days_ago=1)
    with_a_bot = won(new_game(), days_ago=1)
    Seat.objects.filter(game=with_a_bot, number=1).update(bot_level=1)
    assert chosen(ada) == str(between_people.pk)

    longer = won(new_game(), days_ago=1)
    Game.objects.filter(pk=longer.pk).update(result=dict(longer.result or {}, seq=40))
    won(new_game(), days_ago=1)
    assert chosen(ada) == str(longer.pk)

    between_masters = won(new_game(), days_ago=1)
    Seat.objects.filter(game=between_masters).update(rating_before=2100)
    between_a_master_and_another = won(new_game(), days_ago=1)
    Seat.objects.filter(game=between_a_master_and_another, number=0).update(rating_before=2400)
    assert chosen(ada) == str(between_masters.pk)


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
