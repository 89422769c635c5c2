"""Takeovers: state passes from one owner to the next, and only the latest may write."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from math import dist
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from core.database import in_database
from game import services
from game.author import Clock, catalogue
from game.events import GameOver
from game.games.arena import SPEED
from game.live import ownership, rooms
from game.live.ownership import room_key
from game.live.remote import RemoteRoom
from game.models import Game, JournalEntry, Snapshot
from game.models import Game as Row
from game.tests.conftest import InTurn, begin
from gameplatform.testing.people import Person
from realtime import worker
from realtime.membership.leases import LEASES
from realtime.worker import Worker


class Hasty(InTurn):
    """A game with one second to start."""

    clock = Clock(seconds=1)


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds this game to the catalogue."""
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Hasty)


@pytest.fixture
def quick_to_adopt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "OWNERS_TELL_WITHIN_S", 0.01)
    monkeypatch.setattr("game.selectors.games.ADOPTED_AFTER", timedelta(0))


async def until(holds: Any) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.02)


async def is_here(game: Any) -> bool:
    return game.pk in rooms.current().here


async def test_a_clock_that_runs_out_where_the_game_is_no_more_does_not_end_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game(Hasty.name)
    a, _ = await begin(game, ada, bob)
    await in_database(services.take_over, game_id=game.pk)
    assert await a.closed() == 1012
    assert (await Row.objects.aget(pk=game.pk)).state == "active"


async def test_no_snapshot_of_a_game_that_ends_as_its_worker_stops_outlives_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await new_game("pong")
    a, _ = await begin(game, ada, bob)
    ended, may_answer = threading.Event(), threading.Event()
    finish = services.finish

    def finish_and_answer_late(**ending: Any) -> GameOver:
        over = finish(**ending)
        ended.set()
        assert may_answer.wait(10)
        return over

    await a.send(type="player_move", movement={"direction": 1})
    await a.hear_until("player_move")
    # The answer is still on its way when the worker stops.
    monkeypatch.setattr(services, "finish", finish_and_answer_late)
    await a.send(type="game_action", action="resign")
    await asyncio.to_thread(ended.wait, 10)
    await worker.stop()
    may_answer.set()
    assert (await Row.objects.aget(pk=game.pk)).state == "finished"
    assert not await in_database(Snapshot.objects.filter(game=game).exists)


async def test_a_game_for_which_all_were_ready_begins_though_its_worker_died_just_then(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game()
    for seq, (kind, somebody) in enumerate(
        [("joined", ada), ("joined", bob), ("ready", ada), ("ready", bob)], start=1
    ):
        await JournalEntry.objects.acreate(
            game=game, seq=seq, at=timezone.now(), user_id=somebody.id, kind=kind, data="{}"
        )
    a, b = await ada.enter(game.pk), await bob.enter(game.pk)
    for player in (a, b):
        while (frame := await player.hear_until("game_state"))["state"] != "active":
            pass
    assert frame["turn"] == ada.id
    await a.send(type="player_move", movement={"cell": 4})
    await b.hear_until("player_move")


async def test_a_game_that_was_claimed_and_never_opened_is_adopted(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    here: Worker,
    quick_to_adopt: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker that claimed it may have stopped in between."""
    game = await new_game()
    assert await rooms.current().owner(game.pk) == here.id
    await rooms.share_out_recent_orphans()
    await until(lambda: is_here(game))


async def test_the_games_of_a_dead_worker_are_shared_out_among_the_others(
    new_game: Callable[..., Awaitable[Game]],
    here: Worker,
    quick_to_adopt: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, str, list[str]]] = []

    async def workers() -> list[str]:
        return [here.id, "worker.other", "worker.dead"]

    async def alive(asked: Any, *, takes_rooms: bool = False) -> set[str]:
        return {here.id, "worker.other"} & set(asked)

    monkeypatch.setattr(here.presence, "workers", workers)
    monkeypatch.setattr(here, "alive", alive)
    monkeypatch.setattr(here.relay, "tell", lambda *request: told.append(request))
    games = [await new_game() for _ in range(4)]
    for game in games:
        await here.redis.set(room_key(game.pk), "worker.dead")
    await rooms.share_out_all_orphans()
    ((receiver, kind, shared),) = [request for request in told if request[1] == "game.adopt"]
    assert (receiver, kind, len(shared)) == ("worker.other", "game.adopt", 2)
    for game in games:
        if game.pk.hex not in shared:
            await until(lambda game=game: is_here(game))


async def test_a_room_that_waits_for_the_database_waits_whatever_it_hears_from_there(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def try_to_store(*, journal: int) -> None:
        nonlocal asked
        asked += 1
        raise InterfaceError("the connection is closed")

    async def was_asked_twice() -> bool:
        return asked >= 2

    game = await new_game()
    a, _ = await begin(game, ada, bob)
    with monkeypatch.context() as away:
        away.setattr(services, "check_writable", try_to_store)
        rooms.current().here[game.pk].lost(False)
        assert await a.refused() == "recovering"
        await until(was_asked_twice)
    assert (await a.hear("game_state"))["state"] == "active"


async def test_rooms_that_wait_for_the_database_ask_it_together(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def try_to_store(*, journal: int) -> None:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise OperationalError("the disk is full")

    games = [await new_game() for _ in range(3)]
    sockets = [await ada.enter(game.pk) for game in games]
    for socket in sockets:
        await socket.hear("game_state")
    with monkeypatch.context() as away:
        away.setattr(services, "check_writable", try_to_store)
        for game in games:
            rooms.current().here[game.pk].lost(False)
        for socket in sockets:
            await socket.hear_until("error")
            await socket.hear_until("game_state")
    assert asked <= 4


async def test_a_room_that_others_own_when_the_database_is_back_lets_its_sockets_go(
    new_game: Callable[..., Awaitable[Game]],
    ada: Person,
    bob: Person,
    here: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def try_to_store(*, journal: int) -> None:
        raise OperationalError("the disk is full")

    game = await new_game()
    a, _ = await begin(game, ada, bob)
    with monkeypatch.context() as away:
        away.setattr(services, "check_writable", try_to_store)
        rooms.current().here[game.pk].lost(False)
        assert await a.refused() == "recovering"
        await in_database(services.take_over, game_id=game.pk)
        await here.redis.set(room_key(game.pk), "another")
        await here.redis.zadd(LEASES, {"another": 2**40})
        listening = here.redis.pubsub()
        await listening.subscribe("another")
    assert await a.closed() == 1012
    await listening.aclose()


async def test_a_real_time_game_that_is_over_is_seen_as_it_ended_wherever_it_is_opened(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person
) -> None:
    game = await new_game("pong")
    a, _ = await begin(game, ada, bob)
    await a.send(type="player_move", movement={"direction": 1})
    moved = await a.hear_until("player_move")
    while (await a.hear_until("game_tick"))["view"]["paddles"] == moved["view"]["paddles"]:
        pass
    await a.send(type="game_action", action="resign")
    await a.hear_until("game_over")
    ended = await a.hear_until("game_state")
    await worker.stop()
    await worker.start()
    seen = await (await ada.enter(game.pk)).hear("game_state")
    assert seen["view"] == ended["view"]


async def test_a_worker_lets_all_go_and_stops_though_redis_does_not_answer(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer_never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(rooms, "RELEASE_WITHIN_S", 0.1)
    sockets = [await somebody.enter((await new_game()).pk) for somebody in (ada, bob)]
    for socket in sockets:
        await socket.hear("game_state")
    with monkeypatch.context() as silent:
        silent.setattr(ownership.Ownership, "release", answer_never)
        async with asyncio.timeout(5):
            await worker.stop()
    for socket in sockets:
        assert await socket.closed() == 1012


async def test_an_arena_goes_on_where_its_players_saw_it(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, here: Worker
) -> None:
    game = await new_game("arena")
    a, b = await begin(game, ada, bob)
    seen: dict[str, Any] = {"tick": 0}
    while seen["tick"] < 30:
        await a.send(type="player_move", movement={"dx": 10, "dy": seen["tick"] % 3, "aim": 0})
        seen = await a.hear_until("game_tick")
    killed = rooms.current()
    # As if the worker were killed: nothing is saved, nobody is told.
    await killed.scheduler.stop()
    del worker.current()._parts[rooms.Rooms]
    again = await ada.enter(game.pk)
    state = await again.hear("game_state")
    tick = await again.hear_until("game_tick")
    assert abs(tick["tick"] - seen["tick"]) <= 6
    places = [one["view"]["fighters"]["0"] for one in (seen, state)]
    assert dist(*((place["x"], place["y"]) for place in places)) <= 0.3 * SPEED


async def test_who_comes_back_first_opens_a_room_whose_owner_has_died(
    new_game: Callable[..., Awaitable[Game]], ada: Person, here: Worker
) -> None:
    game = await new_game()
    at_hand = rooms.current()
    at_hand.remote[game.pk] = RemoteRoom(game.pk, "dead", at_hand._forget)
    await here.redis.set(room_key(game.pk), "dead")
    player = await ada.enter(game.pk)
    assert (await player.hear("game_state"))["id"] == str(game.pk)
    assert at_hand.remote == {}


async def test_free_seats_of_a_room_that_was_taken_over_are_nobody_who_stays_away(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, here: Worker
) -> None:
    game = await new_game("arena")
    await begin(game, ada, bob)
    await rooms.current().scheduler.stop()
    del worker.current()._parts[rooms.Rooms]
    a, b = await ada.enter(game.pk), await bob.enter(game.pk)
    for player in (a, b):
        await player.hear_until("game_tick")
    room = rooms.current().here[game.pk]
    assert any(not seat.user_id for seat in room.seats)
    now = room._now
    room._now = lambda: now() + room.match.game.grace
    room._check_deadlines()
    assert room.state == "active"
    await a.hear("game_tick")
