"""Games over their sockets: from the first frame to the rating."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts import bans
from accounts.models import Ban
from core.database import in_database
from game import author, services
from game.author import Clock, catalogue
from game.events import GameOver
from game.games import TicTacToe
from game.live import journal, rooms, seats
from game.live.ownership import room_key
from game.models import Game, JournalEntry, Rating, Snapshot
from game.tests.conftest import begin
from gameplatform.testing.people import Person
from realtime import metrics, worker
from realtime.membership.leases import LEASES
from realtime.testing import WITHIN_S, Closed
from realtime.worker import Worker


async def win(ada: Any, bob: Any) -> None:
    for player, cell in ((ada, 0), (bob, 3), (ada, 1), (bob, 4), (ada, 2)):
        await player.send(type="player_move", movement={"cell": cell})
        for listener in (ada, bob):
            assert (await listener.hear("player_move"))["movement"] == {"cell": cell}


async def each_moves(ada: Any, bob: Any) -> None:
    """Make a move of each player and read the frames, so that the game counts."""
    for player, cell in ((ada, 0), (bob, 8)):
        await player.send(type="player_move", movement={"cell": cell})
        for listener in (ada, bob):
            await listener.hear("player_move")


async def given_up(game: Any, ada: Person, bob: Person) -> Any:
    """A game that ada has resigned; its frames are read."""
    players = await begin(game, ada, bob)
    await players[0].send(type="game_action", action="resign")
    for player in players:
        await player.hear_until("game_over")
        await player.hear("game_state")
    return players


async def test_two_people_play_a_whole_game(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game(queued=True)
    a = await ada.enter(game.pk)
    state = await a.hear("game_state")
    assert state["state"] == "waiting_for_players"
    assert state["you"] == {"user_id": ada.id, "side": "left"}
    assert [player["username"] for player in state["players"]] == ["ada", "bob"]
    assert state["view"]["board"] == [[None] * 3] * 3
    joined = await a.hear("player_joined")
    assert (joined["user_id"], joined["seq"]) == (ada.id, state["seq"] + 1)
    b = await bob.enter(game.pk)
    assert (await b.hear("game_state"))["you"]["side"] == "right"
    for player in (a, b):
        assert (await player.hear("player_joined"))["user_id"] == bob.id
        assert (await player.hear("game_state"))["state"] == "waiting_for_ready"
    for player, somebody in ((a, ada), (b, bob)):
        await player.send(type="player_ready")
        for listener in (a, b):
            assert (await listener.hear("player_ready"))["user_id"] == somebody.id
    for player in (a, b):
        await player.hear("game_start")
        active = await player.hear("game_state")
        assert (active["state"], active["turn"]) == ("active", ada.id)
        assert active["clock"]["running"] == [ada.id]
    await win(a, b)
    for player in (a, b):
        over = await player.hear("game_over")
        assert (over["winner_ids"], over["reason"]) == ([ada.id], "win")
        assert over["scores"] == {str(ada.id): 1, str(bob.id): 0}
        changes = {change["user_id"]: change["after"] - change["before"] for change in over["ratings"]}
        assert changes[ada.id] > 0 > changes[bob.id]
        assert (await player.hear("game_state"))["state"] == "finished"
    stored = await in_database(Game.objects.get, pk=game.pk)
    assert stored.state == "finished"
    entries = JournalEntry.objects.filter(game=game).order_by("seq")
    seqs = await in_database(lambda: list(entries.values_list("seq", flat=True)))
    assert seqs == list(range(1, len(seqs) + 1))


async def test_every_frame_with_a_seq_has_the_next_one(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await win(a, b)
    await a.hear("game_over")
    c = await bob.enter(game.pk, "?since=0")
    assert (await c.hear("resumed"))["recovered"] is True
    seqs = []
    while True:
        frame = await c.hear()
        seqs.append(frame["seq"])
        if frame["type"] == "game_over":
            break
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize(
    ("mover", "movement", "code"),
    [
        ("b", {"cell": 0}, "not_your_turn"),
        ("a", {"cell": 9}, "invalid_move"),
        ("a", {"cell": "0"}, "invalid_move"),
        ("a", {"column": 0}, "invalid_move"),
        ("a", [], "invalid_move"),
        ("a", None, "invalid_move"),
        ("a", {}, "invalid_move"),
    ],
)
async def test_a_bad_move_is_refused_and_changes_nothing(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    mover: str,
    movement: dict[str, Any] | list[Any] | None,
    code: str,
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await (a if mover == "a" else b).send(type="player_move", movement=movement, id=7)
    error = await (a if mover == "a" else b).hear("error")
    assert (error["code"], error["ref"]) == (code, 7)
    await a.send(type="player_move", movement={"cell": 0})
    assert (await b.hear("player_move"))["view"]["board"][0][0] == "X"
    await b.send(type="player_move", movement={"cell": 0})
    assert await b.refused() == "taken"


async def test_a_move_before_the_start_is_refused(
    new_game: Callable[..., Awaitable[Game]], ada: Person
) -> None:
    game = await new_game()
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await a.hear("player_joined")
    await a.send(type="player_move", movement={"cell": 0})
    assert await a.refused() == "game_not_active"


async def test_a_spectator_sees_all_and_may_do_nothing(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game()
    a, _ = await begin(game, ada, bob)
    c = await cyd.enter(game.pk)
    assert (await c.hear("game_state"))["you"] is None
    await a.send(type="player_move", movement={"cell": 4})
    frame = await c.hear("player_move")
    assert frame["view"]["board"][1][1] == "X"
    assert frame["view"]["you"] is None
    for message in (
        {"type": "player_move", "movement": {"cell": 0}},
        {"type": "player_ready"},
        {"type": "game_action", "action": "resign"},
        {"type": "chat_message", "message": "hi"},
    ):
        await c.send(**message)
        assert await c.refused() == "not_a_player"


async def test_a_draw_that_was_offered_is_still_told_to_who_comes_back(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="game_action", action="offer_draw")
    await b.hear_until("game_action")
    again = await bob.enter(game.pk)
    assert (await again.hear("game_state"))["draw_offered_by"] == [ada.id]
    await a.send(type="player_move", movement={"cell": 4})
    await again.hear("player_move")
    await again.send(type="player_move", movement={"cell": 0})
    await again.hear("player_move")
    assert (await (await ada.enter(game.pk)).hear("game_state"))["draw_offered_by"] == []


async def test_nobody_may_watch_a_private_game(new_game: Callable[..., Awaitable[Game]], cyd: Person) -> None:
    game = await new_game(private=True)
    assert await (await cyd.enter(game.pk)).closed() == 4403


async def test_an_unknown_game_closes_4404(ada: Person) -> None:
    assert await (await ada.enter("00000000-0000-0000-0000-000000000000")).closed() == 4404
    assert await (await ada.enter("nonsense")).closed() == 4404


async def test_a_newer_socket_replaces_the_older(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    again = await ada.enter(game.pk)
    assert await a.closed() == 4409
    await a.leave()
    await again.hear("game_state")
    await again.send(type="player_move", movement={"cell": 0})
    await again.hear("player_move")
    assert (await b.hear())["type"] == "player_move"


async def test_who_waits_in_a_game_hears_when_its_free_seat_is_taken(ada: Person, bob: Person) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    a, watching = await ada.enter(game.pk), await bob.enter(game.pk)
    for player in (a, watching):
        assert (await player.hear_until("game_state"))["state"] == "created"
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    for player in (a, watching):
        state = await player.hear_until("game_state")
        assert state["state"] == "waiting_for_players"
        assert [one["id"] for one in state["players"]] == [ada.id, bob.id]
    b = await bob.enter(game.pk)
    assert await watching.closed() == 4409
    assert (await b.hear_until("game_state"))["you"] == {"user_id": bob.id, "side": "right"}


async def test_a_game_that_was_filled_is_aborted_when_who_sat_down_does_not_come(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(author.Game, "start_within", 0.2)
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    assert (await a.hear_until("game_over"))["reason"] == "aborted"
    assert (await a.hear("game_state"))["state"] == "aborted"


async def test_the_clock_knows_who_sat_down_after_the_room_was_opened(ada: Person, bob: Person) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    a = await ada.enter(game.pk)
    await a.hear("game_state")
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    b = await bob.enter(game.pk)
    for player in (a, b):
        await player.send(type="player_ready")
    while (state := await a.hear_until("game_state"))["state"] != "active":
        pass
    assert state["clock"]["left_ms"].keys() == {str(ada.id), str(bob.id)}
    await a.send(type="player_move", movement={"cell": 0})
    assert (await a.hear_until("player_move"))["clock"]["running"] == [bob.id]


async def test_who_drops_is_missed_and_comes_back(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"cell": 0})
    seen = (await b.hear("player_move"))["seq"]
    await b.leave()
    left = await a.hear_until("player_left")
    assert (left["user_id"], left["grace_s"]) == (bob.id, 30)
    back = await bob.enter(game.pk, f"?since={seen}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert (await back.hear("player_left"))["seq"] == seen + 1
    assert (await back.hear("player_reconnected"))["user_id"] == bob.id
    assert (await a.hear("player_reconnected"))["username"] == "bob"


@pytest.mark.parametrize("away", ["resigns", "is away", "runs out of time"])
async def test_a_game_in_which_nobody_has_moved_is_aborted_whatever_ends_it(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    away: str,
) -> None:
    monkeypatch.setattr(author.Game, "grace", 0.2)
    if away == "runs out of time":
        monkeypatch.setattr(TicTacToe, "clock", Clock(seconds=0.2))
    game = await new_game(queued=True)
    a, b = await begin(game, ada, bob)
    if away == "resigns":
        await b.send(type="game_action", action="resign")
    elif away == "is away":
        await b.leave()
    over = await a.hear_until("game_over")
    assert (over["winner_ids"], over["reason"], over["ratings"], over["rewards"]) == ([], "aborted", [], [])
    assert (await a.hear("game_state"))["state"] == "aborted"
    assert (await Game.objects.aget(pk=game.pk)).state == "aborted"
    assert not await Rating.objects.aexists()


async def test_a_guest_has_no_rating_that_others_see(
    new_game: Callable[..., Awaitable[Game]], ada: Person, person: Callable[..., Awaitable[Person]]
) -> None:
    guest = await person("guest", is_guest=True)
    a, b = await begin(await new_game("tictactoe", ada, guest, queued=True), ada, guest)
    await win(a, b)
    over = await a.hear("game_over")
    assert (over["winner_ids"], over["ratings"]) == ([ada.id], [])
    shown = {one["id"]: one["rating"] for one in (await a.hear("game_state"))["players"]}
    assert shown == {ada.id: 1500, guest.id: None}


async def test_resigning_ends_the_game(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await each_moves(a, b)
    await b.send(type="game_action", action="resign")
    assert (await a.hear("game_action"))["action"] == "resign"
    over = await a.hear("game_over")
    assert (over["winner_ids"], over["reason"]) == ([ada.id], "resign")
    await a.hear("game_state")
    await a.send(type="player_move", movement={"cell": 0})
    assert await a.refused() == "game_over"


@pytest.mark.parametrize("reason", ["resign", "win"])
async def test_a_game_that_is_decided_is_over_though_the_worker_went_before_the_end_was_written(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    reason: str,
) -> None:
    def finish(**ending: Any) -> None:
        raise OperationalError("the database is away")

    game = await new_game()
    a, b = await begin(game, ada, bob)
    last: dict[str, Any] = {"type": "game_action", "action": "resign"}
    heard = "game_action"
    if reason == "resign":
        await each_moves(a, b)
    else:
        for player, cell in ((a, 0), (b, 3), (a, 1), (b, 4)):
            await player.send(type="player_move", movement={"cell": cell})
            await b.hear("player_move")
        last = {"type": "player_move", "movement": {"cell": 2}}
        heard = "player_move"
    with monkeypatch.context() as away:
        away.setattr(services, "finish", finish)
        await a.send(**last)
        await b.hear(heard)
        await worker.stop()
    await worker.start()
    over = await (await bob.enter(game.pk, "?since=0")).hear_until("game_over")
    winner = bob if reason == "resign" else ada
    assert (over["winner_ids"], over["reason"]) == ([winner.id], reason)


@pytest.mark.parametrize("problem", [OperationalError("gone"), InterfaceError("closed")])
async def test_an_end_that_waits_for_the_database_is_what_it_was(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    problem: Any,
) -> None:
    keep, problems = services.finish, [problem]

    def finish(**ending: Any) -> GameOver:
        if problems:
            raise problems.pop()
        return keep(**ending)

    game = await new_game()
    a, b = await begin(game, ada, bob)
    await each_moves(a, b)
    monkeypatch.setattr(services, "finish", finish)
    await a.send(type="game_action", action="resign")
    over = await b.hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([bob.id], "resign")


async def test_who_wrote_a_game_s_next_entry_first_is_who_may_end_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, _ = await begin(game, ada, bob)
    after_next = rooms.current().here[game.pk].seq + 2
    await JournalEntry.objects.acreate(
        game=game, seq=after_next, at=timezone.now(), user_id=bob.id, kind="chat", data='{"message": "mine"}'
    )
    await a.send(type="game_action", action="resign")
    assert await a.closed() == 1012
    assert (await Game.objects.aget(pk=game.pk)).state == "active"
    assert not await Rating.objects.aexists()


async def test_a_draw_needs_both(new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await each_moves(a, b)
    await b.send(type="game_action", action="accept_draw")
    assert await b.refused() == "no_draw_offered"
    await a.send(type="game_action", action="offer_draw")
    await b.hear("game_action")
    await a.hear("game_action")
    await a.send(type="game_action", action="accept_draw")
    assert await a.refused() == "no_draw_offered"
    await b.send(type="game_action", action="accept_draw")
    over = await a.hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([], "draw_agreed")


async def test_a_draw_that_was_declined_by_a_move_stays_so_in_the_hands_of_another_worker(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"cell": 0})
    await a.send(type="game_action", action="offer_draw")
    await b.hear_until("game_action")
    await b.send(type="player_move", movement={"cell": 1})
    await b.hear("player_move")
    await worker.stop()
    await worker.start()
    b = await bob.enter(game.pk)
    await b.hear("game_state")
    await b.send(type="game_action", action="accept_draw")
    assert await b.refused() == "no_draw_offered"


async def test_a_game_that_cannot_be_played_again_from_its_journal_ends_with_an_error(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"cell": 0})
    await b.hear("player_move")
    await worker.stop()
    # As if the rules had been changed meanwhile.
    moves = JournalEntry.objects.filter(game=game, kind="move")
    await moves.aupdate(data='{"movement": {"cell": 99}, "left_ms": null}')
    await worker.start()
    over = await (await bob.enter(game.pk)).hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([], "error")
    assert (await Game.objects.aget(pk=game.pk)).state == "abandoned"


async def test_who_does_not_come_back_to_another_worker_forfeits(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game()
    await each_moves(*await begin(game, ada, bob))
    await worker.stop()
    monkeypatch.setattr(author.Game, "grace", 2.0)
    await worker.start()
    over = await (await ada.enter(game.pk)).hear_until("game_over")
    assert (over["winner_ids"], over["reason"]) == ([ada.id], "forfeit")


async def test_a_rematch_swaps_the_sides(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="game_action", action="rematch")
    assert await a.refused() == "game_not_active"
    await a.send(type="game_action", action="resign")
    await a.hear_until("game_over")
    await a.send(type="game_action", action="rematch")
    assert (await b.hear_until("game_action"))["action"] == "resign"
    assert (await b.hear_until("game_action"))["data"] == {}
    await b.send(type="game_action", action="rematch")
    data = (await b.hear_until("game_action"))["data"]
    again = await bob.enter(data["game_id"])
    assert (await again.hear("game_state"))["you"]["side"] == "left"


async def test_who_is_muted_or_under_age_says_nothing_in_a_game(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    monkeypatch.setattr(bans, "MUTES_CACHED_S", 0)
    a, b = await begin(await new_game(), ada, bob)
    settings.ADULT_AGE = 16
    await a.send(type="chat_message", message="hi")
    assert (await a.hear("error"))["code"] == "under_age"
    settings.ADULT_AGE = 0
    await Ban.objects.acreate(user_id=ada.id, kind=Ban.Kind.MUTE)
    await a.send(type="chat_message", message="hi")
    assert (await a.hear("error"))["code"] == "muted"
    await b.send(type="chat_message", message="hello")
    assert (await a.hear("chat_message"))["message"] == "hello"


async def test_chat_reaches_all_with_listed_words_masked_and_has_its_limit(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    cyd: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seats, "CHAT_WINDOW_S", 60.0)
    game = await new_game()
    a, b = await begin(game, ada, bob)
    c = await cyd.enter(game.pk)
    await c.hear("game_state")
    for said, heard in (("one", "one"), ("two", "two"), ("oh sh!t", "oh ****")):
        await a.send(type="chat_message", message=said)
        for listener in (a, b, c):
            assert (await listener.hear("chat_message"))["message"] == heard
    await a.send(type="chat_message", message="four")
    error = await a.hear("error")
    assert error["code"] == "rate_limited"
    assert 0 < error["retry_after"] <= 60
    for unseen in ("\u2067", "   "):
        await b.send(type="chat_message", message=unseen)
        assert (await b.hear("error"))["code"] == "invalid_message"


async def test_an_emote_has_its_bounds(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)
    await a.send(type="game_action", action="emote", data={"emote": "wave"})
    assert (await b.hear("game_action"))["data"] == {"emote": "wave"}
    await b.send(type="game_action", action="emote", data={"x": "y" * 600})
    assert await b.refused() == "invalid"
    await b.send_text('{"type": "game_action", "action": "emote", "data": {"x": 1e999}}')
    assert await b.refused() == "invalid"
    await b.send(type="game_action", action="dance")
    assert await b.refused() == "unknown_action"


async def test_no_frame_to_a_battleship_player_tells_where_the_other_fleet_is(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game("battleship")
    a, b = await begin(game, ada, bob)
    fleet = [
        {"name": name, "row": row, "col": 0, "vertical": False}
        for row, name in enumerate(("carrier", "battleship", "cruiser", "submarine", "destroyer"))
    ]
    await a.send(type="player_move", movement={"ships": fleet})
    mine = await a.hear("player_move")
    assert mine["movement"]["ships"]
    assert mine["view"]["board"][0][0] == "ship"
    theirs = await b.hear("player_move")
    assert theirs["movement"] == {}
    assert "ship" not in [cell for row in theirs["view"]["target"] for cell in row]


async def test_pong_ticks_and_its_paddles_move(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game("pong")
    a, b = await begin(game, ada, bob)
    first = await a.hear("game_tick")
    await a.send(type="player_move", movement={"direction": 1})
    moved = await b.hear_until("player_move")
    assert moved["movement"] == {"direction": 1}
    start = first["view"]["paddles"]["left"]
    while (tick := await b.hear("game_tick"))["view"]["paddles"]["left"] <= start:
        pass
    assert tick["tick"] > first["tick"]
    await a.send(type="player_move", movement={"direction": 2})
    assert (await a.hear_until("error"))["code"] == "invalid_move"


async def test_the_last_score_is_not_shown_before_the_end_is_kept(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game("pong", options={"target": 1})
    a, _ = await begin(game, ada, bob)
    await a.hear("game_tick")
    rooms.current().here[game.pk].match.state["scores"][0] = 1
    while (frame := await a.hear())["type"] != "game_over":
        assert (frame["type"], frame["view"]["scores"]["left"]) == ("game_tick", 0)
    assert (await a.hear("game_state"))["view"]["scores"]["left"] == 1


async def test_no_snapshot_of_a_game_outlives_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SNAPSHOTS_WAIT_S", 60)
    game = await new_game("pong")
    a, _ = await begin(game, ada, bob)
    while not rooms.current().journals[0]._snapshots:
        await a.hear("game_tick")
    await a.send(type="game_action", action="resign")
    await a.hear_until("game_over")
    await worker.stop()
    assert not await in_database(Snapshot.objects.filter(game=game).exists)


async def test_the_closed_test_client_notices_a_close(
    new_game: Callable[..., Awaitable[Game]], cyd: Person
) -> None:
    game = await new_game(private=True)
    with pytest.raises(Closed):
        await (await cyd.enter(game.pk)).hear()


def test_the_noted_state_of_a_game_never_goes_back(transactional_db: None) -> None:
    made = services.create_game(name="tictactoe", players=[])
    for state in ("active", "waiting_for_ready"):
        services.store_states({made.pk: state})
    assert Game.objects.get(pk=made.pk).state == "active"


async def test_a_room_of_a_killed_worker_is_opened_at_once_though_its_lease_still_stands(
    new_game: Callable[..., Awaitable[Game]], ada: Person, here: Worker
) -> None:
    game = await new_game()
    await here.redis.set(room_key(game.pk), "killed")
    await here.redis.zadd(LEASES, {"killed": 2**40})
    at_adas = await ada.enter(game.pk)
    await at_adas.hear("game_state")
    assert await here.redis.get(room_key(game.pk)) == here.id.encode()


async def test_a_start_that_was_not_noted_in_time_is_noted_by_who_takes_the_game_over(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def note_states(states: Any) -> None:
        raise OperationalError("the database is away")

    game = await new_game()
    with monkeypatch.context() as away:
        away.setattr(services, "store_states", note_states)
        await begin(game, ada, bob)
        await worker.stop()
    assert (await in_database(Game.objects.get, pk=game.pk)).state == "waiting_for_players"
    await worker.start()
    await (await ada.enter(game.pk)).hear("game_state")
    await asyncio.wait(rooms.current().here[game.pk]._tasks)
    assert (await in_database(Game.objects.get, pk=game.pk)).state == "active"


async def test_while_the_journal_cannot_be_written_moves_are_refused_and_then_the_game_goes_on(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game()
    a, b = await begin(game, ada, bob)

    def write(entries: Any, snapshots: Any, then: Any) -> None:
        raise OSError("the database is away")

    def try_to_store(*, journal: int) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as away:
        away.setattr(rooms.current().journals[0]._backend, "write", write)
        away.setattr(services, "check_writable", try_to_store)
        await a.send(type="player_move", movement={"cell": 0})
        for player in (a, b):
            assert await player.refused() == "recovering"
        await a.send(type="player_move", movement={"cell": 1})
        assert await a.refused() == "recovering"
    for player in (a, b):
        frame = await player.hear("game_state")
        assert frame["view"]["board"] == [[None] * 3] * 3
        assert frame["state"] == "active"
    await a.send(type="player_move", movement={"cell": 0})
    for player in (a, b):
        assert (await player.hear("player_move"))["view"]["board"][0][0] is not None


async def test_a_rematch_that_the_database_could_not_make_can_be_asked_for_again(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game()
    a, b = await given_up(game, ada, bob)

    def rematch(**asked: Any) -> None:
        raise OperationalError("the database is away")

    await a.send(type="game_action", action="rematch")
    await b.hear("game_action")
    with monkeypatch.context() as away:
        away.setattr(services, "rematch", rematch)
        await b.send(type="game_action", action="rematch")
        assert await b.refused() == "unavailable"
    await b.send(type="game_action", action="rematch")
    assert "game_id" in (await b.hear("game_action"))["data"]


async def test_a_rematch_made_while_the_room_is_given_up_adds_nothing_to_its_journal(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game()
    a, b = await given_up(game, ada, bob)
    await a.send(type="game_action", action="rematch")
    await b.hear("game_action")
    here = rooms.current().here[game.pk]
    making, may_be_made = threading.Event(), threading.Event()
    make = services.rematch

    def rematch(**asked: Any) -> Game:
        making.set()
        assert may_be_made.wait(WITHIN_S)
        return make(**asked)

    monkeypatch.setattr(services, "rematch", rematch)
    await b.send(type="game_action", action="rematch")
    await in_database(making.wait)
    last = here.seq
    here.pause()
    may_be_made.set()
    await asyncio.wait(here._tasks)
    assert here.seq == last


async def test_an_event_of_the_server_alone_is_not_counted_as_told(
    here: Worker, ada: Person, bob: Person
) -> None:
    game = await in_database(services.create_open, user_id=ada.id, name="tictactoe")
    before = metrics.published.copy()
    await in_database(services.join, user_id=bob.id, game_id=game.pk)
    assert metrics.published["MatchFound"] == before["MatchFound"] + 2
    assert "SeatTaken" not in metrics.published


async def test_what_answers_a_message_carries_its_id_for_the_sender_alone(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a = await ada.enter(game.pk)
    b = await bob.enter(game.pk)
    await b.hear("game_state")
    for asked in (
        {"type": "player_ready"},
        {"type": "player_move", "movement": {"cell": 0}},
        {"type": "chat_message", "message": "hi"},
        {"type": "game_action", "action": "emote", "data": {"face": "smile"}},
        {"type": "game_action", "action": "offer_draw"},
        {"type": "game_action", "action": "resign"},
    ):
        kind = str(asked["type"])
        await a.send(**asked, id=f"ada's {kind}")
        answer = await a.hear_until(kind)
        assert (answer.pop("ref"), answer["user_id"]) == (f"ada's {kind}", ada.id)
        heard = await b.hear_until(kind)
        # Each has a view of their own.
        assert {**heard, "view": None} == {**answer, "view": None}
        if kind == "player_ready":
            await b.send(**asked)
            assert "ref" not in await a.hear_until(kind)
            assert "ref" not in await b.hear_until(kind)
    for player in (a, b):
        await player.hear_until("game_over")

    again = await ada.enter(game.pk, "?since=0")
    assert (await again.hear("resumed"))["recovered"] is True
    while (frame := await again.hear())["type"] != "game_over":
        assert "ref" not in frame


async def test_an_agreed_rematch_and_what_was_said_as_the_game_ended_carry_their_ids(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    a, b = await given_up(await new_game(), ada, bob)
    await a.send(type="game_action", action="rematch", id=1)
    assert (await a.hear("game_action"))["ref"] == 1
    await b.send(type="game_action", action="rematch", id=2)
    assert "ref" not in await b.hear("game_action")
    agreed = await b.hear("game_action")
    assert (agreed["ref"], "game_id" in agreed["data"]) == (2, True)
    assert "ref" not in await a.hear("game_action")


async def test_what_changes_nothing_is_acknowledged_once(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    a, b = await ada.enter(game.pk), await bob.enter(game.pk)
    for number, (kind, fields) in enumerate(
        [
            ("player_ready", {}),
            ("game_action", {"action": "offer_draw"}),
            ("game_action", {"action": "rematch"}),
        ]
    ):
        await a.send(type=kind, **fields, id=f"{number} once")
        assert (await a.hear_until(kind))["ref"] == f"{number} once"
        await a.send(type=kind, **fields, id=f"{number} twice")
        assert await a.hear_until("ack") == {"type": "ack", "ref": f"{number} twice"}
        if kind == "player_ready":
            await b.send(type=kind)
            await a.hear_until("game_start")
        elif fields["action"] == "offer_draw":
            await b.send(type="game_action", action="accept_draw")
            await a.hear_until("game_over")


class Heading(author.Record):
    """The direction of a cart."""

    direction: int


class Carts(author.Game):
    """The latest input of a frame is the one that counts."""

    players = 2
    rate = frame_rate = 2
    tells_inputs = True

    def setup(self, random: Any) -> dict[str, Any]:
        return {}

    def tick(self, state: dict[str, Any], inputs: dict[author.Seat, Heading], dt: float) -> None:
        state.update({str(seat): heading.direction for seat, heading in inputs.items()})

    def result(self, state: dict[str, Any]) -> None:
        return None


async def test_an_input_that_is_replaced_before_the_next_step_is_acknowledged(
    new_game: Callable[..., Awaitable[Game]], monkeypatch: pytest.MonkeyPatch, ada: Person, bob: Person
) -> None:
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Carts)
    a, _ = await begin(await new_game(Carts.name), ada, bob)
    for number in range(20):
        await a.send(type="player_move", movement={"direction": number % 2}, id=number)
    answers: dict[Any, Any] = {}
    while len(answers) < 20:
        heard = await a.hear()
        if "ref" in heard:
            assert heard["ref"] not in answers
            answers[heard["ref"]] = heard["type"]
    assert set(answers.values()) == {"ack", "player_move"}
    assert answers[19] == "player_move"


async def test_each_input_of_a_game_that_hears_them_all_is_told(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    a, b = await begin(await new_game("pong"), ada, bob)
    for number in range(4):
        await a.send(type="player_move", movement={"direction": number % 2}, id=number)
    assert [(await a.hear_until("player_move"))["ref"] for _ in range(4)] == [0, 1, 2, 3]
    assert [(await b.hear_until("player_move"))["movement"] for _ in range(4)] == [
        {"direction": number % 2} for number in range(4)
    ]


async def test_an_input_of_a_real_time_game_is_answered_with_its_id(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    a, b = await begin(await new_game("pong"), ada, bob)
    await a.send(type="player_move", movement={"direction": 1}, id=5)
    assert (await a.hear_until("player_move"))["ref"] == 5
    assert "ref" not in await b.hear_until("player_move")
    await a.send(type="player_move", movement={"direction": -1})
    assert "ref" not in await a.hear_until("player_move")
