"""Facts of other cells: applied once and in order, sent again until they are acknowledged."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection

from accounts import live, tokens
from accounts.models import Session, User
from accounts.refusals import MadeElsewhere, TokenInvalid
from accounts.services import Device, allot_ids, lock_open, register_guest, rotate
from cells import broker, facts, services
from cells.models import Outgoing, Visit
from chat.models import DirectMessage
from core import cells
from core.ids import UserId
from friends import selectors as friends
from gameplatform.testing import services as services_of_tests
from realtime.wire.identity import Identity
from tests import redis_forms

pytestmark = pytest.mark.skipif(
    "sqlite" in configured.DATABASES["default"]["ENGINE"], reason="Cells allot ids by PostgreSQL sequences"
)


@pytest.fixture
def here(db: None, settings: Any) -> None:
    """This platform is the cell ``a``; ``b`` is another one."""
    settings.CELL, settings.CELLS = "a", ["a", "b"]
    settings.CELLS_REDIS_URL = services_of_tests.another_redis_url()
    allot_ids(cells.number())


@pytest.fixture
def ada(here: None) -> User:
    return register_guest(username="ada", device=Device()).user


def tell(number: int, fact: facts.Fact) -> None:
    services.apply(cell="b", number=number, data=services._encode(fact).decode())


def befriended(ada: User, bob_id: int) -> facts.Befriended:
    return facts.Befriended(
        facts.Person(ada.pk, "ada@a", False, True, False),
        facts.Person(UserId(bob_id), "bob", False, True, False),
    )


def test_the_streams_to_a_cell_are_read_at_once_from_a_cluster(settings: Any, tmp_path: Path) -> None:
    with redis_forms.cluster(tmp_path) as nodes:
        settings.CELLS_REDIS_URL = nodes.url
        for settings.CELL in ("b", "c"):
            broker.append("a", [(1, "first"), (2, f"from {settings.CELL}")])
        settings.CELL = "a"
        assert sorted(broker.read({"b": 0, "c": 1}, within_ms=1)) == [
            ("b", 1, "first"),
            ("b", 2, "from b"),
            ("c", 2, "from c"),
        ]
        broker.acknowledge("b", 2)
        settings.CELL = "b"
        assert (broker.acknowledged_by("a"), broker.last_to("a")) == (2, 2)


def test_ids_of_a_cell_are_allotted_whatever_was_allotted_before(here: None) -> None:
    allot_ids(1)
    first, second = (register_guest(device=Device()).user.pk for _ in range(2))
    assert (first % cells.MOST, second) == (1, first + cells.MOST)
    allot_ids(1)
    assert register_guest(device=Device()).user.pk == second + cells.MOST
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), 1000)")
    allot_ids(0)
    assert register_guest(device=Device()).user.pk == 1024


def test_a_fact_is_applied_once(ada: User) -> None:
    bob_id = UserId(257)
    tell(1, befriended(ada, bob_id))
    for _ in range(2):
        tell(2, facts.Said(bob_id, ada.pk, "hi"))

    assert friends.friend_ids(ada.pk) == [bob_id]
    assert User.objects.get(pk=bob_id).username == "bob@b"
    assert list(DirectMessage.objects.values_list("content", flat=True)) == ["hi"]
    # What another cell told is not told back.
    assert Outgoing.objects.count() == 0


def test_a_message_that_was_sent_before_a_block_was_known_is_refused(ada: User) -> None:
    bob_id = UserId(257)
    tell(1, befriended(ada, bob_id))
    tell(
        2,
        facts.Blocked(
            facts.Person(ada.pk, "ada@a", False, True, False), facts.Person(bob_id, "bob", False, True, False)
        ),
    )
    tell(3, facts.Said(bob_id, ada.pk, "hi"))

    assert DirectMessage.objects.count() == 0
    assert services.applied() == {"b": 3}


def test_a_session_that_ended_before_its_use_elsewhere_was_known_ends_there(ada: User) -> None:
    session = Session.objects.get(user=ada)
    tell(1, facts.SessionUsed(session.pk, "b"))
    assert (Visit.objects.count(), Outgoing.objects.count()) == (1, 0)

    Session.objects.filter(pk=session.pk).update(ended_at=session.created_at)
    tell(2, facts.SessionUsed(session.pk, "b"))
    (told,) = Outgoing.objects.all()
    assert (told.to, json.loads(told.data)["session_ids"]) == ("b", [session.pk])


def test_facts_are_sent_in_order_and_again_when_redis_has_lost_them(ada: User, settings: Any) -> None:
    for content in ("1", "2", "3"):
        services.tell(facts.Said(ada.pk, UserId(257), content), to=["a", "b"])
    services.send()
    broker._client().flushdb()
    services.send()
    services.send()

    settings.CELL = "b"
    received = broker.read({"a": 0}, within_ms=1)
    assert [(one.number, json.loads(one.data)["content"]) for one in received] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    broker.acknowledge("a", 2)
    assert [one.number for one in broker.read({"a": 2}, within_ms=1)] == [3]
    settings.CELL = "a"
    services.send()
    assert list(Outgoing.objects.values_list("number", flat=True)) == [3]


def test_a_visitor_is_copied_once_without_a_way_to_sign_in(here: None) -> None:
    taken = register_guest(username="ada", device=Device()).user
    who = Identity(UserId(257), "ada", False, False, session_id=513, expires_at=2**33)
    for _ in range(2):
        live.admit(who)

    visitor, session = User.objects.get(pk=257), Session.objects.get(pk=513)
    assert (visitor.username, taken.username, session.user_id) == ("ada@b", "ada", 257)
    assert live.current_identity(who).username == "ada@b"
    assert not visitor.has_usable_password()
    with pytest.raises(MadeElsewhere):
        lock_open(visitor)
    with pytest.raises(TokenInvalid, match="where you signed in"):
        rotate(tokens.issue(visitor, session).refresh, ip=None)


def test_an_account_is_erased_in_all_cells(ada: User) -> None:
    bob_id = UserId(257)
    tell(1, befriended(ada, bob_id))
    tell(2, facts.Erased(bob_id))

    assert User.objects.get(pk=bob_id).erased_at is not None
    assert friends.friend_ids(ada.pk) == []
