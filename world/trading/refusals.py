"""Why a trade refuses."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownTrader(NotFound):
    """The user is not in play where the asker is."""

    code = "unknown_trader"
    title = "There is nobody like that here"


class CannotTradeWithOneself(Invalid):
    """It takes two."""

    code = "cannot_trade_with_oneself"
    title = "It takes two to trade"


class CannotTrade(NotAllowed):
    """These two do not trade with each other."""

    code = "cannot_trade"
    title = "You cannot trade with this player"


class AlreadyTrading(Conflict):
    """There is a trade between these two; ``details`` says which."""

    code = "already_trading"
    title = "There is a trade between you already"


class UnknownTrade(NotFound):
    """There is no such trade, or it is none of the caller's."""

    code = "unknown_trade"
    title = "There is no such trade"


class NotYoursToAccept(NotAllowed):
    """Who was asked accepts."""

    code = "not_yours_to_accept"
    title = "Who was asked accepts"


class TradeNotOpen(Conflict):
    """The trade has not been accepted yet."""

    code = "trade_not_open"
    title = "The trade has not been accepted"


class TradeOver(Conflict):
    """The trade was completed, or has ended."""

    code = "trade_over"
    title = "The trade is over"


class StaleVersion(Conflict):
    """The offers have changed since; ``details`` says which version it is."""

    code = "stale_version"
    title = "The offers have changed"
