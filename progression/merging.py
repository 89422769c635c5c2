"""The move of all holdings between two players of one person, through the ledger."""

from django.db import transaction

from core.ids import UserId
from progression import ledger, selectors, services
from progression.models import Currency, Pet, Player

CAUSE = "merged accounts"


@transaction.atomic
def take_over(*, kept_id: UserId, former_id: UserId) -> None:
    """Move money, items, pets and experience; what the former player wore or had in a set is taken off.

    Bounds of currencies do not apply. Stat points follow from the experience of both together.
    """
    players = ledger.lock(kept_id, former_id)
    kept, former = players[kept_id], players[former_id]
    money = {currency: getattr(former, currency) for currency in Currency.values}
    for currency, amount in {**money, **ledger.balances(former_id)}.items():
        if amount:
            ledger.move_money(former, currency, -amount, cause=CAUSE)
            ledger.move_money(kept, currency, amount, cause=CAUSE)
    for stack in list(selectors.inventory(former_id).order_by("item")):
        ledger.move_items(former, stack.item, -stack.quantity, cause=CAUSE)
        ledger.move_items(kept, stack.item, stack.quantity, cause=CAUSE)
    Pet.objects.filter(player=former).update(player=kept, place=None)
    services.grant(kept_id, xp=former.xp, cause=CAUSE)
    Player.objects.filter(pk=former_id).update(xp=0, stat_points=0)
