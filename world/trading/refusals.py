"""Refusals of trades."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownTrader(NotFound):
    """The other user plays no character in the same place."""

    code = "unknown_trader"
    title = "This player is not here"


class CannotTradeWithOneself(Invalid):
    """A trade needs two different users."""

    code = "cannot_trade_with_oneself"
    title = "It takes two to trade"


class CannotTrade(NotAllowed):
    """These two users may not trade with each other."""

    code = "cannot_trade"
    title = "You cannot trade with this player"


class AlreadyTrading(Conflict):
    """There is already a trade between these two; ``details`` has its id."""

    code = "already_trading"
    title = "There is a trade between you already"


class UnknownTrade(NotFound):
    """There is no such trade, or it belongs to others."""

    code = "unknown_trade"
    title = "There is no such trade"


class NotYoursToAccept(NotAllowed):
    """Only the user who was asked can accept."""

    code = "not_yours_to_accept"
    title = "Only the player who was asked can accept"


class TradeNotOpen(Conflict):
    """The trade has not been accepted yet."""

    code = "trade_not_open"
    title = "The trade has not been accepted"


class TradeOver(Conflict):
    """The trade has been completed or has ended."""

    code = "trade_over"
    title = "The trade is over"


class StaleVersion(Conflict):
    """The offers have changed since; ``details`` has the current version."""

    code = "stale_version"
    title = "The offers have changed"


class NotCompleted(Conflict):
    """Only a completed trade can be undone."""

    code = "trade_not_completed"
    title = "This trade was not completed"


class UndoneBefore(Conflict):
    """The trade has already been undone."""

    code = "trade_undone"
    title = "This trade has been undone"
