"""Games in the admin: everything is shown, nothing can be changed."""

from collections.abc import Callable
from random import Random

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from game.models import Game, JournalEntry, Rating
from game.tests.api.conftest import Table


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(
        get_user_model().objects.create_superuser("operator", email="o@example.org"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.fixture
def played(new_game: Callable[..., Game]) -> Game:
    table = Table(new_game("connect_four", queued=True))
    table.play(Random(1))
    table.write("chat", 0, '{"message":"<script>"}')
    table.finish()
    return table.game


def test_a_game_is_shown_with_its_players_result_and_journal(operator: Client, played: Game) -> None:
    page = operator.get(f"/admin/game/game/{played.pk}/change/")

    assert page.status_code == 200
    text = page.content.decode()
    assert "&quot;column&quot;" in text
    assert "winner_ids" in text
    assert "ada" in text
    assert "<script>&quot;" not in text
    assert "&lt;script&gt;" in text


def test_games_are_found_by_player(
    operator: Client,
    played: Game,
    new_game: Callable[..., Game],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        new_game()
    with django_assert_max_num_queries(12):
        page = operator.get("/admin/game/game/", {"q": "ada"})

    assert page.content.decode().count("ada, bob") == 6
    assert b"ada, bob" not in operator.get("/admin/game/game/", {"q": "nobody"}).content


def test_a_running_game_is_shown_and_where_no_room_can_be_asked_it_says_so(
    operator: Client, new_game: Callable[..., Game]
) -> None:
    page = operator.get(f"/admin/game/game/{new_game().pk}/change/")
    assert "No game runs in this process." in page.content.decode()


def test_ratings_are_listed(operator: Client, played: Game) -> None:
    assert b"connect_four" in operator.get("/admin/game/rating/").content


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_nothing_is_changed_or_deleted(operator: Client, played: Game, verb: str) -> None:
    before = Game.objects.values().get()
    rating = Rating.objects.first()

    for path in (f"/admin/game/game/{played.pk}/{verb}/", f"/admin/game/rating/{rating.pk}/{verb}/"):
        assert operator.post(path, {"state": "active", "post": "yes"}).status_code == 403
    for path in ("/admin/game/game/add/", "/admin/game/rating/add/"):
        assert operator.get(path).status_code == 403
    assert Game.objects.values().get() == before
    assert Rating.objects.filter(pk=rating.pk).exists()
    assert JournalEntry.objects.filter(game=played).exists()
