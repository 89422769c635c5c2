"""The only module that moves money and items: every movement is an entry, and entries sum to holdings.

A player's holdings are guarded by the lock on the player's row. To lock several players pass them in one
call, which locks by ascending id; lock rows of other tables after them.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce

from core.ids import UserId
from core.statements import Bound, Insert, Statement, Update, statement, together
from progression.models import Balance, Currency, Entry, Item, Player, Receipt, Stack
from progression.refusals import NotEnoughGems, NotEnoughGold, NotEnoughItems, NotEnoughOfCurrency

STARTING_FUNDS = {Currency.GOLD: 100, Currency.GEMS: 0}

PURCHASE = "purchase"
"""The cause of both entries of a purchase."""

Row = TypeVar("Row")

_NOT_ENOUGH = {Currency.GOLD: NotEnoughGold, Currency.GEMS: NotEnoughGems}


def lock(*user_ids: UserId) -> dict[UserId, Player]:
    """Return the players of these users by id, locked until the transaction ends; created if missing."""
    return {user_id: _locked(user_id) for user_id in sorted(set(user_ids))}


def lock_with(user_id: UserId, rest: Bound[Row]) -> tuple[Player, list[Row]]:
    """Lock one user's player, and return with it the rows of a statement that runs under the lock."""
    players, rows = together(_for_update.bound(user_id), rest)
    return players[0] if players else _locked(user_id), rows


@statement
def _for_update(user_id: UserId) -> QuerySet[Player]:
    return Player.objects.select_for_update().filter(pk=user_id)


def _locked(user_id: UserId) -> Player:
    player = _for_update.first(user_id)
    if player is None:
        _open(user_id)
        (player,) = _for_update(user_id)
    return player


@transaction.atomic
def _open(user_id: UserId) -> None:
    player, is_new = Player.objects.get_or_create(pk=user_id)
    if is_new:
        for currency, amount in STARTING_FUNDS.items():
            if amount:
                move_money(player, currency, amount, cause="starting_funds")


def move_money(player: Player, currency: str, amount: int, *, cause: str, key: str = "") -> None:
    """Add money, or take it if ``amount`` is negative. The player must be locked.

    Raises ``NotEnoughGold``, ``NotEnoughGems``, ``NotEnoughOfCurrency``.
    """
    enter_money(player, currency, amount, cause=cause, key=key)
    if currency in _SET_BALANCE:
        _SET_BALANCE[currency].later(player.pk, getattr(player, currency))


def enter_money(player: Player, currency: str, amount: int, *, cause: str, key: str = "") -> None:
    """Like :func:`move_money`, but leave it to :func:`store` to store the player."""
    if currency in _SET_BALANCE:
        balance = _changed(player, currency, amount)
    else:
        balance = _changed_declared(player.pk, currency, amount)
    _enter_money.later(player.pk, currency, amount, balance, cause, key)


def _changed(player: Player, currency: str, amount: int) -> int:
    """Change the player's money, without storing it, and return the balance."""
    there: int = getattr(player, currency)
    balance = there + amount
    if balance < 0:
        raise _NOT_ENOUGH[Currency(currency)](f"It takes {-amount} {currency}, and you have {there}.")
    setattr(player, currency, balance)
    return balance


def _changed_declared(user_id: UserId, currency: str, amount: int) -> int:
    """Change and store a locked player's money in an app's currency, and return the balance."""
    if amount > 0:
        ((balance,),) = _earn(user_id, currency, amount)
        return int(balance)
    paid = _spend.first(user_id, currency, -amount)
    if paid is None:
        there = balances(user_id).get(currency, 0)
        raise NotEnoughOfCurrency(
            f"It takes {-amount} {currency}, and you have {there}.",
            details={"currency": currency, "needed": -amount, "balance": there},
        )
    return int(paid[0])


@statement
def _earn(user_id: UserId, currency: str, amount: int) -> Insert:
    return Insert(
        Balance,
        player=user_id,
        currency=currency,
        amount=amount,
        conflict=("player", "currency"),
        update={"amount": F("amount") + amount},
        returning=("amount",),
    )


@statement
def _earned(user_id: UserId, today: date) -> QuerySet[Balance, tuple[str, int]]:
    return Balance.objects.filter(player=user_id, earned_on=today).values_list("currency", "earned")


@statement
def _note_earned(user_id: UserId, currency: str, amount: int, today: date) -> Update:
    return Update(Balance.objects.filter(player=user_id, currency=currency), earned=amount, earned_on=today)


def earned_on(user_id: UserId, today: date) -> dict[str, int]:
    """Return what was granted today in currencies with a limit a day."""
    return dict(_earned(user_id, today))


def note_earned(user_id: UserId, currency: str, amount: int, today: date) -> None:
    """Store how much was granted today in a currency with a limit a day."""
    _note_earned.later(user_id, currency, amount, today)


@statement
def _spend(user_id: UserId, currency: str, price: int) -> Update:
    enough = Balance.objects.filter(player=user_id, currency=currency, amount__gte=price)
    return Update(enough, amount=F("amount") - price, returning=("amount",))


@statement
def _balances(user_id: UserId) -> QuerySet[Balance, tuple[str, int]]:
    return Balance.objects.filter(player=user_id).values_list("currency", "amount")


def balances(user_id: UserId) -> dict[str, int]:
    """Return the user's money in the currencies of apps."""
    return dict(_balances(user_id))


def store(player: Player) -> None:
    """Store the money, the growth and the stamina of a locked player."""
    _store.later(
        player.pk,
        player.gold,
        player.gems,
        player.xp,
        player.stat_points,
        player.stamina,
        player.stamina_at,
    )


@statement
def _store(
    user_id: UserId, gold: int, gems: int, xp: int, stat_points: int, stamina: Decimal, stamina_at: datetime
) -> Update:
    return Update(
        Player.objects.filter(pk=user_id),
        gold=gold,
        gems=gems,
        xp=xp,
        stat_points=stat_points,
        stamina=stamina,
        stamina_at=stamina_at,
    )


def _setting(currency: str) -> Statement[[UserId, int], tuple[Any, ...]]:
    @statement
    def set_balance(user_id: UserId, balance: int) -> Update:
        values: dict[str, Any] = {currency: balance}
        return Update(Player.objects.filter(pk=user_id), **values)

    return set_balance


def _paying(currency: str) -> Statement[[UserId, int], tuple[Any, ...]]:
    @statement
    def pay(user_id: UserId, price: int) -> Update:
        enough = Player.objects.filter(pk=user_id, **{f"{currency}__gte": price})
        values: dict[str, Any] = {currency: F(currency) - price}
        return Update(enough, returning=(currency,), **values)

    return pay


_PAY = {currency: _paying(currency) for currency in Currency.values}
_SET_BALANCE = {currency: _setting(currency) for currency in Currency.values}


@statement
def _enter_money(user_id: UserId, currency: str, amount: int, balance: int, cause: str, key: str) -> Insert:
    return Insert(
        Entry, player=user_id, currency=currency, amount=amount, balance=balance, cause=cause, key=key
    )


@statement
def _enter_items(user_id: UserId, item_id: int, amount: int, balance: int, cause: str, key: str) -> Insert:
    return Insert(
        Entry,
        player=user_id,
        item=item_id,
        amount=amount,
        balance=balance,
        cause=cause,
        key=key,
        returning=("id",),
    )


@statement
def _enter_purchase(
    user_id: UserId,
    currency: str,
    amount: int,
    balance: int,
    item_id: int,
    quantity: int,
    owned: int,
) -> Insert:
    return Insert(
        Entry,
        {"currency": currency, "amount": amount, "balance": balance},
        {"item": item_id, "amount": quantity, "balance": owned},
        player=user_id,
        cause=PURCHASE,
    )


@statement
def _stack(user_id: UserId, item_id: int) -> QuerySet[Stack, tuple[int, int]]:
    return Stack.objects.filter(player=user_id, item=item_id).values_list("pk", "quantity")


@statement
def _set_quantity(stack_id: int, quantity: int) -> Update:
    return Update(Stack.objects.filter(pk=stack_id), quantity=quantity)


@statement
def _add(user_id: UserId, item_id: int, quantity: int) -> Insert:
    return Insert(
        Stack,
        player=user_id,
        item=item_id,
        quantity=quantity,
        conflict=("player", "item"),
        update={"quantity": F("quantity") + quantity},
        returning=("id", "quantity", "worn_in"),
    )


def move_items(player: Player, item: Item, amount: int, *, cause: str, key: str = "") -> None:
    """Add items, or take them if ``amount`` is negative. The player must be locked.

    An empty stack is deleted. Raises ``NotEnoughItems``.
    """
    if amount > 0:
        ((_, balance, _),) = _add(player.pk, item.pk, amount)
    else:
        balance = _taken(player, item, -amount)
    _enter_items.later(player.pk, item.pk, amount, balance, cause, key)


def use_up(player: Player, item: Item, *, cause: str) -> int:
    """Take one item and return the id of the entry. The player must be locked. Raises ``NotEnoughItems``."""
    balance = _taken(player, item, 1)
    ((entry_id,),) = _enter_items(player.pk, item.pk, -1, balance, cause, "")
    return int(entry_id)


def _taken(player: Player, item: Item, quantity: int) -> int:
    """Take items, and return how many are left."""
    stack_id, there = _stack.first(player.pk, item.pk) or (0, 0)
    balance = there - quantity
    if balance < 0:
        raise NotEnoughItems(f"It takes {quantity} of {item.name}, and you have {there}.")
    if balance:
        _set_quantity.later(stack_id, balance)
    else:
        Stack.objects.filter(pk=stack_id).delete()
    return balance


def buy(user_id: UserId, item: Item, quantity: int, *, currency: str, price: int) -> tuple[int, Stack]:
    """Move money and items, locking the player; return the balance and the stack.

    Raises ``NotEnoughGold``, ``NotEnoughGems``, ``NotEnoughOfCurrency``.
    """
    if currency not in _PAY:
        balance = _changed_declared(_locked(user_id).pk, currency, -price)
    elif paid := _PAY[currency](user_id, price):
        ((balance,),) = paid
    else:
        balance = _changed(_locked(user_id), currency, -price)
        _SET_BALANCE[currency].later(user_id, balance)
    # Only now, with the player locked by the payment: others take the locks in the same order.
    ((stack_id, owned, worn_in),) = _add(user_id, item.pk, quantity)
    _enter_purchase.later(user_id, currency, -price, balance, item.pk, quantity, owned)
    return balance, Stack(pk=stack_id, player_id=user_id, item=item, quantity=owned, worn_in=worn_in)


@statement
def _answer(user_id: UserId, key: str) -> QuerySet[Receipt, Any]:
    return Receipt.objects.filter(player=user_id, key=key).values_list("answer", flat=True)


@statement
def _keep_answer(user_id: UserId, key: str, answer: Any) -> Insert:
    return Insert(Receipt, player=user_id, key=key, answer=answer)


def receipt(player: Player, key: str) -> Any:
    """Return the stored result of an operation with this key, or None. The player must be locked."""
    return _answer.first(player.pk, key) if key else None


def store_receipt(player: Player, key: str, answer: Any) -> None:
    """Store the result of an operation, so that it runs once per key. Does nothing without a key."""
    if key:
        _keep_answer.later(player.pk, key, answer)


def audit() -> Iterator[str]:
    """Yield a sentence for every inconsistency in the books; any is a bug."""
    for currency in Currency.values:
        moved = Entry.objects.filter(player=OuterRef("pk"), currency=currency).values("player")
        added_up = Coalesce(Subquery(moved.annotate(sum=Sum("amount")).values("sum")), 0)
        for player in Player.objects.annotate(booked=added_up).exclude(booked=F(currency)):
            owned = getattr(player, currency)
            yield f"{player} has {owned} {currency}, and the ledger adds up to {player.booked}."
    owned_money = {
        (player, currency): amount
        for player, currency, amount in Balance.objects.values_list("player", "currency", "amount")
    }
    booked_money = {
        (player, currency): amount
        for player, currency, amount in Entry.objects.filter(currency__isnull=False)
        .exclude(currency__in=Currency.values)
        .values_list("player", "currency")
        .annotate(sum=Sum("amount"))
    }
    for player_id, name in sorted(owned_money.keys() | booked_money.keys()):
        has, adds_up_to = (money.get((player_id, name), 0) for money in (owned_money, booked_money))
        if has != adds_up_to:
            yield f"player {player_id} has {has} {name}, and the ledger adds up to {adds_up_to}."
    owned_items = {
        (player, item): quantity
        for player, item, quantity in Stack.objects.values_list("player", "item", "quantity")
    }
    booked_items = {
        (player, item): amount
        for player, item, amount in Entry.objects.filter(currency=None)
        .values_list("player", "item")
        .annotate(sum=Sum("amount"))
    }
    for player_id, item_id in sorted(owned_items.keys() | booked_items.keys()):
        owned = owned_items.get((player_id, item_id), 0)
        booked = booked_items.get((player_id, item_id), 0)
        if owned != booked:
            yield f"player {player_id} has {owned} of item {item_id}, and the ledger adds up to {booked}."
    running = Window(Sum("amount"), partition_by=["player", "currency", "item"], order_by="id")
    for entry in Entry.objects.annotate(running=running).exclude(running=F("balance")):
        yield f"{entry.player_id}'s entry {entry.pk} says {entry.balance}, and it adds up to {entry.running}."
