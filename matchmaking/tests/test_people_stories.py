"""Random sequences of invites and parties: the first snapshot plus all events must equal a new snapshot."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.test import TestCase
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from core.ids import UserId
from core.refusals import Refusal
from friends import services as friends
from game.models import Game
from matchmaking import services as queue
from matchmaking.invites import selectors as invite_selectors
from matchmaking.invites import services as invites
from matchmaking.invites.events import InviteCreated, InviteEvent, InviteInfo
from matchmaking.invites.models import Invite
from matchmaking.models import Member, Queue, Ticket
from matchmaking.parties import selectors as party_selectors
from matchmaking.parties import services as parties
from matchmaking.parties.events import PartyInfo, PartyUpdate
from matchmaking.parties.models import Party, PartyMember
from matchmaking.parties.refusals import NotInParty
from realtime.wire import topics

NAMES = [f"player{number}" for number in range(5)]
players = st.integers(0, len(NAMES) - 1)
numbers = st.integers(0, 30)


class Client:
    """The state of one user's device: a snapshot, updated by events only."""

    def __init__(self, user_id: UserId) -> None:
        self.user_id = user_id
        self.invites, self.party = snapshot(user_id)

    def hear(self, event: Any) -> None:
        if isinstance(event, InviteCreated):
            self.invites[event.invite.id] = event.invite
        elif isinstance(event, InviteEvent):
            self.invites.pop(event.invite.id, None)
        elif isinstance(event, PartyUpdate):
            is_mine = any(member.user_id == self.user_id for member in event.party.members)
            if is_mine:
                self.party = event.party
            elif self.party is not None and self.party.id == event.party.id:
                self.party = None


def snapshot(user_id: UserId) -> tuple[dict[int, InviteInfo], PartyInfo | None]:
    pending = invite_selectors.shown(invite_selectors.pending_of(user_id, timezone.now()))
    try:
        party = party_selectors.party_of(user_id)
    except NotInParty:
        party = None
    return {invite.id: invite for invite in pending}, party


class Story(RuleBasedStateMachine):
    """Five users with a device each; ``told`` are the events of a step, ``game`` is for up to four."""

    told: ClassVar[list[Any]] = []
    game: ClassVar[str]

    @initialize()
    def arrive(self) -> None:
        self.told.clear()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.now = self.clock.start()
        self.ids = [user.pk for user in User.objects.bulk_create(User(username=name) for name in NAMES)]
        self.clients = [Client(user_id) for user_id in self.ids]

    def teardown(self) -> None:
        self.clock.stop()
        for model in (Member, Ticket, Queue, Invite, PartyMember, Party, Game, User):
            model.objects.all().delete()

    def do(self, service: Any, **arguments: Any) -> None:
        try:
            with TestCase.captureOnCommitCallbacks(execute=True):
                service(**arguments)
        except Refusal:
            assert not self.told, "a refusal is not announced"
        for event in self.told:
            for client in self.clients:
                if topics.user(client.user_id) in event.audience():
                    client.hear(event)
        self.told.clear()

    @rule(who=players, whom=players, game=st.sampled_from(["tictactoe", "pong"]))
    def ask_to_play(self, who: int, whom: int, game: Any) -> None:
        self.do(invites.create, user_id=self.ids[who], to_user_id=self.ids[whom], game=game)

    @rule(who=players, whom=players)
    def ask_to_the_party(self, who: int, whom: int) -> None:
        party = self.clients[who].party
        party_id = 1 if party is None else party.id
        self.do(invites.create, user_id=self.ids[who], to_user_id=self.ids[whom], party_id=party_id)

    @rule(
        who=players,
        number=numbers,
        how=st.sampled_from([invites.accept, invites.accept, invites.decline, invites.cancel]),
    )
    def answer(self, who: int, number: int, how: Any) -> None:
        known = sorted(self.clients[who].invites)
        if known:
            self.do(how, user_id=self.ids[who], invite_id=known[number % len(known)])

    @rule(who=players, is_open=st.booleans())
    def make_a_party(self, who: int, is_open: Any) -> None:
        self.do(parties.create, user_id=self.ids[who], open=is_open)

    @rule(who=players, number=numbers)
    def enter_a_party(self, who: int, number: int) -> None:
        ids = sorted({client.party.id for client in self.clients if client.party is not None})
        if ids:
            self.do(parties.join, user_id=self.ids[who], party_id=ids[number % len(ids)])

    @rule(who=players, how=st.sampled_from([parties.leave, parties.disband]))
    def go(self, who: int, how: Any) -> None:
        self.do(how, user_id=self.ids[who])

    @rule(who=players, whom=players)
    def send_away(self, who: int, whom: int) -> None:
        self.do(parties.kick, user_id=self.ids[who], target_id=self.ids[whom])

    @rule(who=players, ready=st.booleans())
    def be_ready(self, who: int, ready: Any) -> None:
        self.do(parties.set_ready, user_id=self.ids[who], ready=ready)

    @rule(who=players, together=st.booleans())
    def queue(self, who: int, together: Any) -> None:
        party = self.clients[who].party
        party_id = party.id if together and party is not None else None
        self.do(queue.join, user_id=self.ids[who], game=self.game, party_id=party_id)

    @rule(who=players)
    def leave_the_queue(self, who: int) -> None:
        self.do(queue.leave, user_id=self.ids[who])

    @rule(who=players, whom=players)
    def block_and_forgive(self, who: int, whom: int) -> None:
        self.do(friends.block, user_id=self.ids[who], blocked_id=self.ids[whom])
        self.do(friends.unblock, user_id=self.ids[who], blocked_id=self.ids[whom])

    @rule(seconds=st.sampled_from([1, 25, 61]))
    def wait(self, seconds: float) -> None:
        self.now.shift(timedelta(seconds=seconds))
        self.do(invites.expire_due)

    @invariant()
    def what_was_told_adds_up(self) -> None:
        for client in self.clients:
            assert (client.invites, client.party) == snapshot(client.user_id)

    @invariant()
    def every_party_has_its_leader_and_room(self) -> None:
        for party in Party.objects.all():
            members = party_selectors.member_ids(party.pk)
            assert party.leader_id in members
            assert len(members) <= party_selectors.MAX_SIZE

    @invariant()
    def a_party_that_waits_is_whole(self) -> None:
        for ticket in Ticket.objects.exclude(party=None):
            waiting = set(ticket.members.values_list("user_id", flat=True))
            assert waiting == set(party_selectors.member_ids(ticket.party_id))


@pytest.mark.django_db
def test_what_was_shown_and_told_since_is_what_is_shown_later(
    monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    Story.game = table
    monkeypatch.setattr("realtime.publishing._publish_from_outside", Story.told.append)
    monkeypatch.setattr("notifications.badges.changed", lambda user_id: None)
    monkeypatch.setattr(invites, "MAX_PER_MINUTE", 10**6)
    run_state_machine_as_test(Story, settings=settings(max_examples=8, stateful_step_count=30, deadline=None))
