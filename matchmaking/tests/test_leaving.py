"""Leaving a match before it begins: penalties, and requeueing of the players who stayed."""

import asyncio
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.database import in_database
from core.ids import UserId
from game import author
from game.models import Game, Rating
from gameplatform.testing.people import Person, ada, bob, cyd, here, person
from matchmaking import rules, selectors, services
from matchmaking.models import Member, Penalty, Ticket
from matchmaking.parties import services as parties
from matchmaking.parties.models import PartyMember
from matchmaking.refusals import LeftEarly
from matchmaking.shapes import Standing
from realtime.membership import presence
from realtime.testing import Player

__all__ = ["ada", "bob", "cyd", "here", "person"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the time until an empty match is cancelled."""
    monkeypatch.setattr(author.Game, "start_within", 0.5)


async def join(*people: Person) -> Any:
    """Join in this order; return the status of the last."""
    for one in people:
        standing = await in_database(services.join, user_id=one.id, game="tictactoe")
    return standing


async def waiting() -> list[int]:
    """Return the ids of queued users, in the order of their places."""
    places = Member.objects.order_by("ticket__joined_at").values_list("user_id", flat=True)
    return await in_database(list, places)


async def come(match: Any, who: Person, *, is_ready: bool = True) -> Player:
    player = await who.enter(match.game_id)
    if is_ready:
        await player.send(type="player_ready")
    return player


async def test_who_was_matched_with_somebody_who_never_came_waits_again_at_the_old_place(
    quick: None, ada: Person, bob: Person, cyd: Person
) -> None:
    notices = await ada.listen()
    match = await join(ada, bob)
    await join(cyd)
    player = await come(match, ada)

    assert (await player.hear_until("game_over"))["reason"] == "aborted"

    told = await notices.hear_until("match_cancelled")
    assert (told["game_id"], told["reason"], told["requeued"]) == (str(match.game_id), "aborted", True)
    assert (told["game"], told["mode"]) == ("tictactoe", "")
    assert await waiting() == [ada.id, cyd.id]
    standing = await in_database(selectors.queue_status, ada.id)
    assert (standing.position, standing.queue_size) == (1, 2)
    with pytest.raises(LeftEarly) as refusal:
        await join(bob)
    assert 0 < refusal.value.retry_after <= rules.FIRST_PENALTY_S
    assert await in_database(services.match_all) == 1
    assert await waiting() == []


async def test_who_does_not_get_ready_is_the_one_who_left(quick: None, ada: Person, bob: Person) -> None:
    match = await join(ada, bob)
    player = await come(match, ada)
    await come(match, bob, is_ready=False)

    await player.hear_until("game_over")

    assert await waiting() == [ada.id]
    assert await in_database(list, Penalty.objects.values_list("user", flat=True)) == [bob.id]


async def test_where_neither_stayed_nobody_waits_again_and_both_wait_before_the_next(
    quick: None, ada: Person, bob: Person
) -> None:
    match = await join(ada, bob)
    players = [await come(match, who, is_ready=False) for who in (ada, bob)]
    for player in players:
        await player.hear_until("game_over")

    assert await waiting() == []
    assert await in_database(Penalty.objects.count) == 2


async def test_who_resigns_before_anybody_has_moved_waits_and_the_other_goes_back(
    ada: Person, bob: Person
) -> None:
    notices = await ada.listen()
    match = await join(ada, bob)
    a, b = [await come(match, who) for who in (ada, bob)]
    for player in (a, b):
        await player.hear_until("game_start")
    await b.send(type="game_action", action="resign")

    assert (await notices.hear_until("match_cancelled"))["reason"] == "resign"

    assert await waiting() == [ada.id]
    with pytest.raises(LeftEarly):
        await join(bob)


async def test_who_resigns_before_their_own_first_move_waits_and_no_rating_moves(
    ada: Person, bob: Person
) -> None:
    match = await join(ada, bob)
    sides = {player.id: player.side for player in match.players}
    first, second = (ada, bob) if sides[ada.id] == "left" else (bob, ada)
    one, other = [await come(match, who) for who in (first, second)]
    for player in (one, other):
        await player.hear_until("game_start")
    await one.send(type="player_move", movement={"cell": 0})
    await other.hear_until("player_move")
    await other.send(type="game_action", action="resign")

    over = await one.hear_until("game_over")

    assert (over["winner_ids"], over["reason"], over["ratings"]) == ([first.id], "resign", [])
    assert await waiting() == []
    assert not await in_database(Rating.objects.exists)
    with pytest.raises(LeftEarly):
        await join(second)


def leave(user_id: UserId) -> float:
    """Leave a match early; return the penalty in seconds."""
    services.cancel_match(game_id=Game().pk, queue="tictactoe", reason="aborted", left=[user_id], stayed={})
    return selectors.ties([user_id])[1][user_id]


async def test_the_wait_grows_each_time_and_is_forgiven_after_a_day(ada: Person, clock: Any) -> None:
    def waits() -> tuple[list[float], float]:
        first = [leave(ada.id) for _ in range(7)]
        clock.shift(timedelta(days=1, minutes=20))
        assert selectors.ties([ada.id]) == ({}, {})
        return first, leave(ada.id)

    assert await in_database(waits) == ([30, 60, 120, 240, 480, 900, 900], 30)


async def test_a_party_goes_back_as_a_whole_or_if_one_of_it_left_not_at_all(
    ada: Person, bob: Person, cyd: Person
) -> None:
    def requeued(left: Any, stayed: Any) -> list[tuple[int | None, list[UserId]]]:
        now = timezone.now()
        services.cancel_match(
            game_id=Game().pk,
            queue="tictactoe",
            reason="aborted",
            left=[one.id for one in left],
            stayed={one.id: now for one in stayed},
        )
        tickets = [
            (ticket.party_id, sorted(ticket.members.values_list("user_id", flat=True)))
            for ticket in Ticket.objects.all()
        ]
        Ticket.objects.all().delete()
        return tickets

    def play() -> tuple[int, Any, Any]:
        party = parties.create(user_id=ada.id)
        PartyMember.objects.create(party_id=party.id, user_id=bob.id)
        return party.id, requeued([cyd], [ada, bob]), requeued([ada], [bob, cyd])

    party_id, whole, broken = await in_database(play)
    assert whole == [(party_id, sorted([ada.id, bob.id]))]
    assert broken == [(None, [cyd.id])]


# -- Sockets


def left_after(clock: Any, seconds: float) -> set[int]:
    """Return the users who are still queued this much later."""
    clock.shift(timedelta(seconds=seconds))
    services.match_all()
    return set(Member.objects.values_list("user_id", flat=True))


async def test_a_place_ends_half_a_minute_after_the_last_socket_closed(ada: Person, clock: Any) -> None:
    await join(ada)
    await in_database(services.mark_disconnected, [ada.id])

    # A socket counts as closed after a short delay.
    assert await in_database(left_after, clock, 30 - presence.LINGER_S - 0.1) == {ada.id}
    assert (await in_database(selectors.queue_status, ada.id)).status == "queued"
    assert await in_database(left_after, clock, 0.2) == set()
    assert await in_database(selectors.queue_status, ada.id) == Standing(status="idle")


async def test_asking_for_the_status_does_not_keep_a_place_whose_last_socket_has_closed(
    ada: Person, clock: Any
) -> None:
    await join(ada)
    await in_database(services.mark_disconnected, [ada.id])
    await in_database(left_after, clock, 20)
    await in_database(services.touch_tickets, [ada.id])

    assert await in_database(left_after, clock, 10) == set()


async def test_joining_again_keeps_a_place_whose_last_socket_has_closed(ada: Person, clock: Any) -> None:
    await join(ada)
    await in_database(services.mark_disconnected, [ada.id])
    await in_database(left_after, clock, 20)
    await join(ada)

    assert await in_database(left_after, clock, 20) == {ada.id}


async def test_who_never_opened_a_socket_keeps_the_place_while_asking_now_and_then(
    ada: Person, clock: Any
) -> None:
    await join(ada)
    for _ in range(3):
        assert await in_database(left_after, clock, 9 * 60) == {ada.id}
        await in_database(services.touch_tickets, [ada.id])

    assert await in_database(left_after, clock, 11 * 60) == set()


@pytest.fixture
async def online(ada: Person) -> Player:
    """Open a socket for Ada, and wait until every worker knows."""
    notices = await ada.listen()
    while not await in_database(presence.online_sync, [ada.id]):
        await notices.send(type="ping")
        await notices.hear_until("pong")
    return notices


async def test_who_has_come_back_keeps_the_place(ada: Person, online: Player, clock: Any) -> None:
    await join(ada)
    await in_database(services.mark_disconnected, [ada.id])

    assert await in_database(left_after, clock, 60) == {ada.id}
    assert await in_database(left_after, clock, 60) == {ada.id}


async def test_an_open_socket_keeps_the_place_though_nothing_is_asked(
    ada: Person, online: Player, clock: Any
) -> None:
    await join(ada)

    assert await in_database(left_after, clock, 60 * 60) == {ada.id}


async def test_when_the_last_socket_closes_it_is_noted(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "LINGER_S", 0.05)
    noted = threading.Event()
    note_gone = services.mark_disconnected

    def note(user_ids: Iterable[UserId]) -> None:
        user_ids = set(user_ids)
        note_gone(user_ids)
        # Users of earlier tests may be swept meanwhile.
        if ada.id in user_ids:
            noted.set()

    monkeypatch.setattr(services, "mark_disconnected", note)
    one, other = await ada.listen(), await ada.listen()
    await join(ada)
    await one.leave()
    await other.leave()

    assert await asyncio.to_thread(noted.wait, 30)
    assert await in_database(Member.objects.filter(user=ada.id, left_at__isnull=False).exists)
