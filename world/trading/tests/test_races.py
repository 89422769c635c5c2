"""Concurrent trades, each on a connection of its own: nothing is duplicated or lost."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from threading import Event
from typing import Any

import pytest
from django.db import connection

from core.refusals import Refusal
from friends import selectors as friends
from progression import exchange as exchanges
from progression.models import Entry, Player, Stack
from tests.locks import let_the_other_come
from world import services as world
from world.combat import services as fights
from world.combat.models import Ability, Combat
from world.models import Character
from world.tests.adventurers import Adventurer, Places
from world.trading import services
from world.trading.commands import OfferedItem
from world.trading.models import Trade

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("audited"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def open_trade(one: Adventurer, other: Adventurer) -> int:
    services.request(user_id=one.id, to_user_id=other.id)
    trade = Trade.objects.latest("pk")
    services.accept(user_id=other.id, trade_id=trade.pk)
    return trade.pk


def test_confirmed_by_both_many_times_at_once_it_changes_hands_once(
    ada: Adventurer, bob: Adventurer, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    ada.enter_play()
    bob.enter_play()
    trade_id = open_trade(ada, bob)
    services.offer(user_id=ada.id, trade_id=trade_id, gold=10, items=[])

    def confirm(who: Adventurer) -> Any:
        return lambda: services.confirm(user_id=who.id, trade_id=trade_id, version=1)

    at_once([confirm(ada), confirm(bob)] * 4)
    assert Trade.objects.get().state == "completed"
    assert (ada.gold(), bob.gold()) == (90, 110)


def test_nobody_gets_another_offer_than_they_confirmed(
    ada: Adventurer, bob: Adventurer, at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    ada.enter_play()
    bob.enter_play()
    trade_id = open_trade(ada, bob)
    services.offer(user_id=ada.id, trade_id=trade_id, gold=80, items=[])
    services.confirm(user_id=ada.id, trade_id=trade_id, version=1)
    at_once(
        [
            lambda: services.offer(user_id=ada.id, trade_id=trade_id, gold=1, items=[]),
            lambda: services.confirm(user_id=bob.id, trade_id=trade_id, version=1),
        ]
    )
    assert bob.gold() == (180 if Trade.objects.get().state == "completed" else 100)


def test_who_walks_away_at_the_moment_of_the_request_leaves_no_trade_behind(
    ada: Adventurer,
    bob: Adventurer,
    places: Places,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada.enter_play()
    bob.enter_play()
    is_asking, is_away = Event(), Event()

    def blocked(*users: Any) -> Any:
        is_asking.set()
        let_the_other_come(is_away)
        return is_blocked_between(*users)

    def walk_away() -> None:
        assert is_asking.wait(timeout=60)
        bob.walk(places.tide)
        is_away.set()

    is_blocked_between = friends.is_blocked_between
    monkeypatch.setattr(friends, "is_blocked_between", blocked)
    at_once([lambda: services.request(user_id=ada.id, to_user_id=bob.id), walk_away])
    trade = Trade.objects.get()
    assert (trade.state, trade.reason) == ("ended", "left")


def test_a_deadly_spell_and_a_swap_with_the_victim_wait_for_each_other_in_no_circle(
    ada: Adventurer,
    bob: Adventurer,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails if ``world.combat.services`` takes a spell's cost before the kill."""
    swapping, dying = Event(), Event()

    def swap(*args: Any, **kwargs: Any) -> None:
        swapping.set()
        assert dying.wait(timeout=60)
        return exchange(*args, **kwargs)

    def die(*args: Any, **kwargs: Any) -> None:
        dying.set()
        assert swapping.wait(timeout=60)
        return send_home(*args, **kwargs)

    exchange, send_home = exchanges.exchange, world.respawn
    monkeypatch.setattr(services, "exchange", swap)
    monkeypatch.setattr(world, "respawn", die)
    Ability.objects.create(name="spark", title="Spark", power=100, stamina_cost=1)
    ada.enter_play()
    bob.enter_play()
    trade_id = open_trade(ada, bob)
    services.confirm(user_id=ada.id, trade_id=trade_id, version=0)
    fights.start(user_id=ada.id, target_id=bob.character_id)
    Character.objects.update(health=1)
    deadly: dict[str, Any] = {
        "combat_id": Combat.objects.get().pk,
        "action_type": "spell",
        "ability_name": "spark",
        "target_id": bob.character_id,
    }
    answers = at_once(
        [
            lambda: services.confirm(user_id=bob.id, trade_id=trade_id, version=0),
            lambda: fights.act(user_id=ada.id, **deadly),
        ]
    )
    assert answers == [None, None]
    assert Trade.objects.get().state == "completed"
    assert Combat.objects.get().reason == "defeated"


def test_trades_at_random_with_aborts_lose_and_double_nothing(
    adventurer: Callable[..., Adventurer],
    places: Places,
    at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four at a time among five users who leave, disconnect, decline and change their offers.

    Fails (gold is lost) without the credit to the receiver in ``progression.exchange``.
    """
    monkeypatch.setattr(services, "MAX_REQUESTS_A_MINUTE", 1_000_000)
    people = [adventurer(f"trader{number}", "Dawnguard") for number in range(5)]
    for person in people:
        person.enter_play()
        person.given("berries", 20)
        person.given("iron-ore", 20)

    def owned() -> tuple[int, Counter[Any]]:
        items: Counter[Any] = Counter()
        for slug, quantity in Stack.objects.values_list("item__slug", "quantity"):
            items[slug] += quantity
        return sum(Player.objects.values_list("gold", flat=True)), items

    before = owned()

    def trades(seed: int) -> Callable[[], None]:
        random = Random(seed)

        def offer(who: Adventurer, trade_id: int) -> None:
            stacks = list(Stack.objects.filter(player=who.id).values_list("pk", "quantity"))
            items = [
                OfferedItem(id=stack, quantity=random.randint(1, quantity))
                for stack, quantity in random.sample(stacks, random.randint(0, len(stacks)))
            ]
            gold = random.randint(0, 60)
            services.offer(user_id=who.id, trade_id=trade_id, gold=gold, items=items)

        def confirm(who: Adventurer, trade_id: int) -> None:
            version = Trade.objects.get(pk=trade_id).version
            services.confirm(user_id=who.id, trade_id=trade_id, version=version)

        def walk(who: Adventurer) -> None:
            who.walk(places.dawn)
            who.walk(places.ford)

        def vanish(who: Adventurer) -> None:
            who.leave_play()
            who.enter_play()

        def one_trade() -> None:
            one, other = random.sample(people, 2)
            services.request(user_id=one.id, to_user_id=other.id)
            trade_id = Trade.objects.filter(asker=one.character_id).latest("pk").pk
            steps: list[Callable[[], Any]] = [
                lambda: services.accept(user_id=other.id, trade_id=trade_id),
                lambda: offer(one, trade_id),
                lambda: offer(other, trade_id),
                lambda: confirm(one, trade_id),
                lambda: confirm(other, trade_id),
            ]
            for step in steps:
                abort = random.randrange(40)
                if abort == 0:
                    services.decline(user_id=other.id, trade_id=trade_id)
                elif abort == 1:
                    walk(one)
                elif abort == 2:
                    vanish(other)
                step()

        def run() -> None:
            for _ in range(20):
                try:
                    one_trade()
                except Refusal:
                    pass
                finally:
                    # There are fewer connections than threads.
                    connection.close()

        return run

    assert at_once([trades(seed) for seed in range(4)]) == [None] * 4
    assert owned() == before
    states = Counter(Trade.objects.values_list("state", flat=True))
    assert states["completed"] > 5
    assert states["ended"] > 2
    assert Entry.objects.filter(cause="trade").exists()
