"""The entries of a game, wherever they are: in the journal, or compressed in its archive."""

import zlib
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import QuerySet
from msgspec import json

from core.batches import batched
from core.ids import UserId
from game import journals
from game.models import ArchivedJournal, Game, JournalEntry, Seat
from game.records import JournalRow

_read = json.Decoder(list[JournalRow]).decode

GAMES_AT_ONCE = 100
ROW = ("seq", "at", "user_id", "kind", "data")


def entries(game: Game, *, kinds: Collection[str] = (), newest: int | None = None) -> list[JournalRow]:
    """Return the entries of a game in order; only of these ``kinds``, and the ``newest`` if that is given."""
    rows = JournalEntry.objects.using(journals.alias(game.journal)).filter(game=game.pk)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    # The journal first: its rows may go to the archive at any time.
    found = [JournalRow(*row) for row in rows.order_by("-seq").values_list(*ROW)[:newest]][::-1]
    if game.state in Game.OVER:
        archived = _archive_of(game)
        last = archived[-1].seq if archived else 0
        wanted = [row for row in archived if not kinds or row.kind in kinds]
        found = wanted + [row for row in found if row.seq > last]
    return found if newest is None else found[-newest:]


def _archive_of(game: Game) -> list[JournalRow]:
    archives = ArchivedJournal.objects.using(journals.alias(game.journal)).filter(pk=game.pk)
    packed = archives.values_list("entries", flat=True).first()
    return [] if packed is None else unpack(packed)


def said_by(user_id: UserId) -> Iterator[QuerySet[JournalEntry]]:
    """Return the journals' entries of the user's chat messages."""
    # By game, because the journal has no index on users.
    for alias, game_ids in _games_of(user_id):
        entries = JournalEntry.objects.using(alias).filter(game__in=game_ids)
        yield entries.filter(user_id=user_id, kind=JournalEntry.Kind.CHAT)


def archived_chats(user_id: UserId) -> Iterator[ArchivedJournal]:
    """Return the archives of the user's games in which anybody has said something."""
    for alias, game_ids in _games_of(user_id):
        yield from ArchivedJournal.objects.using(alias).filter(game__in=game_ids, has_chat=True)


def messages_of(user_id: UserId) -> list[tuple[UUID, JournalRow]]:
    """Return the user's chat messages in all games with the game of each, the oldest first."""
    said = [
        (game_id, JournalRow(*row))
        for entries in said_by(user_id)
        for game_id, *row in entries.values_list("game_id", *ROW)
    ]
    for archive in archived_chats(user_id):
        of_game = (row for row in unpack(archive.entries) if row.user_id == user_id)
        said += [(archive.game_id, row) for row in of_game if row.kind == JournalEntry.Kind.CHAT]
    return sorted(said, key=lambda one: one[1].at)


def _games_of(user_id: UserId) -> Iterator[tuple[str, list[UUID]]]:
    """Return the ids of the user's games, some at a time, with the database of their journals."""
    seats = (
        Seat.objects.filter(user_id=user_id).order_by("game__journal").values_list("game__journal", "game")
    )
    for number, rows in groupby(seats, key=itemgetter(0)):
        for some in batched((game_id for _, game_id in rows), GAMES_AT_ONCE):
            yield journals.alias(number), some


def pack(rows: Iterable[JournalRow]) -> bytes:
    """Return entries as an archive keeps them."""
    return zlib.compress(json.encode(list(rows)), level=9)


def unpack(packed: bytes | memoryview) -> list[JournalRow]:
    """Return the entries that :func:`pack` was given."""
    return _read(zlib.decompress(packed))
