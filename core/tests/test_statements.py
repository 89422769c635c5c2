"""Statements give what their querysets give, on each database."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.transaction import TransactionManagementError
from django.db.utils import IntegrityError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Session, User
from core.ids import UserId
from core.statements import Insert, Update, statement, together
from progression.models import Currency, Entry, Item, Player, Receipt, Stack

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def ada() -> Player:
    return Player.objects.create(user=User.objects.create(username="ada"), gold=10, stamina=Decimal("7.5"))


@pytest.fixture
def sword() -> Item:
    return Item.objects.create(slug="sword", name="Sword", kind="gear", slot="weapon", strength=3)


@statement
def player(user_id: UserId) -> QuerySet[Player]:
    return Player.objects.filter(pk=user_id)


@statement
def players(user_ids: list[UserId]) -> QuerySet[Player]:
    return Player.objects.filter(pk__in=user_ids).order_by("pk")


def test_a_queryset_of_a_model_gives_its_instances(
    ada: Player, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        assert player(ada.pk) == [ada]
        found = player.first(user_id=ada.pk)

    for field in Player._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(Player.objects.get(), field.attname)
    found.gold = 3
    found.save(update_fields=["gold"])
    assert player.first(ada.pk).gold == 3
    assert player.first(ada.pk + 1) is None


def test_it_is_compiled_once(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    player(ada.pk)
    monkeypatch.setattr(Player.objects, "filter", None)

    assert player(ada.pk) == [ada]


def test_a_collection_is_for_in(ada: Player) -> None:
    assert players([ada.pk, ada.pk + 1]) == [ada]
    assert players(cast(Any, (ada.pk,))) == players(cast(Any, {ada.pk})) == [ada]
    assert players([]) == []


def test_related_rows_and_annotations_come_along(
    ada: Player, sword: Item, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    @statement
    def stacks(user_id: UserId) -> QuerySet[Stack]:
        return (
            Stack.objects.filter(player=user_id)
            .select_related("item", "player__user")
            .annotate(twice=F("quantity") * 2)
        )

    Stack.objects.create(player=ada, item=sword, quantity=4)

    with django_assert_num_queries(1):
        stack: Any = stacks.first(ada.pk)
        assert (stack.item, stack.player.user.username, stack.twice) == (sword, "ada", 8)


def test_values_list_gives_tuples(ada: Player) -> None:
    @statement
    def rows(user_id: UserId) -> QuerySet[Player, tuple[int, Decimal, datetime]]:
        return Player.objects.filter(pk=user_id).values_list("gold", "stamina", "stamina_at")

    @statement
    def named(user_id: UserId) -> Any:
        return Player.objects.filter(pk=user_id).values_list("gold", "user__username", named=True)

    @statement
    def flat(user_id: UserId) -> QuerySet[Player, int]:
        return Player.objects.filter(pk=user_id).values_list("gold", flat=True)

    assert rows(ada.pk) == [(10, Decimal("7.5"), ada.stamina_at)]
    assert (named.first(ada.pk).gold, named.first(ada.pk).user__username) == (10, "ada")
    assert flat(ada.pk) == [10]


def test_values_of_every_kind_find_what_a_queryset_finds(ada: Player) -> None:
    session = Session.objects.create(user=ada.user, last_seen=NOON)

    @statement
    def sessions(refresh_id: UUID, since: datetime, user: User) -> QuerySet[Session]:
        return Session.objects.filter(refresh_id=refresh_id, last_seen__lte=since, user=user)

    @statement
    def by_keys(refresh_ids: list[UUID], moments: set[datetime]) -> QuerySet[Session]:
        return Session.objects.filter(refresh_id__in=refresh_ids, last_seen__in=moments)

    @statement
    def named(username: str, is_guest: bool, part: str) -> QuerySet[User]:
        return User.objects.filter(username=username, is_guest=is_guest, username__contains=part)

    @statement
    def strong(stamina: Decimal) -> QuerySet[Player]:
        return Player.objects.filter(stamina__gt=stamina)

    assert sessions(session.refresh_id, NOON, ada.user) == [session]
    assert sessions(uuid4(), NOON, ada.user) == []
    assert sessions(session.refresh_id, NOON - timedelta(microseconds=1), ada.user) == []
    assert sessions(None, NOON, ada.user) == []
    assert by_keys([session.refresh_id, uuid4()], {NOON}) == [session]
    assert by_keys([session.refresh_id], {NOON + timedelta(seconds=1)}) == []
    assert named("ada", False, "d") == [ada.user]
    assert named("ada", False, "%") == []
    assert named("a'da\\", False, "d") == []
    assert strong(Decimal("7.25")) == [ada]
    assert strong(Decimal("7.5")) == []


def test_expressions_and_subqueries_take_values(ada: Player, sword: Item) -> None:
    @statement
    def rich(gold: int, item_ids: list[int]) -> Any:
        owned = Stack.objects.filter(player=OuterRef("pk"), item__in=item_ids, quantity__gte=gold)
        label = Case(When(gold__gte=gold, then=Value("rich")), default=Value("poor"))
        return (
            Player.objects.filter(Q(gold__gt=F("gems") + gold) | Exists(owned))
            .annotate(label=label, left=F("gold") - gold)
            .values_list("label", "left")
        )

    assert rich(5, [sword.pk]) == [("rich", 5)]
    assert rich(10, [sword.pk]) == []
    Stack.objects.create(player=ada, item=sword, quantity=11)
    assert rich(11, [sword.pk]) == [("poor", -1)]


def test_rows_are_locked_only_in_a_transaction(ada: Player, transactional_db: None) -> None:
    @statement
    def locked(user_id: UserId) -> QuerySet[Player]:
        return Player.objects.select_for_update().filter(pk=user_id)

    with transaction.atomic():
        assert locked(ada.pk) == [ada]
    with pytest.raises(TransactionManagementError):
        locked(ada.pk)


def test_an_update_returns_what_it_changed(ada: Player) -> None:
    @statement
    def pay(user_id: UserId, amount: int, at: datetime) -> Update:
        return Update(
            Player.objects.filter(pk=user_id, gold__gte=amount),
            gold=F("gold") - amount,
            stamina_at=at,
            returning=("gold", "stamina", "stamina_at"),
        )

    assert pay.first(ada.pk, 7, NOON) == (3, Decimal("7.5"), NOON)
    assert pay.first(ada.pk, 7, NOON) is None
    ada.refresh_from_db()
    assert (ada.gold, ada.stamina_at) == (3, NOON)


def test_an_update_that_returns_nothing_counts_its_rows(ada: Player) -> None:
    @statement
    def rename(user_ids: list[UserId], session_end: datetime, agent: str) -> Update:
        return Update(Session.objects.filter(user__in=user_ids), ended_at=session_end, user_agent=agent)

    session = Session.objects.create(user=ada.user, last_seen=NOON, ended_at=NOON)

    assert rename.count([ada.pk], None, "it's") == 1
    assert rename.count([], None, "") == 0
    session.refresh_from_db()
    assert (session.ended_at, session.user_agent) == (None, "it's")


def test_an_insert_stores_what_create_stores(ada: Player) -> None:
    @statement
    def enter(player_id: UserId, amount: int, currency: str) -> Insert:
        return Insert(
            Entry,
            player=player_id,
            currency=currency,
            amount=amount,
            balance=amount,
            cause="test",
            returning=("id", "item", "created_at"),
        )

    entry_id, item_id, created_at = enter.first(ada.pk, 5, Currency.GOLD)

    entry = Entry.objects.get()
    assert (entry.pk, entry.item_id, entry.created_at) == (entry_id, item_id, created_at)
    assert (entry.amount, entry.currency, entry.cause, entry.key) == (5, "gold", "test", "")
    assert enter.first(ada.pk, 1, Currency.GEMS)[2] > created_at
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(ada.pk, 0, Currency.GOLD)


def test_an_insert_takes_json_and_skips_or_changes_what_is_there(ada: Player, sword: Item) -> None:
    @statement
    def keep(player_id: UserId, key: str, answer: dict[str, Any]) -> Insert:
        return Insert(
            Receipt,
            player=player_id,
            key=key,
            answer=answer,
            conflict=("player", "key"),
            returning=("id", "answer"),
        )

    @statement
    def add(player_id: UserId, item_id: int, quantity: int) -> Insert:
        return Insert(
            Stack,
            player=player_id,
            item=item_id,
            quantity=quantity,
            conflict=("player", "item"),
            update={"quantity": F("quantity") + quantity},
            returning=("quantity", "worn_in"),
        )

    answer = {"a": [1, None, {"é": "'"}]}
    assert keep.first(ada.pk, "k", answer)[1] == Receipt.objects.get().answer == answer
    assert keep.first(ada.pk, "k", {}) is None
    assert keep.first(ada.pk, "list", cast(Any, [1]))[1] == [1]
    assert add.first(ada.pk, sword.pk, 2) == (2, None)
    assert add.first(ada.pk, sword.pk, 3) == (5, None)


def test_wrong_values_are_refused(ada: Player) -> None:
    for args, named in (((), {}), ((1, 2), {}), ((1,), {"user_id": 1}), ((), {"id": 1}), ((1,), {"id": 1})):
        with pytest.raises(TypeError, match="Takes the values user_id"):
            player(*args, **cast(Any, named))


@pytest.mark.parametrize(
    "function",
    [
        lambda user_id: Player.objects.filter(pk=user_id).values("gold"),
        lambda user_id: Player.objects.filter(pk=user_id).prefetch_related("stacks"),
        lambda user_id: "SELECT 1",
    ],
)
def test_what_is_not_one_statement_is_refused(ada: Player, function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="A statement"):
        statement(function)(ada.pk)


@pytest.mark.parametrize(
    "function",
    [
        lambda gold: Player.objects.filter(gold=gold, stamina_at__lte=timezone.now()),
        lambda gold: Update(Player.objects.filter(gold=gold), stamina_at=timezone.now()),
        lambda gold: Player.objects.filter(gold=gold, xp=random.getrandbits(60)),
    ],
)
def test_what_would_differ_from_call_to_call_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="A statement is compiled once"):
        statement(function)(1)


def test_locked_rows_come_without_joined_ones_which_would_be_older() -> None:
    def locked(user_id: UserId) -> QuerySet[Stack]:
        return Stack.objects.filter(player=user_id).select_related("item").select_for_update(of=("self",))

    with transaction.atomic(), pytest.raises(TypeError, match="as they were before"):
        statement(locked)(UserId(1))


@statement
def pay(user_id: UserId, gold: int) -> Update:
    return Update(Player.objects.filter(pk=user_id), gold=F("gold") + gold)


def test_what_is_written_later_is_there_for_the_next_statement_and_after_the_commit(
    ada: Player, transactional_db: None
) -> None:
    with transaction.atomic():
        pay.later(ada.pk, 5)
        pay.later(ada.pk, 7)
        assert player.first(ada.pk).gold == 22
        pay.later(ada.pk, 1)
    assert player.first(ada.pk).gold == 23
    pay.later(ada.pk, 1)
    assert player.first(ada.pk).gold == 24


def test_what_was_to_be_written_later_is_rolled_back(ada: Player, transactional_db: None) -> None:
    class Undone(Exception):
        pass

    def undo(*, seen: bool, nested: bool) -> None:
        with pytest.raises(Undone), transaction.atomic():
            if nested:
                with pytest.raises(Undone), transaction.atomic():
                    pay.later(ada.pk, 5)
                    if seen:
                        assert player.first(ada.pk).gold == 15
                    raise Undone
                assert player.first(ada.pk).gold == 10
            pay.later(ada.pk, 5)
            raise Undone

    for seen in (False, True):
        for nested in (False, True):
            undo(seen=seen, nested=nested)
            assert player.first(ada.pk).gold == 10


def test_what_fails_later_fails_the_transaction(ada: Player, transactional_db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        pay.later(ada.pk, 1)
        pay.later(ada.pk, -100)
    assert player.first(ada.pk).gold == 10


def test_statements_together_give_what_each_gives(ada: Player) -> None:
    @statement
    def names(text: str) -> QuerySet[User, str]:
        return User.objects.filter(username=text).values_list("username", flat=True)

    assert together(player.bound(ada.pk), names.bound("ada")) == ([ada], ["ada"])
    assert together(names.bound("100 %; '"), players.bound([ada.pk]), names.bound("ada")) == (
        [],
        [ada],
        ["ada"],
    )


def test_values_go_where_they_belong_in_long_statements(ada: Player) -> None:
    @statement
    def counted(first: int, second: int, third: int) -> Any:
        return (
            User.objects.filter(pk__gte=first)
            .exclude(pk=second)
            .annotate(mine=Count("sessions", filter=Q(sessions__pk__gt=third)), other=F("pk") + second)
            .values_list("pk", "mine", "other")
            .order_by("pk")[:2]
        )

    Session.objects.create(user=ada.user, last_seen=NOON)

    assert counted(ada.pk, 0, 0) == [(ada.pk, 1, ada.pk)]
    assert counted(ada.pk, ada.pk, 0) == []
