"""The economy for apps: grants and charges of any currency, through the ledger."""

from collections.abc import Iterable
from typing import Any

from core.ids import UserId
from progression import services
from progression.services import Granted
from realtime.wire.identity import Identity

Who = Identity | int
"""A caller, or the id of a user."""


def grant(
    who: Who, *, why: str, key: str = "", xp: int = 0, items: Iterable[tuple[str, int]] = (), **money: int
) -> Granted:
    """Give a user money of any currency, experience and items (pairs of slug and quantity).

    A balance is filled up to the bound of its currency; the result says what was given. A repeated ``key``
    grants nothing and returns the first result. Raises ``ValueError`` for an unknown currency.
    """
    ours: dict[str, Any] = {name: money.pop(name) for name in ("gold", "gems") if name in money}
    return services.grant(_id(who), xp=xp, items=items, currencies=money, cause=why, key=key, **ours)


def take(
    who: Who, *, why: str, key: str = "", items: Iterable[tuple[str, int]] = (), **money: int
) -> dict[str, int]:
    """Take money and items from a user, all or nothing; return the balances left. Once per ``key``.

    Raises ``NotEnoughGold``, ``NotEnoughGems``, ``NotEnoughOfCurrency``, ``NotEnoughItems``, and
    ``ValueError`` for an unknown currency or item.
    """
    return services.take(_id(who), money=money, items=items, cause=why, key=key)


def drop(who: Who, table: str, *, why: str, key: str = "") -> Granted:
    """Draw from a drop table, and give a user what was drawn. Once per ``key``."""
    return services.give(_id(who), goods=services.drawn(table), cause=why, key=key)


def _id(who: Who) -> UserId:
    return UserId(who) if isinstance(who, int) else who.user_id
