"""Declared leaderboards over HTTP: which score counts, ranks over pages, and periods."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from competition import rules
from competition.models import Score
from competition.tests.conftest import Person
from core import personal_data
from core.refusals import Invalid
from game.models import Rating
from gameplatform.checks import check_leaderboards
from gameplatform.extend import Leaderboard

Boards = dict[str, Leaderboard]
TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rows(page: Any) -> list[tuple[int, str, int]]:
    return [(row["rank"], row["user"]["username"], row["score"]) for row in page["results"]]


@pytest.mark.parametrize(
    ("name", "submitted", "counts"),
    [
        ("laps", [31, 29, 40], [31, 29, 29]),
        ("jumps", [31, 29, 40], [31, 31, 40]),
        ("height", [31, 29, 40], [31, 29, 40]),
        ("points", [31, -29, 40], [31, 2, 42]),
    ],
)
def test_of_a_players_scores_the_declared_one_counts(
    ada: Person, declared: Boards, name: str, submitted: Sequence[int], counts: Sequence[int]
) -> None:
    assert [declared[name].submit(ada.id, score).score for score in submitted] == counts
    assert rows(ada.get(f"/api/leaderboards/{name}/")) == [(1, "ada", counts[-1])]


def test_equal_scores_share_a_rank(ada: Person, bob: Person, cyd: Person, declared: Boards) -> None:
    dan = Person("dan")
    laps = declared["laps"]
    for who, ms in ((dan, 50), (ada, 40), (cyd, 30), (bob, 40)):
        laps.submit(who.id, ms)

    expected = [(1, "cyd", 30), (2, "ada", 40), (2, "bob", 40), (4, "dan", 50)]
    assert rows(ada.get("/api/leaderboards/laps")) == expected
    assert laps.submit(dan.id, 40).rank == 2
    assert [(row.rank, row.user.username) for row in laps.top(2)] == [(1, "cyd"), (2, "ada")]
    assert [row.user.username for row in laps.around(dan.id, 2)] == ["bob", "dan"]


def test_pages_have_each_player_once_and_the_right_ranks(ada: Person, declared: Boards) -> None:
    users = User.objects.bulk_create(User(username=f"u{number:02}") for number in range(11))
    for number, user in enumerate(users):
        declared["jumps"].submit(user.pk, number // 3)
        declared["laps"].submit(user.pk, number // 3)

    for name in ("jumps", "laps"):
        whole = rows(ada.get(f"/api/leaderboards/{name}"))
        page = ada.get(f"/api/leaderboards/{name}?limit=2")
        seen = rows(page)
        while page["next"]:
            page = ada.get(page["next"])
            seen += rows(page)
        assert seen == whole
        back = rows(page)
        while page["previous"]:
            page = ada.get(page["previous"])
            back = rows(page) + back
        assert back == whole


def test_the_page_around_the_caller_has_them_in_the_middle(ada: Person, declared: Boards) -> None:
    users = User.objects.bulk_create(User(username=f"u{number}") for number in range(9))
    for number, user in enumerate(users):
        declared["jumps"].submit(user.pk, 100 - number)

    first = ada.get("/api/leaderboards/jumps?around=me&limit=3")
    assert [name for _, name, _ in rows(first)] == ["u0", "u1", "u2"]
    declared["jumps"].submit(ada.id, 96)
    page = ada.get("/api/leaderboards/jumps?around=me&limit=3")
    assert rows(page) == [(4, "u3", 97), (5, "ada", 96), (5, "u4", 96)]
    assert rows(ada.get(page["next"])) == [(7, "u5", 95), (8, "u6", 94), (9, "u7", 93)]
    assert [name for _, name, _ in rows(ada.get(page["previous"]))] == ["u0", "u1", "u2"]


def test_each_period_has_its_own_scores(ada: Person, declared: Boards) -> None:
    laps = declared["laps"]
    with time_machine.travel(TUESDAY, tick=False) as clock:
        assert laps.submit(ada.id, 31).period == "2026-W48"
        clock.move_to(datetime(2026, 11, 30, tzinfo=UTC))
        assert laps.submit(ada.id, 35).period == "2026-W49"
        assert [row.score for row in laps.top(period="previous")] == [31]
        client = Person("bob")
        assert rows(client.get("/api/leaderboards/laps")) == [(1, "ada", 35)]
        for period in ("previous", "2026-W48"):
            assert rows(client.get(f"/api/leaderboards/laps?period={period}")) == [(1, "ada", 31)]
        assert rows(client.get("/api/leaderboards/laps?period=2020-W01")) == []
        assert client.get("/api/leaderboards/laps?period=2026-11", 422)["code"] == "unknown_period"
        assert client.get("/api/leaderboards/height?period=previous", 422)["code"] == "unknown_period"
        listed = {board["name"]: board for board in client.get("/api/leaderboards/")}
        assert listed["laps"]["title"] == "Fastest laps"
        assert (listed["laps"]["period"], listed["laps"]["ends_at"]) == ("2026-W49", "2026-12-07T00:00:00Z")
        assert (listed["height"]["period"], listed["height"]["ends_at"]) == ("", None)


@given(st.dates(date(1970, 1, 5), date(2200, 1, 1)), st.sampled_from(["daily", "weekly", "monthly"]))
def test_periods_follow_each_other_without_gaps(day: date, reset: Any) -> None:
    period = rules.period_at(reset, day)
    ends = rules.period_ends(reset, day)
    assert ends is not None
    assert ends.date() > day
    assert rules.is_period(reset, period)
    following = rules.period_at(reset, ends.date())
    assert following > period
    assert rules.previous_period(reset, ends.date()) == period


@pytest.mark.parametrize("query", ["cursor=x", "around=bob", "limit=0", "cursor=W3RydWUsWyJ4IiwxXV0="])
def test_wrong_queries_are_refused(ada: Person, query: str) -> None:
    assert ada.get(f"/api/leaderboards/laps?{query}", 422)["code"] == "invalid"


def test_the_ratings_of_games_are_in_the_same_place(ada: Person) -> None:
    Rating.objects.create(user_id=ada.id, game="tictactoe", mu=25, sigma=8, shown=1510, played=3, won=2)
    (row,) = ada.get("/api/leaderboards/tictactoe")["results"]
    assert (row["score"], row["rating"], row["played"], row["won"]) == (1510, 1510, 3, 2)
    assert ada.get("/api/leaderboards/nothing", 404)["code"] == "unknown_game"
    assert check_leaderboards() == []
    Leaderboard("tictactoe")
    assert [found.id for found in check_leaderboards()] == ["gameplatform.E004"]


def test_scores_are_bounded(ada: Person, declared: Boards) -> None:
    points = declared["points"]
    points.submit(ada.id, rules.MAX_SCORE)
    for score in (1, 2**60, -(2**60)):
        with pytest.raises(Invalid):
            points.submit(ada.id, score)
    assert points.top()[0].score == rules.MAX_SCORE


def test_scores_are_exported_and_erased_with_their_user(ada: Person, bob: Person, declared: Boards) -> None:
    for who in (ada, bob):
        declared["height"].submit(who.id, 5)
    exported: Any = dict(personal_data.export(ada.id))
    assert exported["leaderboards"] == [{"board": "height", "period": "", "score": 5}]
    personal_data.erase(ada.id)
    assert list(Score.objects.values_list("user", flat=True)) == [bob.id]


@pytest.mark.parametrize(
    "wrong", [{"order": "up"}, {"keep": "first"}, {"reset": "yearly"}, {"name": "No name"}, {"name": "laps"}]
)
def test_a_leaderboard_that_makes_no_sense_cannot_be_declared(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"laps|odd|No name"):
        Leaderboard(**{"name": "odd", **wrong})


@pytest.mark.django_db(transaction=True)
def test_no_score_of_many_at_once_is_lost(
    ada: Person, declared: Boards, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    at_once([lambda: declared["points"].submit(ada.id, 5)] * 12)
    at_once([lambda ms=ms: declared["laps"].submit(ada.id, ms) for ms in (7, 3, 9, 5, 3, 8)])
    assert declared["points"].top()[0].score == 60
    assert declared["laps"].top()[0].score == 3


def test_strangers_see_no_leaderboard(db: None) -> None:
    for path in ("/api/leaderboards/", "/api/leaderboards/laps/"):
        assert APIClient().get(path).status_code == 401


def test_scores_of_merged_accounts_join_as_the_board_keeps_them(
    ada: Person, bob: Person, declared: Boards
) -> None:
    for name, (of_ada, of_bob) in {"laps": (90, 80), "points": (3, 4), "height": (1, 2)}.items():
        declared[name].submit(ada.id, of_ada)
        declared[name].submit(bob.id, of_bob)
    assert ada.client.post("/api/me/merge/", {"access": bob.token}).status_code == 200
    kept = Score.objects.order_by("board").values_list("board", "user", "score")
    assert list(kept) == [("height", ada.id, 1), ("laps", ada.id, 80), ("points", ada.id, 7)]
