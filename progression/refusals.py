"""Why something about what players own is refused."""

from core.refusals import CannotAfford, Conflict, NotAllowed, NotFound


class NotEnoughGold(CannotAfford):
    """Less gold than it costs."""

    code = "not_enough_gold"
    title = "Not enough gold"


class NotEnoughGems(CannotAfford):
    """Fewer gems than it costs."""

    code = "not_enough_gems"
    title = "Not enough gems"


class NotEnoughStamina(CannotAfford):
    """Less stamina than it takes; ``details`` says how much there is."""

    code = "not_enough_stamina"
    title = "Not enough stamina"


class NotEnoughStatPoints(Conflict):
    """Fewer stat points are left than are to be allocated."""

    code = "not_enough_stat_points"
    title = "Not enough stat points"


class NotEnoughItems(Conflict):
    """Fewer of the item than it takes."""

    code = "not_enough_items"
    title = "Not enough of this item"


class ItemEquipped(Conflict):
    """The last of the item is worn, and what is worn is not given away."""

    code = "item_equipped"
    title = "The item is worn"


class GuestsMayNotTrade(NotAllowed):
    """Guest accounts cost nothing, so what they are given to begin with stays with them."""

    code = "guests_may_not_trade"
    title = "Guests do not trade"


class AccountTooNew(NotAllowed):
    """An account gives nothing away before it has earned something."""

    code = "account_too_new"
    title = "Your account is too new to give something away"


class ClaimedToday(Conflict):
    """The reward of this day has been given."""

    code = "claimed_today"
    title = "Claimed today"


class NotOwned(NotFound):
    """The player has no such item or pet."""

    code = "not_owned"
    title = "You have no such thing"


class NotForSale(NotFound):
    """The shop does not sell it, or not today."""

    code = "not_for_sale"
    title = "Not for sale"


class SoldOut(Conflict):
    """Fewer are left in the shop than are wanted."""

    code = "sold_out"
    title = "Sold out"


class CannotBeWorn(Conflict):
    """The item is no gear."""

    code = "cannot_be_worn"
    title = "Cannot be worn"


class SlotEmpty(Conflict):
    """Nothing is worn there."""

    code = "slot_empty"
    title = "Nothing is worn there"


class NotAnEgg(Conflict):
    """Only eggs hatch."""

    code = "not_an_egg"
    title = "Not an egg"


class NotFood(Conflict):
    """Only food is eaten."""

    code = "not_food"
    title = "Not food"


class FullyGrown(Conflict):
    """The pet is at the last level, so that food would be lost on it."""

    code = "fully_grown"
    title = "Fully grown"


class NotInSet(Conflict):
    """The pet is not in the active set."""

    code = "not_in_set"
    title = "Not in the set"


class NothingHatches(Conflict):
    """No species of pet is there to hatch."""

    code = "nothing_hatches"
    title = "Nothing hatches"
