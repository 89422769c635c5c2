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


def own_stack(player: Player, *, stack_id: int) -> Stack:
    """Return a stack of the player's. Raises ``NotOwned``."""
    stack = _stack_of.first(player.pk, stack_id)
    if stack is None:
        raise NotOwned("There is no such item in your inventory.")
    return stack


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
    item = own_stack(player, stack_id=stack_id).item
    ledger.move_items(player, item, -quantity, cause=cause, key=key)
    ledger.store_receipt(player, key, {"item_id": item.pk})
    return item


@transaction.atomic
def equip(user_id: UserId, *, stack_id: int) -> Stack:
    """Equip a piece of gear, replacing what is in its slot. Raises ``NotOwned``, ``CannotBeWorn``."""
    player = ledger.lock(user_id)[user_id]
    stack = own_stack(player, stack_id=stack_id)
    if not stack.item.slot:
        raise CannotBeWorn(f"{stack.item.name} is nothing to wear.")
    _take_off.count(user_id, stack.item.slot)
    _put_on.count(stack_id, stack.item.slot)
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
