"""Whatever players do in any order, the ledger balances and nothing is negative."""

import itertools
from typing import Any

from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.refusals import Refusal
from gameplatform.extend import grant, take
from progression import currencies, ledger, seeding, services
from progression.currencies import DeclaredCurrency
from progression.models import Currency, Entry, Item, Offer, Pet, Player, Stack

players = st.integers(0, 1)
_names = itertools.count()
DUST = DeclaredCurrency("dust", "Dust", at_most=60)


class Books(RuleBasedStateMachine):
    """Two players, and a model of their money: grants minus reported prices.

    Checked by mutation: it fails without the line of ``ledger.move_money`` that writes the entry, or the one
    that saves the player, and if ``move_items`` leaves an empty stack.
    """

    def __init__(self) -> None:
        super().__init__()
        currencies.CURRENCIES.by_apps["dust"] = DUST
        seeding.seed_content()
        people = [get_user_model().objects.create(username=f"p{next(_names)}") for _ in range(2)]
        self.ids = [user.pk for user in people]
        self.money = [{"gold": 100, "gems": 0} for _ in self.ids]
        self.dust = [0, 0]
        for user_id in self.ids:
            services.player(user_id)
        self.keys: dict[Any, Any] = {}

    def stack(self, who: int, number: int) -> int:
        stacks = list(Stack.objects.filter(player=self.ids[who]).order_by("pk").values_list("pk", flat=True))
        return stacks[number % len(stacks)] if stacks else 0

    def pet(self, who: int, number: int) -> int:
        pets = list(Pet.objects.filter(player=self.ids[who]).order_by("pk").values_list("pk", flat=True))
        return pets[number % len(pets)] if pets else 0

    def attempt(self, act: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return act(*args, **kwargs)
        except Refusal:
            return None

    @rule(
        who=players,
        xp=st.integers(0, 400),
        gold=st.integers(0, 500),
        gems=st.integers(0, 500),
        item=st.integers(0, 30),
        quantity=st.integers(1, 3),
        key=st.sampled_from(["", "a", "b", "c"]),
    )
    def grant(self, who: int, xp: Any, gold: Any, gems: Any, item: Any, quantity: Any, key: str) -> None:
        all_items = list(Item.objects.values_list("slug", flat=True))
        items = [(all_items[item % len(all_items)], quantity)]
        granted = services.grant(
            self.ids[who], xp=xp, gold=gold, gems=gems, items=items, cause="test", key=key
        )
        if key and (who, key) in self.keys:
            assert granted == self.keys[who, key]
            return
        self.keys[who, key] = granted
        self.money[who]["gold"] += gold
        self.money[who]["gems"] += gems

    @rule(who=players, amount=st.integers(0, 40), gold=st.integers(0, 20))
    def grant_dust(self, who: int, amount: int, gold: int) -> None:
        given = grant(self.ids[who], dust=amount, gold=gold, why="test").currencies["dust"]
        assert given == min(amount, DUST.at_most - self.dust[who])
        self.dust[who] += given
        self.money[who]["gold"] += gold

    @rule(who=players, amount=st.integers(0, 40), gold=st.integers(0, 200))
    def take_dust(self, who: int, amount: int, gold: int) -> None:
        if self.attempt(take, self.ids[who], dust=amount, gold=gold, why="test") is None:
            assert amount > self.dust[who] or gold > self.money[who]["gold"]
            return
        self.dust[who] -= amount
        self.money[who]["gold"] -= gold

    @rule(who=players, offer=st.integers(0, 30), price=st.integers(1, 30))
    def purchase_for_dust(self, who: int, offer: int, price: int) -> None:
        offers = Offer.objects.filter(currency="gold", stock=None, is_daily=False)
        sold = offers[offer % len(offers)]
        Offer.objects.filter(pk=sold.pk).update(currency="dust", price=price)
        done = self.attempt(services.purchase, self.ids[who], item_id=sold.pk)
        Offer.objects.filter(pk=sold.pk).update(currency="gold", price=sold.price)
        assert (done is None) == (price > self.dust[who])
        self.dust[who] -= done.spent if done else 0

    @invariant()
    def dust_is_what_was_granted_less_what_was_spent(self) -> None:
        owned = [ledger.balances(user_id).get("dust", 0) for user_id in self.ids]
        assert owned == self.dust
        assert all(0 <= amount <= DUST.at_most for amount in owned)

    @rule(who=players, offer=st.integers(0, 30), quantity=st.integers(1, 4))
    def purchase(self, who: int, offer: Any, quantity: Any) -> None:
        offers = list(Offer.objects.values_list("pk", flat=True))
        done = self.attempt(
            services.purchase, self.ids[who], item_id=offers[offer % len(offers)], quantity=quantity
        )
        if done is not None:
            self.money[who][done.offer.currency] -= done.spent

    @rule(who=players, whose=players, number=st.integers(0, 9))
    def hatch(self, who: int, whose: Any, number: int) -> None:
        self.attempt(services.hatch, self.ids[who], stack_id=self.stack(whose, number))

    @rule(who=players, number=st.integers(0, 9), food=st.integers(0, 9))
    def feed(self, who: int, number: int, food: Any) -> None:
        self.attempt(
            services.feed, self.ids[who], pet_id=self.pet(who, number), stack_id=self.stack(who, food)
        )

    @rule(who=players, number=st.integers(0, 9))
    def wear(self, who: int, number: int) -> None:
        self.attempt(services.equip, self.ids[who], stack_id=self.stack(who, number))

    @rule(who=players, number=st.integers(0, 9), leave=st.booleans())
    def change_the_set(self, who: int, number: int, leave: Any) -> None:
        act = services.unequip_pet if leave else services.equip_pet
        self.attempt(act, self.ids[who], pet_id=self.pet(who, number))

    @rule(who=players, number=st.integers(0, 9), quantity=st.integers(1, 3))
    def consume(self, who: int, number: int, quantity: Any) -> None:
        self.attempt(
            services.consume_item,
            self.ids[who],
            stack_id=self.stack(who, number),
            quantity=quantity,
            cause="test",
        )

    @rule(who=players, luck=st.integers(0, 5))
    def allocate(self, who: int, luck: Any) -> None:
        self.attempt(services.allocate_stats, self.ids[who], points={"luck": luck})

    def teardown(self) -> None:
        del currencies.CURRENCIES.by_apps["dust"]

    @invariant()
    def the_books_add_up(self) -> None:
        assert list(ledger.audit()) == []

    @invariant()
    def money_is_what_was_granted_less_what_was_spent(self) -> None:
        owned = [
            dict(Player.objects.filter(pk=user_id).values(*Currency.values).get()) for user_id in self.ids
        ]
        assert owned == self.money

    @invariant()
    def each_pet_cost_an_egg(self) -> None:
        assert Pet.objects.count() == Entry.objects.filter(cause="hatch", amount=-1).count()

    @invariant()
    def sets_have_no_gaps(self) -> None:
        for user_id in self.ids:
            places = Pet.objects.filter(player=user_id, place__isnull=False).values_list("place", flat=True)
            assert sorted(places) == list(range(1, len(places) + 1))

    @invariant()
    def stat_points_are_those_of_the_levels(self) -> None:
        for player in Player.objects.filter(pk__in=self.ids):
            assert sum(player.stats) - 25 + player.stat_points == 3 * (player.level - 1)


class TestBooks(TestCase, Books.TestCase):  # type: ignore[misc, valid-type]  # made at run time
    settings = settings(  # type: ignore[assignment]  # Hypothesis' and Django's have one name
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
