"""Cursor pagination."""

import base64
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from rest_framework.response import Response
from rest_framework.test import APIClient

from core import paging
from core.routes import route
from core.views import OpenView

pytestmark = pytest.mark.django_db

COUNT = 205


class People(OpenView):
    ordering = "id"

    def get(self, request: Any) -> Response:
        people = get_user_model().objects.all()
        return paging.page(
            self, people, ordering=self.ordering, show=lambda rows: [row.username for row in rows]
        )


class PeopleByDate(People):
    ordering = "-date_joined"


@pytest.fixture
def get(routes: Any) -> Any:
    User = get_user_model()
    User.objects.bulk_create(User(username=f"user_{number:03}") for number in range(COUNT))
    routes(route("api/people", People.as_view()), route("api/dates", PeopleByDate.as_view()))
    return lambda url="/api/people", **query: APIClient().get(url, query)


def test_walking_forward_and_back_meets_everybody_once(get: Any) -> None:
    page, met = get(limit=60).json(), []
    while True:
        met += page["results"]
        if page["next"] is None:
            break
        page = get(page["next"]).json()
    assert met == [f"user_{number:03}" for number in range(COUNT)]

    back = get(page["previous"]).json()
    assert back["results"] == met[120:180]


def test_a_page_holds_fifty_and_at_most_two_hundred(get: Any) -> None:
    assert len(get().json()["results"]) == 50
    assert len(get(limit=1000).json()["results"]) == 200
    assert get(limit=1).json()["results"] == ["user_000"]
    assert get().json()["previous"] is None


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "9" * 20, "²", "1e2"])
def test_a_bad_limit_is_invalid(get: Any, limit: str) -> None:
    answer = get(limit=limit)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["limit"]


@pytest.mark.parametrize("path", ["/api/people", "/api/dates"])
@pytest.mark.parametrize(
    "cursor", ["x", "é", "'", "p=abc", "p=99999-01-01", "o=-1", "r=x", "p=%00", "p=" + "9" * 40]
)
def test_a_bad_cursor_is_invalid_or_an_empty_page(get: Any, path: str, cursor: str) -> None:
    for text in (cursor, base64.b64encode(cursor.encode()).decode()):
        answer = get(path, cursor=text)
        if answer.status_code == 200:
            assert answer.json()["results"] == []
        else:
            assert answer.status_code == 422
            assert list(answer.json()["errors"]) == ["cursor"]


def test_an_empty_cursor_is_the_first_page(get: Any) -> None:
    assert get(cursor="").json()["results"] == get().json()["results"]


def test_people_who_joined_at_the_same_moment_are_not_lost_between_pages(get: Any) -> None:
    User = get_user_model()
    User.objects.update(date_joined=User.objects.first().date_joined)

    page, met = get("/api/dates", limit=50).json(), 0
    while True:
        met += len(page["results"])
        if page["next"] is None:
            break
        page = get(page["next"]).json()
    assert met == COUNT
