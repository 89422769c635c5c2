"""Trades over the world's socket, their refusals, and everything that ends them."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.refusals import Refusal
from friends import services as friends
from friends.models import Block
from gameplatform.asgi import application
from gameplatform.extend import currency, grant
from progression import currencies, ledger
from progression import services as players
from progression.models import Item
from progression.refusals import NotEnoughGold
from realtime.testing import Player
from realtime.worker import Worker
from world.tests.adventurers import Adventurer, Places, hear_of, in_database, opened
from world.trading import housekeeping, services
from world.trading.commands import OfferedItem
from world.trading.models import Trade

NOBODY = 2**53


async def test_two_trade_gold_for_berries_and_both_hear_each_step(
    ada: Adventurer, bob: Adventurer, here: Worker, audited: None
) -> None:
    berries = await in_database(bob.given, "berries", 5)
    one, other = await ada.enter(), await bob.enter()
    bell = await Player(application, "/ws/notifications/", token=bob.token).enter()
    opened.append(bell)
    await bell.hear("badge")

    await one.send(type="trade_request", to_user_id=bob.id)
    asked = await hear_of("trade_request", one, other, bell)
    assert asked[0] == asked[1]
    assert (asked[2]["trade_id"], asked[2]["from_trader"]["character_name"]) == (asked[0]["trade_id"], "Ada")
    trade = {"trade_id": asked[0]["trade_id"]}

    await other.send(type="trade_accept", **trade)
    assert [heard["version"] for heard in await hear_of("trade_accept", one, other)] == [0, 0]

    await one.send(type="trade_update", **trade, gold=30)
    await hear_of("trade_update", one, other)
    await other.send(type="trade_update", **trade, items=[{"id": berries, "quantity": 2}])
    offered = (await hear_of("trade_update", one, other))[0]
    assert offered["version"] == 2
    assert [(offer["user_id"], offer["gold"]) for offer in offered["offers"]] == [(ada.id, 30), (bob.id, 0)]
    assert [(item["name"], item["quantity"]) for item in offered["offers"][1]["items"]] == [("Berries", 2)]

    await one.send(type="trade_complete", **trade, version=2)
    confirmed = (await hear_of("trade_update", one, other))[1]
    assert [offer["confirmed"] for offer in confirmed["offers"]] == [True, False]
    await other.send(type="trade_update", **trade, items=[{"id": berries, "quantity": 3}])
    changed = (await hear_of("trade_update", one, other))[0]
    assert [offer["confirmed"] for offer in changed["offers"]] == [False, False]
    await one.send(type="trade_complete", **trade, version=2)
    refusal = await one.hear_until("error")
    assert (refusal["code"], refusal["details"]) == ("stale_version", {"version": 3})

    for player in (one, other):
        await player.send(type="trade_complete", **trade, version=3)
    completed = await hear_of("trade_complete", one, other)
    assert completed[0] == completed[1]
    # A client that lost the answer asks again.
    await one.send(type="trade_complete", **trade, version=3)
    await hear_of("trade_complete", one)
    # Not for another version: no exchange happened for that one.
    await one.send(type="trade_complete", **trade, version=2)
    assert (await one.hear_until("error"))["code"] == "trade_over"
    assert await in_database(lambda: (ada.gold(), ada.owns(), bob.gold(), bob.owns())) == (
        70,
        {"berries": 3},
        130,
        {"berries": 2},
    )


async def test_currencies_that_are_tradeable_change_hands_through_the_ledger(
    ada: Adventurer, bob: Adventurer, here: Worker, audited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(currencies.CURRENCIES, "by_apps", {})
    currency("shards", at_most=50, tradeable=True)
    currency("honour")
    await in_database(
        lambda: (grant(ada.id, shards=40, honour=5, why="test"), grant(bob.id, shards=45, why="test"))
    )
    one, other = await ada.enter(), await bob.enter()
    await one.send(type="trade_request", to_user_id=bob.id)
    trade = {"trade_id": (await hear_of("trade_request", one, other))[0]["trade_id"]}
    await other.send(type="trade_accept", **trade)
    await hear_of("trade_accept", one, other)

    for offered, code in (
        ({"honour": 1}, "currency_not_tradeable"),
        ({"pearls": 1}, "currency_not_tradeable"),
        ({"shards": 41}, "not_enough_of_currency"),
        ({"shards": -1}, "invalid_message"),
    ):
        await one.send(type="trade_update", **trade, currencies=offered)
        assert (await one.hear_until("error"))["code"] == code
    await one.send(type="trade_update", **trade, currencies={"shards": 20})
    told = (await hear_of("trade_update", one, other))[1]
    assert [offer["currencies"] for offer in told["offers"]] == [{"shards": 20}, {}]

    await one.send(type="trade_complete", **trade, version=1)
    await hear_of("trade_update", one, other)
    await other.send(type="trade_complete", **trade, version=1)
    assert (await other.hear_until("error"))["code"] == "balance_full"
    await other.send(type="trade_update", **trade, currencies={"shards": 15})
    await hear_of("trade_update", one, other)
    for player in (one, other):
        await player.send(type="trade_complete", **trade, version=2)
    await hear_of("trade_complete", one, other)
    left = await in_database(lambda: [ledger.balances(who.id)["shards"] for who in (ada, bob)])
    assert left == [35, 50]


async def test_each_confirmation_with_an_id_is_answered_once(
    ada: Adventurer, bob: Adventurer, here: Worker
) -> None:
    one, other = await ada.enter(), await bob.enter()
    await one.send(type="trade_request", to_user_id=bob.id)
    asked = (await hear_of("trade_request", one, other))[0]
    confirmed = {"type": "trade_complete", "trade_id": asked["trade_id"], "version": 0}
    await other.send(type="trade_accept", trade_id=asked["trade_id"])
    await hear_of("trade_accept", one, other)
    # The first waits for the other side, the second completes, and the third repeats what is done.
    await one.send(**confirmed, id="first")
    assert [heard.get("ref") for heard in await hear_of("trade_update", one, other)] == ["first", None]
    await other.send(**confirmed, id="second")
    assert [heard.get("ref") for heard in await hear_of("trade_complete", one, other)] == [None, "second"]
    await one.send(**confirmed, id="again")
    assert await answers(one) == ["again"]
    assert await answers(other) == []


async def answers(player: Player) -> list[str]:
    """Return the ids that the frames up to now answer."""
    await player.send(type="ping", id="last")
    ids: list[str] = []
    while "last" not in ids:
        ids += [str(ref) for ref in [(await player.hear()).get("ref")] if ref is not None]
    return ids[:-1]


async def test_who_loses_the_socket_finds_the_trades_on_return(
    ada: Adventurer, bob: Adventurer, here: Worker
) -> None:
    lost, other = await ada.enter(), await bob.enter()
    await lost.send(type="trade_request", to_user_id=bob.id)
    (asked,) = await hear_of("trade_request", other)
    again = await ada.enter()
    assert (await again.hear_until("trade_request")) == asked

    trade = {"trade_id": asked["trade_id"]}
    await other.send(type="trade_accept", **trade)
    await other.send(type="trade_update", **trade, gold=30)
    (offered,) = await hear_of("trade_update", other)
    again = await ada.enter()
    assert (await again.hear_until("trade_update")) == offered


async def test_a_request_that_nobody_answers_runs_out(ada: Adventurer, bob: Adventurer, here: Worker) -> None:
    one, _ = await ada.enter(), await bob.enter()
    await one.send(type="trade_request", to_user_id=bob.id)
    await hear_of("trade_request", one)
    # Without a request: the worker's background task finds what is due.
    await Trade.objects.aupdate(expires_at=timezone.now())
    (ended,) = await hear_of("trade_decline", one)
    assert (ended["reason"], ended["by_user_id"]) == ("expired", None)


# -- Services


@pytest.fixture
def both(ada: Adventurer, bob: Adventurer) -> tuple[Adventurer, Adventurer]:
    """Ada and Bob are at the ford."""
    ada.enter_play()
    bob.enter_play()
    return ada, bob


@pytest.fixture
def trade(both: tuple[Adventurer, Adventurer]) -> int:
    """The id of their open trade."""
    ada, bob = both
    trade_id = request(ada, bob)
    services.accept(user_id=bob.id, trade_id=trade_id)
    return trade_id


def request(one: Adventurer, other: Adventurer) -> int:
    services.request(user_id=one.id, to_user_id=other.id)
    return Trade.objects.latest("pk").pk


def offer(
    who: Adventurer, trade_id: int, gold: int = 0, money: dict[str, int] | None = None, **stacks: Any
) -> None:
    items = [OfferedItem(id=stack, quantity=quantity) for stack, quantity in stacks.values()]
    services.offer(user_id=who.id, trade_id=trade_id, gold=gold, items=items, currencies=money)


def confirm(who: Adventurer, trade_id: int) -> None:
    services.confirm(user_id=who.id, trade_id=trade_id, version=Trade.objects.get(pk=trade_id).version)


def refused(ask: Any, *args: Any, **kwargs: Any) -> str:
    before = list(Trade.objects.values())
    with pytest.raises(Refusal) as refusal:
        ask(*args, **kwargs)
    assert list(Trade.objects.values()) == before
    return refusal.value.code


@pytest.mark.django_db
def test_one_asks_somebody_else_who_is_there_once(
    both: tuple[Adventurer, Adventurer], cyd: Adventurer, places: Places
) -> None:
    ada, bob = both
    assert refused(services.request, user_id=ada.id, to_user_id=ada.id) == "cannot_trade_with_oneself"
    for absent in (cyd.id, NOBODY):
        assert refused(services.request, user_id=ada.id, to_user_id=absent) == "unknown_trader"
    cyd.enter_play()
    cyd.walk(places.dawn)
    assert refused(services.request, user_id=ada.id, to_user_id=cyd.id) == "unknown_trader"
    request(ada, bob)
    assert refused(services.request, user_id=bob.id, to_user_id=ada.id) == "already_trading"


@pytest.mark.django_db
def test_who_was_asked_accepts_and_strangers_see_nothing(
    both: tuple[Adventurer, Adventurer], cyd: Adventurer
) -> None:
    ada, bob = both
    trade_id = request(ada, bob)
    assert refused(services.accept, user_id=ada.id, trade_id=trade_id) == "not_yours_to_accept"
    assert refused(offer, ada, trade_id) == "trade_not_open"
    assert refused(confirm, ada, trade_id) == "trade_not_open"
    for answer in (services.accept, services.decline):
        assert refused(answer, user_id=cyd.id, trade_id=trade_id) == "unknown_trade"
        assert refused(answer, user_id=ada.id, trade_id=NOBODY) == "unknown_trade"
    assert refused(offer, cyd, trade_id) == "unknown_trade"
    assert refused(confirm, cyd, trade_id) == "unknown_trade"
    Trade.objects.update(expires_at=timezone.now())
    assert refused(services.accept, user_id=bob.id, trade_id=trade_id) == "trade_over"


@pytest.mark.django_db
def test_guests_trade_nothing(ada: Adventurer, adventurer: Callable[..., Adventurer]) -> None:
    guest = adventurer("guest", "Dawnguard", is_guest=True)
    ada.enter_play()
    guest.enter_play()
    for one, other in ((guest, ada), (ada, guest)):
        assert refused(services.request, user_id=one.id, to_user_id=other.id) == "guests_may_not_trade"


@pytest.mark.django_db
def test_a_new_account_gives_nothing_away_and_may_be_given_something(
    ada: Adventurer, adventurer: Callable[..., Adventurer], audited: None
) -> None:
    new = adventurer("new", "Dawnguard", level=2)
    ada.enter_play()
    new.enter_play()
    berries = new.given("berries")
    trade = request(ada, new)
    services.accept(user_id=new.id, trade_id=trade)
    assert refused(offer, new, trade, gold=1) == "account_too_new"
    assert refused(offer, new, trade, one=(berries, 1)) == "account_too_new"
    offer(ada, trade, gold=10)
    for who in (ada, new):
        confirm(who, trade)
    assert (ada.gold(), new.gold()) == (90, 110)


@pytest.mark.django_db
def test_a_premium_account_gives_at_once(ada: Adventurer, adventurer: Callable[..., Adventurer]) -> None:
    new = adventurer("new", "Dawnguard", level=1)
    User.objects.filter(pk=new.id).update(is_premium=True)
    ada.enter_play()
    new.enter_play()
    trade = request(ada, new)
    services.accept(user_id=new.id, trade_id=trade)
    offer(new, trade, gold=1)


@pytest.mark.django_db
def test_one_offers_only_what_one_has_to_give(trade: int, both: tuple[Adventurer, Adventurer]) -> None:
    ada, bob = both
    theirs, sword = bob.given("berries"), ada.given("iron-sword")
    players.equip(ada.id, stack_id=sword)
    assert refused(offer, ada, trade, gold=101) == "not_enough_gold"
    assert refused(offer, ada, trade, one=(theirs, 1)) == "not_owned"
    assert refused(offer, ada, trade, one=(NOBODY, 1)) == "not_owned"
    assert refused(offer, ada, trade, one=(sword, 1)) == "item_equipped"
    assert refused(offer, ada, trade, one=(sword, 1), more=(sword, 1)) == "not_enough_items"


@pytest.mark.django_db
def test_many_items_are_offered_in_as_few_queries_as_one(
    trade: int, both: tuple[Adventurer, Adventurer]
) -> None:
    ada, _ = both
    stacks = {slug: (ada.given(slug), 1) for slug in ("berries", "roast-fish", "iron-sword", "moss-egg")}

    def queries_of(**offered: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            offer(ada, trade, **offered)
        return len(queries)

    assert queries_of(**stacks) == queries_of(one=stacks["berries"])


@pytest.mark.django_db
def test_what_is_gone_by_then_is_not_swapped_and_the_trade_goes_on(
    trade: int, both: tuple[Adventurer, Adventurer], audited: None
) -> None:
    ada, bob = both
    berries = ada.given("berries")
    offer(ada, trade, gold=50, one=(berries, 1))
    confirm(bob, trade)
    players.consume_item(ada.id, stack_id=berries, cause="test")
    assert refused(confirm, ada, trade) == "not_enough_items"
    assert (ada.gold(), bob.gold(), bob.owns()) == (100, 100, {})
    offer(ada, trade, gold=50)
    confirm(bob, trade)
    confirm(ada, trade)
    assert (ada.gold(), bob.gold()) == (50, 150)


@pytest.mark.django_db
def test_who_confirms_is_not_told_how_much_the_other_has_left(
    trade: int, both: tuple[Adventurer, Adventurer]
) -> None:
    ada, bob = both
    offer(ada, trade, gold=90)
    confirm(ada, trade)
    players.purchase(ada.id, item_id=Item.objects.get(slug="berries").pk, quantity=6)
    with pytest.raises(NotEnoughGold) as refusal:
        confirm(bob, trade)
    assert "40" not in str(refusal.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "reason"),
    [("decline", "declined"), ("walk", "left"), ("go", "disconnected"), ("block", "declined")],
)
def test_whatever_ends_a_trade_ends_it_for_good(
    trade: int,
    both: tuple[Adventurer, Adventurer],
    places: Places,
    telling: Callable[[], contextlib.AbstractContextManager[list[Any]]],
    how: str,
    reason: str,
) -> None:
    ada, bob = both
    confirm(bob, trade)
    with telling() as told:
        if how == "decline":
            services.decline(user_id=ada.id, trade_id=trade)
        elif how == "walk":
            ada.walk(places.dawn)
        elif how == "go":
            ada.leave_play()
        else:
            friends.block(user_id=ada.id, blocked_id=bob.id)
    (ended,) = [event for event in told if type(event).__name__ == "TradeDecline"]
    assert (ended.reason, ended.by_user_id, set(ended.user_ids)) == (reason, ada.id, {ada.id, bob.id})
    for ask in (confirm, offer):
        assert refused(ask, bob, trade) == "trade_over"
    for answer in (services.accept, services.decline):
        assert refused(answer, user_id=bob.id, trade_id=trade) == "trade_over"


@pytest.mark.django_db
def test_who_is_blocked_does_not_trade(both: tuple[Adventurer, Adventurer]) -> None:
    ada, bob = both
    trade_id = request(ada, bob)
    friends.block(user_id=bob.id, blocked_id=ada.id)
    assert Trade.objects.get(pk=trade_id).state == "ended"
    assert refused(services.request, user_id=ada.id, to_user_id=bob.id) == "cannot_trade"


@pytest.mark.django_db
def test_a_block_that_came_at_the_moment_of_the_request_keeps_it_from_being_accepted(
    both: tuple[Adventurer, Adventurer],
) -> None:
    ada, bob = both
    trade_id = request(ada, bob)
    # As if neither transaction had seen the other's changes.
    Block.objects.create(by_id=bob.id, blocked_id=ada.id)
    assert refused(services.accept, user_id=bob.id, trade_id=trade_id) == "cannot_trade"


@pytest.mark.django_db
def test_trades_that_are_over_are_forgotten_in_time(trade: int, both: tuple[Adventurer, Adventurer]) -> None:
    ada, bob = both
    services.decline(user_id=ada.id, trade_id=trade)
    just_over = trade
    long_over = request(ada, bob)
    services.decline(user_id=ada.id, trade_id=long_over)
    going_on = request(ada, bob)
    Trade.objects.filter(pk=long_over).update(ended_at=timezone.now() - timedelta(days=31))
    Trade.objects.filter(pk=going_on).update(created_at=timezone.now() - timedelta(days=31))
    housekeeping.tidy()
    assert set(Trade.objects.values_list("pk", flat=True)) == {just_over, going_on}
