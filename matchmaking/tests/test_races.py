"""Concurrent joins on real connections and several workers: nobody is matched twice or lost."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connection, transaction

from accounts import services as accounts
from accounts.models import User
from core.batching import ThreadedBatcher
from core.ids import UserId
from game.author.queues import Waiting
from game.models import Game, Seat
from gameplatform.testing.processes import ServerProcess
from matchmaking import services
from matchmaking.models import Member, Ticket
from matchmaking.services import joining
from matchmaking.services.tickets import lock_queue
from matchmaking.tests.conftest import Waiter, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


@pytest.fixture
def crowd(db: None) -> list[User]:
    return User.objects.bulk_create(User(username=f"player{number}") for number in range(200))


def check_all_are_matched_in_pairs(user_ids: Iterable[UserId]) -> None:
    seats = list(Seat.objects.values_list("game_id", "user_id"))
    assert sorted(user for _, user in seats) == sorted(user_ids)
    assert set(Counter(game for game, _ in seats).values()) == {2}
    assert Ticket.objects.count() == Member.objects.count() == 0


@pytest.mark.parametrize("as_in_one_process", [True, False])
def test_200_joins_at_once_give_exactly_100_matches(
    crowd: list[User],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    as_in_one_process: bool,
) -> None:
    if not as_in_one_process:
        # Only the database serialises these.
        monkeypatch.setattr(joining, "_join_together", lambda *call: ThreadedBatcher(joining._join)(*call))

    def joins(user: Any) -> Any:
        return lambda: services.join(user_id=user.pk, game="tictactoe")

    # As many threads as the pool has connections, minus this thread's; all use the same users.
    def several(users: Any) -> Callable[[], list[Any]]:
        return lambda: [joins(user)() for user in users]

    answers = [one for some in at_once([several(crowd[n::12]) for n in range(12)]) for one in some]

    assert len(answers) == 200
    check_all_are_matched_in_pairs([user.pk for user in crowd])
    assert Game.objects.count() == 100


def test_one_who_joins_many_times_at_once_is_there_once(
    ada: Waiter, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    answers = at_once([ada.join] * 8)

    assert {(answer.status_code, answer.json()["position"]) for answer in answers} == {(200, 1)}
    assert Member.objects.count() == Ticket.objects.count() == 1


@needs_postgresql
def test_who_signs_out_on_both_devices_at_once_waits_no_longer(ada: Waiter) -> None:
    (laptop,) = ada.get("/api/me/sessions/").json()["results"]
    phone = sign_in(User.objects.get(pk=ada.id))
    ada.join()

    def sign_out_phone() -> Any:
        try:
            return phone.post("/api/auth/logout").status_code
        finally:
            connection.close()

    def somebody_waits_for_a_lock() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            return cursor.fetchone() is not None

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            accounts.end_session(user_id=ada.id, session_id=laptop["id"])
            signed_out = pool.submit(sign_out_phone)
            while not (signed_out.done() or somebody_waits_for_a_lock()):
                pass
        assert signed_out.result() == 204

    assert not Ticket.objects.exists()


def test_of_many_queues_joined_at_once_one_is_got(
    ada: Waiter, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    games = ["tictactoe", "connect_four", "pong", "battleship"]

    answers = at_once([lambda game=game: ada.join(game) for game in games * 2])

    got = [answer.json()["game"] for answer in answers if answer.status_code == 200]
    refused = [answer.json()["code"] for answer in answers if answer.status_code != 200]
    assert len(set(got)) == 1
    assert set(refused) == {"already_queued"}
    assert Member.objects.count() == Ticket.objects.count() == 1


def test_who_leaves_while_another_joins_is_either_out_or_matched(
    ada: Waiter, bob: Waiter, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    for _ in range(15):
        ada.join()

        left, joined = at_once([ada.leave, bob.join])

        if left.json()["status"] == "left":
            assert joined.json()["status"] == "queued"
            assert ada.status() == {"status": "idle"}
            bob.leave()
        else:
            assert joined.json()["status"] == "matched"
            assert ada.status()["game_id"] == joined.json()["game_id"]
            Seat.objects.update(is_open=False)


def test_many_passes_at_once_match_everybody_once(
    crowd: list[User], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    services.join(user_id=crowd[0].pk, game="tictactoe")
    joining._queue("tictactoe", [Waiting(user.pk, 1500, 0.0, (user.pk,)) for user in crowd[1:]])

    made = at_once([services.match_all] * 6)

    assert sum(made) == 100
    check_all_are_matched_in_pairs([user.pk for user in crowd])


@needs_postgresql
def test_a_queue_at_which_another_is_already_is_left_to_it(
    player: Callable[..., Waiter], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    player("low", tictactoe=100).join()
    player("high", tictactoe=3000).join()
    Ticket.objects.update(joined_at="2020-01-01T00:00Z")

    with transaction.atomic():
        lock_queue("tictactoe")
        assert at_once([lambda: services.match_queue("tictactoe")]) == [0]
    assert at_once([lambda: services.match_queue("tictactoe")]) == [1]


async def join_as_guests(url: str, count: int) -> tuple[list[httpx.Response], list[Any]]:
    """Join as many guests at once; return the answers, and their status afterwards."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:

        async def sign_in(_: Any) -> dict[str, str]:
            return {"Authorization": f"Bearer {(await http.post('/api/auth/guest')).json()['access']}"}

        guests = await asyncio.gather(*map(sign_in, range(count)))
        joined = await asyncio.gather(
            *(http.post("/game/join/", json={"game": "tictactoe"}, headers=guest) for guest in guests)
        )
        standings = await asyncio.gather(*(http.get("/game/status/", headers=guest) for guest in guests))
        return joined, [answer.json() for answer in standings]


def test_200_joins_at_once_over_two_workers_give_exactly_100_matches(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]],
) -> None:
    with live_server_process(workers=2) as server:
        joined, standings = asyncio.run(join_as_guests(server.base_url, 200))

    assert {answer.status_code for answer in joined} == {200, 201}
    assert {standing["status"] for standing in standings} == {"matched"}
    games = Counter(standing["game_id"] for standing in standings)
    assert len(games) == 100
    assert set(games.values()) == {2}
    assert all(len({player["id"] for player in standing["players"]}) == 2 for standing in standings)
