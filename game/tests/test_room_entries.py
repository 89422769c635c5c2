"""The journal's entries: a stable format, and the same result whenever they are applied."""

from typing import Any

import pytest
from msgspec import Raw
from msgspec.json import encode

from core.ids import UserId
from game.author import catalogue
from game.author.match import Match
from game.live.room import entries
from game.live.room.table import Table
from game.live.seats import Seated
from game.models import JournalEntry


def _table(name: str = "tictactoe") -> Table:
    match = Match.new(catalogue.get(name), seats=2, seed=1, users=[11, 12])
    return Table(match, [Seated(0, UserId(11), "ada", 0, None), Seated(1, UserId(12), "bob", 0, None)])


@pytest.mark.parametrize(
    ("entry", "kind", "data"),
    [
        (entries.Joined(), "joined", "{}"),
        (entries.Left(), "left", "{}"),
        (entries.Reconnected(), "reconnected", "{}"),
        (entries.Reconnected(tick=7), "reconnected", '{"tick":7}'),
        (entries.Departed("away", 2), "departed", '{"why":"away","bot_level":2,"is_offered":false}'),
        (
            entries.Departed("time", tick=7),
            "departed",
            '{"why":"time","bot_level":null,"is_offered":false,"tick":7}',
        ),
        (
            entries.SeatTaken(1, UserId(0), "ada", 1500),
            "seated",
            '{"seat":1,"replaces":0,"username":"ada","rating":1500}',
        ),
        (entries.Ready(), "ready", "{}"),
        (entries.Started(), "start", "{}"),
        (entries.Started(at_ms=7), "start", '{"at_ms":7}'),
        (entries.Rang(7, [1, 2]), "timer", '{"tick":7,"left_ms":[1,2]}'),
        (entries.PhaseEntered("play"), "phase", '{"name":"play"}'),
        (
            entries.TimedOut(Raw(b'{"cell":4}'), [1, 2], 7),
            "timeout",
            '{"movement":{"cell":4},"left_ms":[1,2],"tick":7}',
        ),
        (entries.Undone(), "undone", '{"left_ms":null}'),
        (entries.Said("Grüße"), "chat", '{"message":"Grüße"}'),
        (entries.Acted("resign"), "action", '{"action":"resign","data":{}}'),
        (
            entries.Acted("shout", Raw(b'{"word":"hey"}'), 7, [1, 2]),
            "action",
            '{"action":"shout","data":{"word":"hey"},"tick":7,"left_ms":[1,2]}',
        ),
        (entries.Acted("emote", Raw(b'{"n": 1}')), "action", '{"action":"emote","data":{"n": 1}}'),
        (
            entries.Moved(Raw(b'{"cell":4}'), left_ms=[1, 2]),
            "move",
            '{"movement":{"cell":4},"left_ms":[1,2]}',
        ),
        (
            entries.Moved(Raw(b'{"cell":4}'), left_ms=None),
            "move",
            '{"movement":{"cell":4},"left_ms":null}',
        ),
        (entries.Moved(Raw(b'{"direction":1}'), tick=7), "move", '{"movement":{"direction":1},"tick":7}'),
    ],
)
def test_an_entry_is_stored_as_in_all_journals_before_and_read_back(entry: Any, kind: str, data: str) -> None:
    assert (entry.kind, encode(entry).decode()) == (kind, data)
    assert entries.read(kind, data) == entry


def test_every_kind_of_the_journal_can_be_read() -> None:
    rows = {
        "chat": '{"message":"hi"}',
        "action": '{"action":"resign","data":{}}',
        "move": '{"movement":{"cell":4},"left_ms":null}',
        "departed": '{"why":"away"}',
        "seated": '{"seat":1,"replaces":0,"username":"ada","rating":null}',
        "timer": '{"tick":7}',
        "phase": '{"name":"play"}',
        "over": '{"reason":"win","winners":[0]}',
    }
    for kind in JournalEntry.Kind.values:
        assert entries.read(kind, rows.get(kind, "{}")).kind == kind


def test_a_move_declines_the_draws_that_others_have_offered() -> None:
    table = _table()
    ada, bob = table.seats
    entries.Acted("offer_draw").apply(table, ada)
    entries.Acted("offer_draw").apply(table, bob)
    entries.Moved(Raw(b'{"cell":4}'), left_ms=[59_000, 60_000]).apply(table, ada)
    assert table.draw_offers == {ada.number}
    assert table.clocks.left_ms == [59_000, 60_000]
    assert table.match.turn_user == 12


def test_inputs_of_a_real_time_game_are_applied_at_their_tick() -> None:
    whole, replayed = _table("pong"), _table("pong")
    for tick in range(10):
        whole.match.step(
            {0: b'{"direction":1}'} if tick == 3 else {1: b'{"direction":-1}'} if tick == 6 else {}
        )
    entries.Moved(Raw(b'{"direction":1}'), tick=3).apply(replayed, replayed.seats[0])
    entries.Moved(Raw(b'{"direction":-1}'), tick=6).apply(replayed, replayed.seats[1])
    replayed.catch_up(10)
    assert whole.match.dump() == replayed.match.dump()
