"""Leaderboards over HTTP: ranks that are consistent over pages, and the page around a user."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from game import leaderboards
from game.models import Rating
from game.tests.api.conftest import Person
from game.tests.api.test_api_games import refusal
from realtime import worker

BOARD = "/api/leaderboards/tictactoe/"
PAGES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def users(db: None) -> Any:
    User = get_user_model()
    return User.objects.bulk_create(User(username=f"user_{number:02}") for number in range(14))


def rate(users: Any, ratings: Any, game: str = "tictactoe") -> None:
    Rating.objects.filter(game=game).delete()
    worker.held(leaderboards._Pages).clear()
    Rating.objects.bulk_create(
        Rating(user_id=user if isinstance(user, int) else user.pk, game=game, mu=25, sigma=8, shown=shown)
        for user, shown in zip(users, ratings, strict=False)
    )


def names(page: Any) -> list[Any]:
    return [row["user"]["username"] for row in page["results"]]


def walk(person: Person, page: Any, link: Any) -> Iterator[Any]:
    while page[link]:
        page = person.get(page[link]).json()
        yield page


def test_the_strongest_come_first_and_equals_share_a_rank(ada: Person, users: Any) -> None:
    rate(users, [1400, 1600, 1500, 1600, 1300])
    rate(users, [9000, 9000], game="pong")
    Rating.objects.filter(user=users[1], game="tictactoe").update(played=7, won=3)

    page = ada.get(BOARD).json()

    assert (page["next"], page["previous"]) == (None, None)
    assert page["results"][0] == {
        "rank": 1,
        "user": {"id": users[1].pk, "username": "user_01"},
        "score": 1600,
        "rating": 1600,
        "played": 7,
        "won": 3,
    }
    assert [(row["rank"], row["rating"]) for row in page["results"]] == [
        (1, 1600),
        (1, 1600),
        (3, 1500),
        (4, 1400),
        (5, 1300),
    ]


def test_a_public_profile_shows_the_best_rating_of_all_games(ada: Person, users: Any) -> None:
    rate(users, [1400, 1600])
    rate(users, [1700, 1300], game="pong")

    found = ada.get("/api/users/?search=user_0").json()["results"]

    assert [profile["rating"] for profile in found[:3]] == [1700, 1600, None]
    assert ada.get(f"/api/users/{users[0].pk}").json()["rating"] == 1700


@PAGES
@given(
    ratings=st.lists(st.integers(-3, 3), max_size=14),
    limit=st.integers(1, 6),
    mine=st.none() | st.integers(-3, 3),
)
def test_every_walk_through_the_pages_meets_everybody_once_with_the_right_rank(
    ada: Person, users: Any, ratings: Any, limit: Any, mine: Any
) -> None:
    rate([*users[: len(ratings)], ada.id], [*ratings, *([] if mine is None else [mine])])
    everybody = Rating.objects.filter(game="tictactoe").order_by("-shown", "user_id")
    shown = list(everybody.values_list("shown", flat=True))
    expected = [
        (1 + sum(other > rating for other in shown), user_id)
        for user_id, rating in everybody.values_list("user_id", "shown")
    ]

    def told(page: Any) -> list[tuple[Any, Any]]:
        assert len(page["results"]) <= limit
        return [(row["rank"], row["user"]["id"]) for row in page["results"]]

    first = ada.get(BOARD, {"limit": limit}).json()
    forward = [first, *walk(ada, first, "next")]
    assert first["previous"] is None
    assert [row for page in forward for row in told(page)] == expected
    backward = [forward[-1], *walk(ada, forward[-1], "previous")]
    assert [row for page in backward[::-1] for row in told(page)] == expected

    around = ada.get(BOARD, {"limit": limit, "around": "me"}).json()
    if mine is None:
        assert told(around) == expected[:limit]
        return
    before, after = list(walk(ada, around, "previous")), list(walk(ada, around, "next"))
    assert [row for page in (*before[::-1], around, *after) for row in told(page)] == expected
    place = [user_id for _, user_id in told(around)].index(ada.id)
    assert place == min(limit // 2, [user_id for _, user_id in expected].index(ada.id))


def test_a_page_is_kept_for_a_second(
    ada: Person,
    users: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rate(users, [1500, 1600])
    first = ada.get(BOARD)
    Rating.objects.filter(user=users[0]).update(shown=1700)

    with django_assert_num_queries(0):
        assert ada.get(BOARD).content == first.content
    now += leaderboards.CACHE_TTL_S
    assert names(ada.get(BOARD).json()) == ["user_00", "user_01"]


def test_links_lead_back_to_where_they_were_asked(ada: Person, users: Any) -> None:
    rate(users, [1500, 1600, 1700])

    for host in ("localhost", "127.0.0.1:8000"):
        page = ada.client.get(BOARD, {"limit": 1}, headers={"Host": host}).json()
        assert page["next"].startswith(f"http://{host}{BOARD}?cursor=")


def test_a_page_takes_few_queries_however_deep_it_lies(
    ada: Person, users: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rate([ada.id, *users], [1507, *range(1500, 1514)])
    page = ada.get(BOARD, {"limit": 3}).json()

    with django_assert_num_queries(2):
        ada.get(page["next"])
    with django_assert_num_queries(4):
        ada.get(BOARD, {"limit": 3, "around": "me"})


def test_an_unknown_game_has_no_leaderboard(ada: Person) -> None:
    assert refusal(ada.get("/api/leaderboards/go/")) == (404, "unknown_game")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("around", "bob"),
        ("around", "1"),
        ("limit", "0"),
        ("limit", "x"),
        ("cursor", ""),
        ("cursor", "x"),
        ("cursor", "after.1500"),
        ("cursor", "after.1.5.1"),
        ("cursor", "after.1500.-1"),
        ("cursor", "after." + "9" * 20 + ".1"),
        ("cursor", "after.1." + "9" * 20),
        ("cursor", "after.١.١"),
        ("cursor", "around.1.1"),
        ("cursor", "after.1.1\n"),
    ],
)
def test_a_page_that_there_is_not_is_refused(ada: Person, name: str, value: str) -> None:
    answer = ada.get(BOARD, {name: value})

    assert refusal(answer) == (422, "invalid")
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize(
    "cursor", ["after.999999999.999999999999999999", "before.-999999999.0", "after.-999999999.1"]
)
def test_a_cursor_at_the_very_ends_is_no_trouble(ada: Person, users: Any, cursor: str) -> None:
    rate(users, [1500, 1600])

    assert ada.get(BOARD, {"cursor": cursor}).status_code == 200
