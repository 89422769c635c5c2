"""Undoing a trade on behalf of the operators: once, and only if everything is still there."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from accounts.models import User
from progression import services as players
from world.tests.adventurers import Adventurer
from world.trading import services
from world.trading.commands import OfferedItem
from world.trading.models import Trade

pytestmark = pytest.mark.usefixtures("audited")


@pytest.fixture
def traded(ada: Adventurer, bob: Adventurer) -> int:
    """A completed trade: ada gave 10 gold and two of her berries, bob a sword."""
    berries, sword = ada.given("berries", 3), bob.given("iron-sword")
    ada.enter_play()
    bob.enter_play()
    services.request(user_id=ada.id, to_user_id=bob.id)
    trade_id = Trade.objects.get().pk
    services.accept(user_id=bob.id, trade_id=trade_id)
    services.offer(user_id=ada.id, trade_id=trade_id, gold=10, items=[OfferedItem(id=berries, quantity=2)])
    services.offer(user_id=bob.id, trade_id=trade_id, gold=0, items=[OfferedItem(id=sword, quantity=1)])
    for who in (ada, bob):
        services.confirm(user_id=who.id, trade_id=trade_id, version=2)
    assert Trade.objects.get().state == "completed"
    return trade_id


def undo(client: Client, who: Adventurer, trade_id: int) -> str:
    form = {"trade_id": trade_id, "reason": "cheated"}
    answer = client.post(f"/admin/support/person/{who.id}/undo_trade/act/", form, follow=True)
    return answer.content.decode()


def test_both_get_back_what_they_gave_once(
    admin_client: Client, ada: Adventurer, bob: Adventurer, traded: int
) -> None:
    assert "Undo a trade: done." in undo(admin_client, ada, traded)
    assert "This trade has been undone" in undo(admin_client, bob, traded)

    assert (ada.gold(), bob.gold()) == (100, 100)
    assert (ada.owns(), bob.owns()) == ({"berries": 3}, {"iron-sword": 1})
    whose = {entry.object_id for entry in LogEntry.objects.filter(change_message__contains="cheated")}
    assert whose == {str(ada.id), str(bob.id)}


def test_it_is_refused_if_something_is_gone(
    admin_client: Client, ada: Adventurer, bob: Adventurer, traded: int
) -> None:
    players.take(bob.id, money={}, items=[("berries", 1)], cause="eaten")

    assert "no longer has 2 of" in undo(admin_client, ada, traded)

    assert (ada.gold(), bob.gold()) == (90, 110)
    assert (ada.owns(), bob.owns()) == ({"berries": 1, "iron-sword": 1}, {"berries": 1})
    assert Trade.objects.get().undone_at is None


def test_a_trade_of_others_or_one_that_was_not_completed_is_not_undone(
    admin_client: Client, ada: Adventurer, bob: Adventurer, cyd: Adventurer, traded: int
) -> None:
    services.request(user_id=ada.id, to_user_id=bob.id)
    open_one = Trade.objects.latest("pk").pk

    assert "This player was not in that trade." in undo(admin_client, cyd, traded)
    assert "This trade was not completed" in undo(admin_client, ada, open_one)
    assert "There is no such trade" in undo(admin_client, ada, 2**40)
    assert bob.owns() == {"berries": 2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_undone_many_times_at_once_it_goes_back_once(
    ada: Adventurer,
    bob: Adventurer,
    traded: int,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
) -> None:
    at_once([lambda: services.undo(trade_id=traded)] * 4)

    assert (ada.gold(), bob.gold()) == (100, 100)
    assert User.objects.filter(pk__in=(ada.id, bob.id)).count() == 2
