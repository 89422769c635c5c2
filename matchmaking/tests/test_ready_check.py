"""The ready check: a match that its players must accept before it is made."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts import services as accounts
from accounts.models import User
from game.author import Queue, catalogue, queues
from game.games import TicTacToe
from game.models import Game, Seat
from matchmaking import rules, services
from matchmaking.events import MatchCancelled, MatchProposed
from matchmaking.models import Member, Penalty, Proposal, Ticket
from matchmaking.tests.conftest import Waiter

pytestmark = pytest.mark.django_db

Told = Callable[[], Any]
WITHIN_S = 10


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch) -> type[Queue]:
    """Give tic-tac-toe one queue, with a ready check."""
    monkeypatch.setattr(queues, "_declared", {})

    class Checked(Queue):
        game = TicTacToe
        accept_within = WITHIN_S

    queues.register(Checked)
    return Checked


def propose(*waiters: Waiter) -> int:
    """Queue these until a match is proposed to them; return its id."""
    for waiter in waiters:
        assert waiter.join().json()["status"] == "queued"
    proposals = {waiter.status()["proposal"]["proposal_id"] for waiter in waiters}
    (proposal_id,) = proposals
    return int(proposal_id)


def accept(waiter: Waiter, proposal_id: int) -> Any:
    return waiter.post("/game/accept/", proposal_id=proposal_id)


def decline(waiter: Waiter, proposal_id: int) -> Any:
    return waiter.post("/game/decline/", proposal_id=proposal_id)


def test_a_match_is_made_once_all_have_accepted_it(
    ada: Waiter, bob: Waiter, telling: Told, clock: Any
) -> None:
    with telling() as told:
        proposal_id = propose(ada, bob)

    proposed = [event for event in told if isinstance(event, MatchProposed)]
    assert {event.user_id for event in proposed} == {ada.id, bob.id}
    assert {event.proposal_id for event in proposed} == {proposal_id}
    until = proposed[0].expires_at
    assert until == Ticket.objects.first().proposal.expires_at
    assert not Game.objects.exists()
    first = accept(ada, proposal_id)
    assert (first.status_code, first.json()["status"]) == (200, "queued")
    assert first.json()["proposal"]["accepted"] is True
    assert bob.status()["proposal"]["accepted"] is False

    with telling() as told:
        last = accept(bob, proposal_id)

    assert (last.status_code, last.json()["status"]) == (201, "matched")
    assert [type(event).__name__ for event in told] == ["MatchFound"] * 2
    assert ada.status()["game_id"] == last.json()["game_id"]
    assert Ticket.objects.count() == Member.objects.count() == 0


def test_accepting_again_is_answered_as_the_first_time(ada: Waiter, bob: Waiter) -> None:
    proposal_id = propose(ada, bob)
    once, twice = (accept(ada, proposal_id).json()["proposal"] for _ in range(2))
    assert once == twice
    match = accept(bob, proposal_id).json()

    for waiter in (ada, bob):
        again = accept(waiter, proposal_id)
        assert (again.status_code, again.json()["game_id"]) == (201, match["game_id"])
    assert Game.objects.count() == 1


def test_who_declines_is_out_and_the_others_have_their_old_places(
    ada: Waiter, bob: Waiter, cyd: Waiter, telling: Told, clock: Any
) -> None:
    proposal_id = propose(ada, bob)
    clock.shift(1)
    accept(ada, proposal_id)

    with telling() as told:
        assert decline(bob, proposal_id).json() == {"status": "left"}

    cancelled = {event.user_id: event for event in told if isinstance(event, MatchCancelled)}
    assert {user: (one.reason, one.requeued) for user, one in cancelled.items()} == {
        ada.id: ("declined", True),
        bob.id: ("declined", False),
    }
    status = ada.status()
    assert (status["status"], status["position"], status["waited_s"]) == ("queued", 1, 1.0)
    assert "proposal" not in status
    assert bob.status() == {"status": "idle"}
    refused = bob.join()
    assert (refused.status_code, refused.json()["code"]) == (429, "left_early")
    again = propose(cyd)
    assert again == ada.status()["proposal"]["proposal_id"] != proposal_id
    assert ada.status()["proposal"]["accepted"] is False


def test_leaving_the_queue_declines(ada: Waiter, bob: Waiter) -> None:
    propose(ada, bob)

    assert bob.leave().json() == {"status": "left"}

    assert "proposal" not in ada.status()
    assert bob.join().status_code == 429


def test_who_does_not_answer_in_time_is_out(ada: Waiter, bob: Waiter, telling: Told, clock: Any) -> None:
    proposal_id = propose(ada, bob)
    accept(ada, proposal_id)
    clock.shift(WITHIN_S - 0.1)
    services.match_all()
    assert bob.status()["status"] == "queued"
    clock.shift(0.1)

    with telling() as told:
        services.match_all()

    cancelled = {event.user_id: event for event in told if isinstance(event, MatchCancelled)}
    assert {user: (one.reason, one.requeued) for user, one in cancelled.items()} == {
        ada.id: ("not_accepted", True),
        bob.id: ("not_accepted", False),
    }
    assert ada.status()["position"] == 1
    assert bob.status() == {"status": "idle"}
    assert list(Penalty.objects.values_list("user", flat=True)) == [bob.id]


def test_it_is_too_late_once_the_time_is_over_though_nobody_has_looked_yet(
    ada: Waiter, bob: Waiter, clock: Any
) -> None:
    proposal_id = propose(ada, bob)
    accept(ada, proposal_id)
    clock.shift(WITHIN_S)

    for answer in (accept(bob, proposal_id), decline(bob, proposal_id)):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_proposal")
    assert not Game.objects.exists()


def test_nobody_answers_for_another(ada: Waiter, bob: Waiter, cyd: Waiter) -> None:
    proposal_id = propose(ada, bob)
    cyd.join()

    for answer in (accept(cyd, proposal_id), decline(cyd, proposal_id), accept(ada, proposal_id + 1)):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_proposal")
    assert ada.status()["proposal"]["proposal_id"] == proposal_id


def test_a_proposed_match_is_not_proposed_to_others(
    ada: Waiter, bob: Waiter, cyd: Waiter, clock: Any
) -> None:
    propose(ada, bob)
    cyd.join()
    clock.shift(5)

    assert services.match_all() == 0
    assert "proposal" not in cyd.status()


def test_who_signs_out_or_is_erased_declines(ada: Waiter, bob: Waiter) -> None:
    propose(ada, bob)

    accounts.erase(User.objects.get(pk=bob.id))

    assert ada.status()["status"] == "queued"
    assert not Proposal.objects.exists()


def test_who_keeps_declining_waits_longer_and_longer(ada: Waiter, bob: Waiter, clock: Any) -> None:
    waits = []
    for _ in range(3):
        decline(bob, propose(ada, bob))
        waits.append(int(bob.join().headers["Retry-After"]))
        ada.leave()
        clock.shift(timedelta(seconds=waits[-1] + 1))

    assert waits == [rules.FIRST_PENALTY_S, 2 * rules.FIRST_PENALTY_S, 4 * rules.FIRST_PENALTY_S]


def test_of_a_party_all_must_accept_and_all_go_if_one_does_not(
    player: Callable[..., Waiter], ada: Waiter, bob: Waiter, cyd: Waiter, table: str
) -> None:
    queues.register(type("Checked", (Queue,), {"game": catalogue.get(table), "accept_within": WITHIN_S}))
    party = ada.party("create").json()["id"]
    bob.answer(ada.invite(bob, party_id=party).json(), "accept")
    ada.join(table, party_id=party)
    cyd.join(table)
    player("dan").join(table)
    proposal_id = ada.status()["proposal"]["proposal_id"]
    accept(ada, proposal_id)

    decline(bob, proposal_id)

    assert ada.status() == bob.status() == {"status": "idle"}
    assert cyd.status()["status"] == "queued"
    assert ada.join(table).status_code == 200
    assert list(Penalty.objects.values_list("user", flat=True)) == [bob.id]


@pytest.mark.parametrize(
    "body", [{}, {"proposal_id": "1"}, {"proposal_id": True}, {"proposal_id": 0}, {"proposal_id": 1, "x": 1}]
)
def test_answers_are_typed(ada: Waiter, body: dict[str, Any]) -> None:
    for route in ("accept", "decline"):
        assert ada.post(f"/game/{route}/", **body).status_code == 422


# -- Races


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
class TestRaces:
    def test_of_two_who_accept_at_once_one_makes_the_match(
        self, ada: Waiter, bob: Waiter, at_once: Callable[..., list[Any]]
    ) -> None:
        for _ in range(5):
            proposal_id = propose(ada, bob)

            answers = at_once([partial(accept, waiter, proposal_id) for waiter in (ada, bob, ada, bob)])

            assert 201 in {answer.status_code for answer in answers} <= {200, 201}
            assert Game.objects.count() == 1
            assert ada.status()["game_id"] == bob.status()["game_id"]
            Seat.objects.all().delete()
            Game.objects.all().delete()

    def test_an_accept_and_a_decline_at_once_end_in_one_of_two_ways(
        self, ada: Waiter, bob: Waiter, at_once: Callable[..., list[Any]]
    ) -> None:
        for _ in range(8):
            proposal_id = propose(ada, bob)
            accept(ada, proposal_id)

            accepted, declined = at_once(
                [partial(accept, bob, proposal_id), partial(decline, bob, proposal_id)]
            )

            outcomes = (accepted.status_code, declined.status_code)
            if Game.objects.exists():
                assert outcomes == (201, 404)
                assert ada.status()["status"] == bob.status()["status"] == "matched"
            else:
                assert outcomes == (404, 200)
                assert (ada.status()["status"], bob.status()["status"]) == ("queued", "idle")
            for model in (Seat, Game, Member, Ticket, Penalty):
                model.objects.all().delete()

    def test_the_last_accept_and_the_end_of_the_time_at_once_end_in_one_of_two_ways(
        self, ada: Waiter, bob: Waiter, at_once: Callable[..., list[Any]]
    ) -> None:
        for _ in range(8):
            proposal_id = propose(ada, bob)
            accept(ada, proposal_id)
            Proposal.objects.update(expires_at="2020-01-01T00:00Z")

            accepted, *_ = at_once(
                [partial(accept, bob, proposal_id), services.match_all, services.match_all]
            )

            assert accepted.status_code == 404
            assert not Game.objects.exists()
            services.match_all()
            assert (ada.status()["status"], bob.status()["status"]) == ("queued", "idle")
            assert Penalty.objects.get().times == 1
            for model in (Member, Ticket, Penalty):
                model.objects.all().delete()
