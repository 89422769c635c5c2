"""The archive: journals of games that are over, compressed, one row a game.

A game's entries are moved in one transaction, so a reader finds each of them in one place or the other. The
journal then no longer refuses a late owner's entries, but nothing can come of them: the game has ended, and
its epoch is another.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db import Error, connections, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from core.ids import UserId
from core.postgresql.months import Months, after, month_of
from game import journals
from game.models import ArchivedJournal, Game, JournalEntry
from game.records import JournalRow
from game.selectors.entries import ROW, archived_chats, pack, said_by, unpack

GAMES_AT_ONCE = 50
ARCHIVES_AT_ONCE = 500
MONTHS_AHEAD = 2


def archive_due(*, within_s: float) -> int:
    """Archive the journals of games that ended ``JOURNAL_ARCHIVE_AFTER`` days ago, in small transactions.

    Stops after ``within_s``. Returns the number of games archived. Raises the first database's error, after
    the others are done.
    """
    if not settings.JOURNAL_ARCHIVE_AFTER:
        return 0
    before = timezone.now() - timedelta(days=settings.JOURNAL_ARCHIVE_AFTER)
    stop_at = time.monotonic() + within_s
    return _in_each_database(lambda number: _archive_due(number, before, stop_at))


def _archive_due(number: int, before: datetime, stop_at: float) -> int:
    alias = journals.alias(number)
    due = Game.objects.filter(
        state__in=Game.OVER, finished_at__lt=before, is_archived=False, journal=number
    ).order_by("finished_at")
    count = 0
    while time.monotonic() < stop_at:
        ended = {pk: at for pk, at in due.values_list("pk", "finished_at")[:GAMES_AT_ONCE] if at}
        if not ended:
            break
        _archive(alias, ended)
        # Once they are: what fails in between is done again, and finds nothing left to do.
        Game.objects.filter(pk__in=ended).update(is_archived=True)
        count += len(ended)
    _drop_empty_months(_months(JournalEntry, number), before)
    return count


def _in_each_database(work: Callable[[int], int]) -> int:
    """Return the sum over all databases. Raises the first error after the others are done."""
    count, failed = 0, []
    for number in journals.numbers():
        try:
            count += work(number)
        except Error as problem:
            failed.append(problem)
    if failed:
        raise failed[0]
    return count


def _archive(alias: str, ended: dict[UUID, datetime]) -> None:
    with transaction.atomic(using=alias):
        _move(JournalEntry.objects.using(alias), ArchivedJournal.objects.using(alias), ended)


def _move(
    journal: QuerySet[JournalEntry],
    archive: QuerySet[ArchivedJournal],
    ended: dict[UUID, datetime],
) -> None:
    known = archive.select_for_update().in_bulk(list(ended))
    rows = journal.filter(game__in=ended).order_by("game_id", "seq").values_list("game_id", *ROW)
    archives, moved = [], []
    for game_id, group in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0]):
        entries = unpack(known[game_id].entries) if game_id in known else []
        entries += [JournalRow(*row[1:]) for row in group]
        archives.append(
            ArchivedJournal(
                game_id=game_id,
                finished_at=ended[game_id],
                has_chat=any(entry.kind == JournalEntry.Kind.CHAT for entry in entries),
                entries=pack(entries),
            )
        )
        # Somebody may say something in the game's room meanwhile.
        moved.append(Q(game=game_id, seq__lte=entries[-1].seq))
    if moved:
        archive.bulk_create(
            archives,
            update_conflicts=True,
            unique_fields=["game"],
            update_fields=["has_chat", "entries"],
        )
        journal.filter(reduce(or_, moved)).delete()


def erase_chat(*, user_id: UserId) -> None:
    """Erase the text of the user's messages. The entries stay, because a journal has no gaps."""
    for entries in said_by(user_id):
        entries.update(data="{}")
    for found in archived_chats(user_id):
        alias = found._state.db
        with transaction.atomic(using=alias):
            # The nightly run may be adding entries.
            archive = ArchivedJournal.objects.using(alias).select_for_update().get(pk=found.pk)
            rows = unpack(archive.entries)
            for row in rows:
                if row.user_id == user_id and row.kind == JournalEntry.Kind.CHAT:
                    row.data = "{}"
            archive.entries = pack(rows)
            archive.save(update_fields=["entries"])


def delete_archives(*, before: datetime) -> int:
    """Delete the archives of games that ended before.

    PostgreSQL's months are dropped whole, once the last game that was created in them has ended long enough
    ago. Raises the first database's error, after the others are done.
    """
    return _in_each_database(lambda number: _delete_archives(_months(ArchivedJournal, number), before))


def _delete_archives(months: Months, before: datetime) -> int:
    past = (month for month in months.all() if after(month) <= month_of(before))
    count = sum(months.drop(month, unless="finished_at >= %s", values=[before]) or 0 for month in past)
    old = f"SELECT game_id FROM {months.rest} WHERE finished_at < %s LIMIT {ARCHIVES_AT_ONCE}"
    moment = months.connection.ops.adapt_datetimefield_value(before)
    with months.connection.cursor() as cursor:
        while True:
            cursor.execute(f"DELETE FROM {months.rest} WHERE game_id IN ({old})", [moment])
            count += int(cursor.rowcount)
            if cursor.rowcount < ARCHIVES_AT_ONCE:
                return count


def add_months() -> None:
    """Create the partitions of this month and the next ones.

    Raises the first database's error, after the others are done.
    """
    _in_each_database(_add_months)


def _add_months(number: int) -> int:
    month = month_of(timezone.now())
    for _ in range(MONTHS_AHEAD + 1):
        for model in (JournalEntry, ArchivedJournal):
            _months(model, number).add(month)
        month = after(month)
    return MONTHS_AHEAD + 1


def _drop_empty_months(journal: Months, before: datetime) -> None:
    """Drop the partitions of past months whose games are all archived."""
    for month in journal.all():
        if after(month) <= month_of(before):
            journal.drop(month)


def _months(model: type[Model], number: int) -> Months:
    return Months(connections[journals.alias(number)], model._meta.db_table, "game_id")
