"""Concurrent changes of invites and parties: each has exactly one outcome."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from core.ids import UserId
from friends import services as friends
from game.models import Game, Seat
from matchmaking import services as queue
from matchmaking.invites import services as invites
from matchmaking.invites.models import Invite
from matchmaking.models import Member, Ticket
from matchmaking.parties import services as parties
from matchmaking.parties.models import Party, PartyMember

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invites, "MAX_PER_MINUTE", 10_000)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    told: list[Any] = []
    monkeypatch.setattr("realtime.publishing._publish_from_outside", told.append)
    return told


@pytest.fixture
def people(db: None) -> list[UserId]:
    return [user.pk for user in User.objects.bulk_create(User(username=f"p{n}") for n in range(9))]


def outcome(call: Any, **arguments: Any) -> Any:
    """Return a call's result, or the code of its refusal."""

    def run() -> Any | str:
        try:
            return call(**arguments) or "done"
        except Exception as refusal:
            return getattr(refusal, "code", refusal)

    return run


def kinds(told: Any) -> list[str]:
    return [type(event).__name__ for event in told]


def test_of_accept_decline_cancel_and_expiry_at_once_exactly_one_happens(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, *_ = people
    for _ in range(ROUNDS):
        told.clear()
        Game.objects.all().delete()
        invite = invites.create(user_id=ada, to_user_id=bob, game="tictactoe")
        soon = timezone.now() + (invite.expires_at - invite.created_at) / 3000
        Invite.objects.filter(pk=invite.id).update(expires_at=soon)

        answers = at_once(
            [
                *[outcome(invites.accept, user_id=bob, invite_id=invite.id)] * 3,
                outcome(invites.decline, user_id=bob, invite_id=invite.id),
                outcome(invites.cancel, user_id=ada, invite_id=invite.id),
                *[outcome(invites.expire_due)] * 2,
            ]
        )
        while Invite.objects.filter(status="pending").exists():
            invites.expire_due()

        status = Invite.objects.get(pk=invite.id).status
        won = [answer for answer in answers[:5] if answer != "invite_not_pending"]
        assert [answer.status for answer in won] == ([] if status == "expired" else [status])
        ends = [kind for kind in kinds(told) if kind.startswith("Invite") and kind != "InviteCreated"]
        assert ends == [f"Invite{status.capitalize()}"]
        assert Game.objects.count() == (status == "accepted")
        assert Seat.objects.count() == 2 * (status == "accepted")


def test_an_invite_sent_while_its_receiver_blocks_the_sender_does_not_stay(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, *_ = people
    for _ in range(ROUNDS):
        at_once(
            [
                outcome(invites.create, user_id=ada, to_user_id=bob, game="tictactoe"),
                outcome(friends.block, user_id=bob, blocked_id=ada),
            ]
        )

        assert not Invite.objects.filter(status="pending").exists()
        friends.unblock(user_id=bob, blocked_id=ada)


def test_of_one_question_asked_at_once_by_both_one_is_asked(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, *_ = people

    def ask(who: int, whom: int) -> Any:
        return outcome(invites.create, user_id=who, to_user_id=whom, game="tictactoe")

    answers = at_once([ask(ada, bob), ask(bob, ada)] * 4)

    assert Invite.objects.count() == 1
    assert sorted(answer for answer in answers if isinstance(answer, str)) == ["already_invited"] * 7


def test_no_more_invites_than_allowed_are_sent_at_once(
    people: list[UserId],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    told: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(invites, "MAX_PENDING_SENT", 3)
    ada, *others = people

    answers = at_once(
        [outcome(invites.create, user_id=ada, to_user_id=other, game="tictactoe") for other in others]
    )

    assert Invite.objects.count() == 3
    assert answers.count("too_many_invites") == 5


def test_the_last_place_in_a_party_is_got_by_one(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, cyd, *others = people
    party = parties.create(user_id=ada, open=True).id
    for early in (bob, cyd):
        parties.join(user_id=early, party_id=party)
    asked = [invites.create(user_id=ada, to_user_id=other, party_id=party).id for other in others[:3]]

    answers = at_once(
        [
            *(
                outcome(invites.accept, user_id=other, invite_id=invite)
                for other, invite in zip(others, asked, strict=False)
            ),
            *(outcome(parties.join, user_id=other, party_id=party) for other in others[3:]),
        ]
    )

    assert PartyMember.objects.count() == 4
    assert answers.count("party_full") == 5
    assert Invite.objects.filter(status="accepted").count() == sum(
        answer != "party_full" for answer in answers[:3]
    )


def test_who_enters_two_parties_at_once_is_in_one(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, cyd, *_ = people
    for _ in range(ROUNDS):
        rooms = [parties.create(user_id=leader, open=True).id for leader in (ada, bob)]

        answers = at_once(
            [outcome(parties.join, user_id=cyd, party_id=room) for room in rooms]
            + [outcome(parties.create, user_id=cyd)]
        )

        assert answers.count("already_in_party") == 2
        assert PartyMember.objects.filter(user=cyd).count() == 1
        PartyMember.objects.all().delete()
        Party.objects.all().delete()


def test_leaving_kicking_and_disbanding_at_once_leave_no_party_without_its_leader(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, cyd, dan, *_ = people
    for _ in range(ROUNDS):
        told.clear()
        party = parties.create(user_id=ada, open=True).id
        for other in (bob, cyd):
            parties.join(user_id=other, party_id=party)

        at_once(
            [
                outcome(parties.leave, user_id=ada),
                outcome(parties.kick, user_id=ada, target_id=bob),
                outcome(parties.leave, user_id=bob),
                outcome(parties.join, user_id=dan, party_id=party),
                outcome(parties.disband, user_id=cyd),
                outcome(parties.leave, user_id=cyd),
            ]
        )

        for left in Party.objects.all():
            assert left.members.filter(user=left.leader_id).exists()
        versions = [event.party.version for event in told if type(event).__name__ == "PartyUpdate"]
        assert sorted(versions) == list(range(1, len(versions) + 1))
        PartyMember.objects.all().delete()
        Party.objects.all().delete()


def test_an_invite_accepted_while_the_party_ends_leaves_nobody_behind(
    people: list[UserId], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]], told: list[Any]
) -> None:
    ada, bob, *_ = people
    for _ in range(ROUNDS):
        party = parties.create(user_id=ada).id
        invite = invites.create(user_id=ada, to_user_id=bob, party_id=party).id

        accepted, ended = at_once(
            [
                outcome(invites.accept, user_id=bob, invite_id=invite),
                outcome(parties.disband, user_id=ada),
            ]
        )

        assert ended == "done"
        assert Party.objects.count() == PartyMember.objects.count() == 0
        status = Invite.objects.get(pk=invite).status
        assert status == ("accepted" if not isinstance(accepted, str) else "cancelled"), (accepted, status)


def test_a_party_that_changes_while_it_queues_waits_as_it_is_or_not_at_all(
    people: list[UserId],
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    told: list[Any],
    table: str,
) -> None:
    ada, bob, cyd, *_ = people
    for _ in range(ROUNDS):
        party = parties.create(user_id=ada, open=True).id
        parties.join(user_id=bob, party_id=party)

        at_once(
            [
                outcome(queue.join, user_id=ada, game=table, party_id=party),
                outcome(parties.leave, user_id=bob),
                outcome(parties.join, user_id=cyd, party_id=party),
                outcome(queue.leave, user_id=ada),
            ]
        )

        waiting = set(Member.objects.values_list("user_id", flat=True))
        assert waiting in (set(), set(PartyMember.objects.values_list("user_id", flat=True)))
        parties.disband(user_id=ada)
        assert Ticket.objects.count() == Member.objects.count() == 0
