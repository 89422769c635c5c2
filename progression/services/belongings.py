"""Items in an inventory: used up, put on and taken off."""

from django.db import transaction
from django.db.models import QuerySet

from core.ids import UserId
from core.statements import Update, statement
from progression import ledger
from progression.events import StatsChanged
from progression.models import Item, Player, Stack
from progression.refusals import CannotBeWorn, NotOwned, SlotEmpty
from realtime.publishing import publish


@statement
def _stack_of(user_id: UserId, stack_id: int) -> QuerySet[Stack]:
    return Stack.objects.filter(pk=stack_id, player=user_id).select_related("item")


@statement
def _take_off(user_id: UserId, slot: str) -> Update:
    return Update(Stack.objects.filter(player=user_id, worn_in=slot), worn_in=None)


@statement
def _put_on(stack_id: int, slot: str) -> Update:
    return Update(Stack.objects.filter(pk=stack_id), worn_in=slot)


def lock_stack(user_id: UserId, *, stack_id: int) -> tuple[Player, Stack]:
    """Lock the user's player; return it with a stack that is theirs. Raises ``NotOwned``."""
    player, stacks = ledger.lock_with(user_id, _stack_of.bound(user_id, stack_id))
    if not stacks:
        raise NotOwned("There is no such item in your inventory.")
    return player, stacks[0]


@transaction.atomic
def consume_item(user_id: UserId, *, stack_id: int, quantity: int = 1, cause: str, key: str = "") -> Item:
    """Use up items of a stack; once per ``key``.

    Raises ``NotOwned``, ``NotEnoughItems``.
    """
    if quantity < 1:
        raise ValueError("Nothing is consumed")
    player = ledger.lock(user_id)[user_id]
    before = ledger.receipt(player, key)
    if before is not None:
        return Item.objects.get(pk=before["item_id"])
    item = lock_stack(user_id, stack_id=stack_id)[1].item
    ledger.move_items(player, item, -quantity, cause=cause, key=key)
    ledger.store_receipt(player, key, {"item_id": item.pk})
    return item


@transaction.atomic
def equip(user_id: UserId, *, stack_id: int) -> Stack:
    """Equip a piece of gear, replacing what is in its slot. Raises ``NotOwned``, ``CannotBeWorn``."""
    _, stack = lock_stack(user_id, stack_id=stack_id)
    if not stack.item.slot:
        raise CannotBeWorn(f"{stack.item.name} is nothing to wear.")
    _take_off.later(user_id, stack.item.slot)
    _put_on.later(stack_id, stack.item.slot)
    stack.worn_in = stack.item.slot
    publish(StatsChanged(user_id=user_id))
    return stack


@transaction.atomic
def unequip(user_id: UserId, *, slot: str) -> Stack:
    """Empty a slot. Raises ``SlotEmpty``."""
    player = ledger.lock(user_id)[user_id]
    stack = Stack.objects.filter(player=player, worn_in=slot).select_related("item").first()
    if stack is None:
        raise SlotEmpty(f"You wear nothing there: {slot}.")
    stack.worn_in = None
    stack.save(update_fields=["worn_in"])
    publish(StatsChanged(user_id=user_id))
    return stack
