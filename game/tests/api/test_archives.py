"""Archived journals: replays, chat and personal data are as before, and whole months are deleted at once."""

import io
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import retention
from core.ids import uuid7
from core.postgresql.months import Months
from core.retention import NIGHT_HOUR
from game import housekeeping, selectors, services
from game.models import ArchivedJournal, Game, JournalEntry
from game.refusals import JournalDeleted
from game.tests.api.conftest import Person, Table

BEGAN = datetime(2026, 3, 20, 12, tzinfo=UTC)
LATER = BEGAN + timedelta(days=60)


@pytest.fixture
def days_ago() -> Iterator[Any]:
    with time_machine.travel(BEGAN, tick=False) as clock:
        yield clock


@pytest.fixture
def played(days_ago: Any, new_game: Callable[..., Game], new_table: Callable[..., Table]) -> Game:
    """A game with a line of chat by each, of two months ago."""
    services.add_months()
    game = over(new_table, seed=1)
    days_ago.move_to(LATER)
    return game


@pytest.fixture
def new_table(new_game: Callable[..., Game]) -> Callable[..., Table]:
    return lambda: Table(new_game("connect_four"))


def over(new_table: Callable[..., Table], *, seed: int) -> Game:
    table = new_table()
    table.play(Random(seed))
    table.write("chat", 0, '{"message":"I live in Marylebone"}')
    table.write("chat", 1, '{"message":"I live in Turin"}')
    table.finish()
    return table.game


def archived() -> str:
    out = io.StringIO()
    call_command("archive_journal", stdout=out)
    return out.getvalue()


def answers(person: Person, game: Game) -> list[bytes]:
    paths = (f"/api/games/{game.pk}/replay/?views=1", f"/api/games/{game.pk}/chat/")
    found = [person.client.get(path) for path in paths]
    assert [one.status_code for one in found] == [200, 200]
    return [one.content for one in found]


@pytest.fixture
def only_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no partitions")


def test_an_archived_game_reads_as_before(ada: Person, played: Game) -> None:
    before = answers(ada, played)
    record = selectors.room_record(played.pk)
    assert archived() == "1 archived\n"
    assert not JournalEntry.objects.exists()
    assert answers(ada, played) == before
    assert selectors.room_record(played.pk) == record
    assert archived() == "0 archived\n"


def test_an_archive_is_small(new_table: Callable[..., Table], played: Game) -> None:
    data = sum(len(row.data) for row in JournalEntry.objects.all())
    archived()
    assert len(ArchivedJournal.objects.get().entries) < data / 2


def test_running_and_recent_games_stay_in_the_journal(new_table: Callable[..., Table], played: Game) -> None:
    recent = over(new_table, seed=2)
    running = new_table()
    archived()
    kept = set(JournalEntry.objects.values_list("game", flat=True))
    assert kept == {recent.pk, running.game.pk}


def test_nothing_is_archived_where_the_setting_says_never(played: Game, settings: Any) -> None:
    settings.JOURNAL_ARCHIVE_AFTER = 0
    assert archived() == "0 archived\n"


def test_it_is_done_every_night(played: Game, days_ago: Any) -> None:
    for hour, count in ((NIGHT_HOUR + 1, 0), (NIGHT_HOUR, 1)):
        days_ago.move_to(LATER.replace(hour=hour))
        housekeeping.nightly()
        assert ArchivedJournal.objects.count() == count


def test_what_is_said_in_an_archived_game_is_archived_too(ada: Person, played: Game) -> None:
    archived()
    last = services.take_over(game_id=played.pk).entries[-1].seq
    JournalEntry.objects.create(
        game=played, seq=last + 1, at=timezone.now(), user_id=ada.id, kind="chat", data='{"message":"gg"}'
    )
    before = answers(ada, played)
    assert b"gg" in before[1]
    assert archived() == "1 archived\n"
    assert not JournalEntry.objects.exists()
    assert answers(ada, played) == before


def test_the_admin_shows_the_entries_of_an_archive(admin_client: Client, played: Game) -> None:
    archived()
    page = admin_client.get(f"/admin/game/game/{played.pk}/change/")
    assert b"I live in Turin" in page.content


def test_archived_messages_are_exported_and_erased(ada: Person, bob: Person, played: Game) -> None:
    archived()
    [said] = ada.get("/api/me/export/").json()["game_messages"]
    assert (said["game_id"], said["message"]) == (str(played.pk), "I live in Marylebone")
    services.erase_chat(user_id=ada.id)
    played.refresh_from_db()
    kept = [row.data for row in selectors.entries(played)]
    assert not any("Marylebone" in data for data in kept)
    assert any("Turin" in data for data in kept)


def test_old_replays_are_deleted_and_the_result_is_kept(
    ada: Person, new_table: Callable[..., Table], played: Game, settings: Any, days_ago: Any
) -> None:
    archived()
    settings.RETENTION = {**settings.RETENTION, "replays": 30}
    recent = over(new_table, seed=2)
    days_ago.shift(timedelta(days=8))
    archived()
    out = io.StringIO()
    call_command("apply_retention", stdout=out)
    assert "replays: 1 deleted" in out.getvalue()

    refused = ada.get(f"/api/games/{played.pk}/replay/")
    assert (refused.status_code, refused.json()["code"]) == (404, "journal_deleted")
    assert ada.get(f"/api/games/{played.pk}/").json()["state"] == "finished"
    assert ada.get(f"/api/games/{recent.pk}/replay/").status_code == 200
    with pytest.raises(JournalDeleted):
        services.take_over(game_id=played.pk)


def test_a_month_is_dropped_whole_once_its_last_game_is_old_enough(
    only_postgresql: None, new_table: Callable[..., Table], played: Game, days_ago: Any
) -> None:
    archives = Months(connection, "game_archivedjournal", "game_id")
    archived()
    assert date(2026, 3, 1) in archives.all()
    # Created in March, too, and over in May.
    with time_machine.travel(BEGAN):
        table = new_table()
    table.play(Random(3))
    table.finish()
    days_ago.shift(timedelta(days=8))
    archived()
    assert services.delete_archives(before=LATER) == 0
    assert services.delete_archives(before=LATER + timedelta(days=8)) == 2
    assert date(2026, 3, 1) not in archives.all()


def test_deleting_a_month_takes_as_many_statements_however_many_games_it_has(
    only_postgresql: None, days_ago: Any
) -> None:
    said = []
    for month, games in ((1, 3), (2, 300)):
        days_ago.move_to(datetime(2026, month, 10, tzinfo=UTC))
        services.add_months()
        ArchivedJournal.objects.bulk_create(
            ArchivedJournal(game_id=uuid7(), finished_at=timezone.now(), has_chat=False, entries=b"")
            for _ in range(games)
        )
        with CaptureQueriesContext(connection) as statements:
            assert services.delete_archives(before=datetime(2026, month + 1, 1, tzinfo=UTC)) == games
        said.append([one["sql"].replace(f"2026_{month:02}", "MONTH") for one in statements])
    assert len(said[0]) == len(said[1])
    for statements_of_month in said:
        assert "DROP TABLE game_archivedjournal_MONTH" in statements_of_month
        deletes = [one for one in statements_of_month if "DELETE" in one]
        assert all("DELETE FROM game_archivedjournal_default" in one for one in deletes)


def test_a_month_of_the_journal_is_dropped_when_all_its_games_are_archived(
    only_postgresql: None, new_table: Callable[..., Table], played: Game, days_ago: Any
) -> None:
    journal = Months(connection, "game_journalentry", "game_id")
    with time_machine.travel(BEGAN):
        running = new_table()
    archived()
    assert date(2026, 3, 1) in journal.all()
    running.play(Random(3))
    running.finish()
    days_ago.shift(timedelta(days=8))
    archived()
    assert date(2026, 3, 1) not in journal.all()


def test_the_nightly_runs_drop_months_and_delete_no_row_of_the_archive(
    only_postgresql: None, played: Game, settings: Any, days_ago: Any
) -> None:
    settings.RETENTION = {kind: 30 if kind == "replays" else 0 for kind in settings.RETENTION}
    days_ago.move_to(LATER.replace(hour=NIGHT_HOUR))
    with CaptureQueriesContext(connection) as statements:
        housekeeping.nightly()
        retention.nightly()
    said = [one["sql"] for one in statements]
    for table in ("game_journalentry", "game_archivedjournal"):
        assert f"DROP TABLE {table}_2026_03" in said
        assert date(2026, 3, 1) not in Months(connection, table, "game_id").all()
    # Only what was moved into the archive, and games from before there were months.
    deleted = {one.split()[2].strip('"') for one in said if one.startswith("DELETE")}
    assert deleted - {"game_archivedjournal_default"} == {"game_journalentry"}
    assert not ArchivedJournal.objects.exists()


def test_entries_written_before_there_was_a_partition_for_their_month_are_moved_into_it(
    only_postgresql: None, days_ago: Any, new_table: Callable[..., Table]
) -> None:
    old = uuid.uuid4()
    JournalEntry.objects.create(game_id=old, seq=1, at=timezone.now(), kind="chat", data="{}")
    game = new_table().game
    services.add_months()
    with connection.cursor() as cursor:
        cursor.execute("SELECT game_id FROM game_journalentry_2026_03")
        assert cursor.fetchall() == [(game.pk,)]
        cursor.execute("SELECT game_id FROM game_journalentry_default")
        assert cursor.fetchall() == [(old,)]
    services.add_months()
    assert selectors.entries(game)
