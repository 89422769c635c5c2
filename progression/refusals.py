"""Refusals of progression."""

from core.refusals import CannotAfford, Conflict, NotAllowed, NotFound


class NotEnoughGold(CannotAfford):
    """The player has less gold than it costs."""

    code = "not_enough_gold"
    title = "Not enough gold"


class NotEnoughGems(CannotAfford):
    """The player has fewer gems than it costs."""

    code = "not_enough_gems"
    title = "Not enough gems"


class NotEnoughOfCurrency(CannotAfford):
    """The player has less of an app's currency than it costs; ``details`` has both."""

    code = "not_enough_of_currency"
    title = "Not enough of this currency"


class NotEnoughStamina(CannotAfford):
    """The player has too little stamina; ``details`` says how much."""

    code = "not_enough_stamina"
    title = "Not enough stamina"


class NotEnoughStatPoints(Conflict):
    """The player has fewer stat points than requested."""

    code = "not_enough_stat_points"
    title = "Not enough stat points"


class NotEnoughItems(Conflict):
    """The player has too few of the item."""

    code = "not_enough_items"
    title = "Not enough of this item"


class ItemEquipped(Conflict):
    """The last unit of the item is equipped, and equipped items cannot be given away."""

    code = "item_equipped"
    title = "The item is worn"


class GuestsMayNotTrade(NotAllowed):
    """Guests cannot trade: accounts are free, so starting funds must stay with them."""

    code = "guests_may_not_trade"
    title = "Guests do not trade"


class AccountTooNew(NotAllowed):
    """An account must have earned something before it may give anything away."""

    code = "account_too_new"
    title = "Your account is too new to give something away"


class ClaimedToday(Conflict):
    """Today's reward has already been claimed."""

    code = "claimed_today"
    title = "Claimed today"


class NotOwned(NotFound):
    """The player has no such item or pet."""

    code = "not_owned"
    title = "You have no such thing"


class NotForSale(NotFound):
    """The shop does not sell the item, or not today."""

    code = "not_for_sale"
    title = "Not for sale"


class SoldOut(Conflict):
    """The shop has fewer left than requested."""

    code = "sold_out"
    title = "Sold out"


class NoSuchConversion(NotFound):
    """There is no such conversion, or it is closed."""

    code = "no_such_conversion"
    title = "There is no such conversion"


class ConvertedEnough(Conflict):
    """The conversion was used as often today as it may be; ``details`` says how often it still may."""

    code = "converted_enough"
    title = "Enough for today"


class CurrencyNotTradeable(NotAllowed):
    """Players cannot offer this currency to each other."""

    code = "currency_not_tradeable"
    title = "This currency cannot be traded"


class BalanceFull(Conflict):
    """The balance cannot hold that much of the currency, or was given enough today."""

    code = "balance_full"
    title = "More than the balance can hold"


class CannotBeWorn(Conflict):
    """The item is not gear."""

    code = "cannot_be_worn"
    title = "Cannot be worn"


class SlotEmpty(Conflict):
    """Nothing is equipped in this slot."""

    code = "slot_empty"
    title = "Nothing is worn there"


class NotAnEgg(Conflict):
    """The item is not an egg."""

    code = "not_an_egg"
    title = "Not an egg"


class NotFood(Conflict):
    """The item is not food."""

    code = "not_food"
    title = "Not food"


class FullyGrown(Conflict):
    """The pet has the highest level, so food would be wasted."""

    code = "fully_grown"
    title = "Fully grown"


class NotInSet(Conflict):
    """The pet is not in the active set."""

    code = "not_in_set"
    title = "Not in the set"


class NothingHatches(Conflict):
    """There are no species of pets on this server."""

    code = "nothing_hatches"
    title = "Nothing hatches"


class NoPurchase(NotFound):
    """The entry of the ledger is not a payment in the shop by this player."""

    code = "no_purchase"
    title = "This is not the payment of a purchase"


class RefundedBefore(Conflict):
    """The purchase has already been refunded."""

    code = "refunded_before"
    title = "This purchase has been refunded"
