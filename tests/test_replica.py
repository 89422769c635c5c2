"""Reads from a replica: leaderboards and lists, unless it lags or the user has just changed something.

The replica of these tests is another database, which shows where an answer comes from.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core import replica
from core.models import Heartbeat
from game import leaderboards
from game import services as games
from game.models import Rating
from gameplatform.testing.processes import fresh_database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def other_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the database that is read in place of a replica."""
    if urlsplit(os.environ["DATABASE_URL"]).scheme == "sqlite":
        pytest.skip("SQLite has no replicas")
    with fresh_database(os.environ["DATABASE_URL"], tmp_path_factory.mktemp("replica")) as url:
        yield urlsplit(url).path.rpartition("/")[2]


@pytest.fixture
def there(
    other_database: str, monkeypatch: pytest.MonkeyPatch, add_database: Callable[..., None]
) -> Iterator[None]:
    """A replica without lag in which only eve has a rating."""
    monkeypatch.setattr(leaderboards, "CACHE_TTL_S", 0)
    monkeypatch.setattr(replica.trust, "until", float("-inf"))
    add_database("replica", NAME=other_database)
    Heartbeat.objects.using("replica").create(worker="one", at=timezone.now())
    eve = rated("eve", using="replica")
    yield
    Heartbeat.objects.using("replica").all().delete()
    Rating.objects.using("replica").all().delete()
    User.objects.using("replica").filter(pk=eve.pk).delete()


def rated(name: str, *, using: str = "default") -> User:
    user = User(username=name)
    user.save(using=using)
    Rating(user_id=user.pk, game="chess", mu=25, sigma=8, shown=1500).save(using=using)
    return user


@pytest.fixture
def ada() -> APIClient:
    client = APIClient()
    tokens = accounts.open_session(rated("ada"), device=accounts.Device()).tokens
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    return client


def best(client: APIClient) -> str:
    """Return the best player of chess."""
    return str(client.get("/api/leaderboards/chess/").json()["results"][0]["user"]["username"])


def test_a_leaderboard_is_read_from_the_replica(there: None, ada: APIClient) -> None:
    replica.measure()
    assert best(ada) == "eve"


def test_a_replica_that_lags_is_left_out_until_it_has_caught_up(there: None, ada: APIClient) -> None:
    beats = Heartbeat.objects.using("replica")
    for behind_s, name in ((settings.REPLICA_MAX_LAG + 5, "ada"), (5, "eve")):
        beats.update(at=Now() - timedelta(seconds=behind_s))
        replica.measure()
        assert best(ada) == name


def test_a_replica_of_which_nothing_was_heard_is_left_out(there: None, ada: APIClient) -> None:
    replica.measure()
    replica.trust.until -= replica.BELIEVED_S
    assert best(ada) == "ada"


def test_who_has_changed_something_reads_from_the_primary(there: None, ada: APIClient) -> None:
    replica.measure()
    assert ada.patch("/api/me/", {"username": "ada2"}, format="json").status_code == 200
    assert best(ada) == "ada2"


def test_a_replica_that_fails_is_left_out(there: None, ada: APIClient) -> None:
    replica.measure()
    with connections["replica"].cursor() as cursor:
        cursor.execute("ALTER TABLE game_rating RENAME TO gone")
        try:
            with pytest.raises(DatabaseError):
                best(ada)
            assert best(ada) == "ada"
        finally:
            cursor.execute("ALTER TABLE gone RENAME TO game_rating")


def test_who_was_given_a_game_finds_it_in_the_list(there: None, ada: APIClient) -> None:
    replica.measure()
    user_id = User.objects.get(username="ada").pk
    game = games.create_game(name="tictactoe", players=[games.Player(user_id)])
    assert [one["id"] for one in ada.get("/api/games/?mine=1").json()["results"]] == [str(game.pk)]


def test_lists_of_the_admin_are_read_from_the_replica(there: None, ada: APIClient, client: Client) -> None:
    replica.measure()
    operator = User.objects.create_superuser("operator")
    client.force_login(operator, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/game/rating/").content
    assert b"eve" in page
    assert b"ada" not in page
