"""Journals in databases of their own: nothing is lost, a game ends once, and any of them may be down."""

import contextlib
import os
import secrets
import signal
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from core import status
from core.database import in_database
from game import services
from game.models import ArchivedJournal, Game, JournalEntry, Rating
from game.services import ending
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from gameplatform.testing.processes import ServerProcess, fresh_database, manage
from realtime import worker
from tests import clients
from tests.clients import NetworkPlayer

CELLS = (0, 3, 1, 4, 2)
"""The first player wins."""
NUMBERS = (1, 2)

Pair = tuple[NetworkPlayer, NetworkPlayer]


@pytest.fixture(autouse=True)
def only_postgresql() -> None:
    if urlsplit(os.environ["DATABASE_URL"]).scheme == "sqlite":
        pytest.skip("SQLite is one file")


class Databases:
    """A main database and two for journals, on the test's server."""

    def __init__(self, main: str, *journals: str) -> None:
        self.journals = journals
        self.urls = {"DATABASE_URL": main, "JOURNAL_DATABASE_URL": ",".join(journals)}

    def number_of(self, game_id: str) -> int:
        [(number,)] = self.ask("SELECT journal FROM game_game WHERE id = %s", game_id)
        return int(number)

    def ask(self, query: str, *values: Any, number: int = 0) -> list[Any]:
        """Return the rows of a query to the main database, or to that of journals with this number."""
        url = self.journals[number - 1] if number else self.urls["DATABASE_URL"]
        with psycopg.connect(**reach(environ.Env.db_url_config(url))) as there:
            found = there.execute(query, values)
            return found.fetchall() if found.description else []


def reach(config: dict[str, Any]) -> dict[str, Any]:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: config[key] for name, key in names.items() if config.get(key)}


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    with contextlib.ExitStack() as stack:
        yield Databases(
            *(stack.enter_context(fresh_database(os.environ["DATABASE_URL"], tmp_path)) for _ in range(3))
        )


async def began(databases: Databases, number: int, players: Pair) -> str:
    """Begin games until one has its journal in the database of this number; return its path."""
    while True:
        path = clients.new_game(*players)
        await clients.begin(path, *players)
        if databases.number_of(id_of(path)) == number:
            return path
        await players[0].send(type="game_action", action="resign")
        for player in players:
            await player.hear("game_over")
            await player.leave()
            player.seq = None


def id_of(path: str) -> str:
    return path.split("/")[-2]


async def move(players: Pair, *turns: int) -> None:
    for turn in turns:
        await players[turn % 2].send(type="player_move", movement={"cell": CELLS[turn]})
        for player in players:
            await player.hear("player_move")


async def test_games_outlive_their_worker_and_are_archived_and_replayed_where_their_journals_are(
    databases: Databases,
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(**databases.urls) as server:
        pairs = [
            (NetworkPlayer(server.base_url, f"ada{number}"), NetworkPlayer(server.base_url, f"bob{number}"))
            for number in NUMBERS
        ]
        paths = [await began(databases, number, pair) for number, pair in zip(NUMBERS, pairs, strict=True)]
        for pair in pairs:
            await move(pair, 0, 1)
        server.stop(signal.SIGKILL)
        server.start()
        for pair in pairs:
            for player in pair:
                await player.come_back(server.base_url)
            await move(pair, 2, 3, 4)
            for player in pair:
                assert (await player.hear("game_over"))["winner_ids"] == [pair[0].id]
        before = [replay_of(pair[0], path) for pair, path in zip(pairs, paths, strict=True)]
        for replay in before:
            assert [one["movement"]["cell"] for one in replay["inputs"]] == list(CELLS)

        databases.ask("UPDATE game_game SET finished_at = finished_at - interval '30 days'")
        manage(databases.urls, "archive_journal")
        for number in NUMBERS:
            assert databases.ask("SELECT count(*) FROM game_journalentry", number=number) == [(0,)]
            assert databases.ask("SELECT count(*) FROM game_archivedjournal", number=number) != [(0,)]
        assert [replay_of(pair[0], path) for pair, path in zip(pairs, paths, strict=True)] == before
    for table in ("game_journalentry", "game_archivedjournal"):
        assert databases.ask(f"SELECT count(*) FROM {table}") == [(0,)]


def replay_of(player: NetworkPlayer, path: str) -> Any:
    return player.get(f"/api/games/{id_of(path)}/replay/")


@pytest.fixture
def apart(add_database: Callable[..., None]) -> None:
    """Give journals a connection, and so transactions, of their own. Ask for it before the worker starts."""
    add_database("journal_1")


class Failing:
    """A counter of ended games, which is used right before the result is committed, that fails some times."""

    def __init__(self, times: float = float("inf")) -> None:
        self.times = times
        self._counted = ending.ended

    def labels(self, **labels: str) -> Any:
        if self.times > 0:
            self.times -= 1
            raise OperationalError("the main database is away")
        return self._counted.labels(**labels)


async def nearly_over(game: Game, ada: Person, bob: Person) -> tuple[Any, Any]:
    a, b = await begin(game, ada, bob)
    for player, cell in ((a, 0), (b, 8)):
        await player.send(type="player_move", movement={"cell": cell})
        await b.hear("player_move")
    return a, b


async def test_an_end_whose_result_could_not_be_stored_is_stored_once(
    apart: None,
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = Failing(times=2)
    monkeypatch.setattr(ending, "ended", failing)
    game = await new_game(queued=True)
    assert game.journal == 1
    a, b = await nearly_over(game, ada, bob)
    await a.send(type="game_action", action="resign")
    assert (await b.hear_until("game_over"))["winner_ids"] == [bob.id]
    assert failing.times == 0
    assert await JournalEntry.objects.filter(game=game, kind="over").acount() == 1
    assert [rating.played async for rating in Rating.objects.all()] == [1, 1]


async def test_an_end_that_a_dead_worker_did_not_store_is_made_by_the_next_owner(
    apart: None,
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    game = await new_game()
    a, b = await nearly_over(game, ada, bob)
    with monkeypatch.context() as away:
        away.setattr(ending, "ended", Failing())
        await a.send(type="game_action", action="resign")
        await b.hear("game_action")
        while not await JournalEntry.objects.filter(game=game, kind="over").aexists():
            pass
        await worker.stop()
    await worker.start()
    over = await (await bob.enter(game.pk, "?since=0")).hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([bob.id], "resign")
    assert await JournalEntry.objects.filter(game=game, kind="over").acount() == 1


async def test_a_former_owner_cannot_end_a_game(
    apart: None, new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    former = (await in_database(services.take_over, game_id=game.pk)).epoch
    await in_database(services.take_over, game_id=game.pk)
    end: dict[str, Any] = {"game_id": game.pk, "seq": 1, "ending": services.without_rules("error", seats=2)}
    with pytest.raises(services.OwnedElsewhere):
        await in_database(services.finish, epoch=former, **end)
    assert not await JournalEntry.objects.filter(game=game).aexists()


class Away:
    """A database for journals that can be taken away from everybody."""

    def __init__(self, name: str) -> None:
        self._name = name

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Refuse all connections meanwhile, and end those that there are."""
        self._allow("false")
        run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", self._name)
        try:
            yield
        finally:
            self._allow("true")

    def _allow(self, allowed: str) -> None:
        run(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS {allowed}")


def run(statement: str, *values: Any) -> None:
    config = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    with psycopg.connect(**reach(config), autocommit=True) as server:
        server.execute(statement, values)


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database; one for all tests, because threads keep what they know of it."""
    with fresh_database(os.environ["DATABASE_URL"], tmp_path_factory.mktemp("spare")) as url:
        yield urlsplit(url).path.rpartition("/")[2]


@pytest.fixture
def first(spare: str, add_database: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Away:
    """The first of two databases for journals; a new game goes to the first that works."""
    monkeypatch.setattr(secrets, "choice", lambda among: among[0])
    pool = {**settings.DATABASES["default"]["OPTIONS"]["pool"], "timeout": 3, "reconnect_timeout": 0.1}
    add_database("journal_3", NAME=spare, OPTIONS={"pool": pool})
    add_database("journal_4")
    return Away(spare)


async def test_while_a_database_is_down_its_games_wait_and_new_ones_are_in_another(
    first: Away, new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game()
    assert game.journal == 3
    a, b = await begin(game, ada, bob)
    with first.down():
        await a.send(type="player_move", movement={"cell": 0})
        for player in (a, b):
            assert await player.refused() == "recovering"
        while (checks := await in_database(status.checks, passed=["migrations"]))["journal"] == "ok":
            pass
        assert {name: result for name, result in checks.items() if result != "ok"} == {
            "journal": "moves cannot be stored in journal_3"
        }
        other = await new_game("connect_four", cyd, bob)
        assert other.journal == 4
        c, d = await begin(other, cyd, bob)
        await c.send(type="player_move", movement={"column": 0})
        assert (await d.hear_until("player_move"))["user_id"] == cyd.id
    for player in (a, b):
        assert (await player.hear_until("game_state"))["state"] == "active"
    await a.send(type="player_move", movement={"cell": 0})
    assert (await b.hear_until("player_move"))["user_id"] == ada.id


async def test_a_database_that_is_down_does_not_keep_the_others_from_archiving(
    first: Away, new_game: Callable[..., Awaitable[Game]], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await new_game()
    monkeypatch.setattr(secrets, "choice", lambda among: among[-1])
    here = await new_game()
    for game in (there, here):
        await in_database(services.end_unopened, game_id=game.pk)
    long_ago = timezone.now() - timedelta(days=30)
    await Game.objects.aupdate(finished_at=long_ago)
    with first.down(), pytest.raises(OperationalError):
        await in_database(services.archive_due, within_s=60)
    assert [pk async for pk in ArchivedJournal.objects.values_list("pk", flat=True)] == [here.pk]
    count = 0
    while not count:
        # That a connection from before is lost is noticed when it is used.
        with contextlib.suppress(OperationalError):
            count = await in_database(services.archive_due, within_s=60)
    assert await Game.objects.filter(is_archived=True).acount() == 2
