"""The operators' acts on a player: each is one transaction with its entry in the audit trail.

All check that the operator may act on this account.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import bans
from accounts import selectors as accounts
from accounts import services as account_services
from accounts.models import Ban, User
from core import personal_data
from core.ids import UserId
from core.refusals import NotFound
from notifications.events import SupportMessage
from operators.support.models import Erasure, Message, Note
from operators.support.refusals import ErasedAlready, ErasureAsked, ErasureDecided, FourEyes
from progression import reversals
from progression import services as progression
from realtime.publishing import publish
from world.trading import services as trading


@transaction.atomic
def ban(*, user: User, by: User, until: datetime | None, reason: str) -> None:
    """Ban an account and its devices, until a time or for good."""
    _check(by, user)
    bans.ban(user, until=until, reason=reason)
    _record(by, user, "Ban", _until(until), reason)


@transaction.atomic
def mute(*, user: User, by: User, until: datetime | None, reason: str) -> None:
    """Mute an account on the whole platform, until a time or for good."""
    _check(by, user)
    bans.impose(Ban(kind=Ban.Kind.MUTE, user=user, until=until, reason=reason))
    _record(by, user, "Mute", _until(until), reason)


@transaction.atomic
def lift(*, user: User, by: User, ban_id: int, reason: str) -> None:
    """Lift a mute, or with a ban all bans of the account and its devices. Raises ``NotFound``."""
    _check(by, user)
    found = bans.in_force().filter(pk=ban_id, user=user).first()
    if found is None:
        raise NotFound("There is no such ban or mute in force.")
    if found.kind == Ban.Kind.BAN:
        bans.lift(user)
    else:
        bans.lift_one(found)
    _record(by, user, f"Lift the {found.kind}", reason)


@transaction.atomic
def sign_out(*, user: User, by: User, reason: str) -> None:
    """Sign an account out on all devices."""
    _check(by, user)
    account_services.sign_out_everywhere(user)
    _record(by, user, "Sign out everywhere", reason)


@transaction.atomic
def rename(*, user: User, by: User, username: str, reason: str) -> None:
    """Give an account another name. Raises ``UsernameTaken`` or ``Invalid``."""
    _check(by, user)
    # The old name goes into a note, because notes are erased with the person.
    Note.objects.create(user=user, by=by, text=f"Was called {user.username}.")
    account_services.rename(user, username=username)
    _record(by, user, "Rename", reason)


@transaction.atomic
def message(*, user: User, by: User, text: str) -> None:
    """Write to a player: sent to all devices, and kept until the player has read it."""
    _check(by, user)
    sent = Message.objects.create(user=user, by=by, text=text)
    publish(SupportMessage(user_id=user.pk, id=sent.pk, text=text, at=sent.at))
    _record(by, user, f"Message {sent.pk}")


def mark_read(*, user_id: UserId, up_to: int) -> None:
    """Mark a player's messages up to this id as read."""
    unread = Message.objects.filter(user=user_id, pk__lte=up_to, read_at=None)
    unread.update(read_at=timezone.now())


@transaction.atomic
def note(*, user: User, by: User, text: str) -> None:
    """Store a note for other operators. Raises ``ErasedAlready``."""
    _check(by, user)
    Note.objects.create(user=user, by=by, text=text)
    _record(by, user, "Note")


@transaction.atomic
def grant(
    *,
    user: User,
    by: User,
    xp: int,
    money: Mapping[str, int],
    items: Iterable[tuple[str, int]],
    reason: str,
    key: str,
) -> None:
    """Give experience, money and items (pairs of slug and quantity), once per ``key``."""
    _check(by, user)
    items = list(items)
    common = {name: money.get(name, 0) for name in ("gold", "gems")}
    others = {name: amount for name, amount in money.items() if name not in common}
    progression.grant(
        user.pk, xp=xp, **common, currencies=others, items=items, cause=_cause(reason), key=_key(key)
    )
    _record(by, user, "Grant", _goods(xp, money, items), reason)


@transaction.atomic
def take(
    *, user: User, by: User, money: Mapping[str, int], items: Iterable[tuple[str, int]], reason: str, key: str
) -> None:
    """Take money and items (pairs of slug and quantity) away, all or nothing, once per ``key``.

    Raises ``NotEnoughGold``, ``NotEnoughGems``, ``NotEnoughOfCurrency``, ``NotEnoughItems``.
    """
    _check(by, user)
    items = list(items)
    progression.take(user.pk, money=money, items=items, cause=_cause(reason), key=_key(key))
    _record(by, user, "Take", _goods(0, money, items), reason)


@transaction.atomic
def refund(*, user: User, by: User, entry_id: int, reason: str) -> None:
    """Refund a purchase. Raises ``NoPurchase``, ``RefundedBefore``, ``NotEnoughItems``."""
    _check(by, user)
    done = reversals.refund(entry_id, user_id=user.pk)
    what = f"{done.quantity} {done.item.name} for {done.amount} {done.currency}"
    _record(by, user, f"Refund entry {entry_id}", what, reason)


@transaction.atomic
def undo_trade(*, user: User, by: User, trade_id: int, reason: str) -> None:
    """Give back what changed hands in a trade; both players get an entry in the audit trail.

    Raises ``UnknownTrade``, ``NotCompleted``, ``UndoneBefore``, ``NotEnoughGold``, ``NotEnoughItems``.
    """
    _check(by, user)
    traders = accounts.by_ids(trading.undo(trade_id=trade_id))
    if user.pk not in traders:
        raise NotFound("This player was not in that trade.")
    for trader in traders.values():
        _record(by, trader, f"Undo trade {trade_id}", reason)


@transaction.atomic
def export(*, user: User, by: User, reason: str) -> dict[str, Any]:
    """Return all data about a player, as the player would get it."""
    data = {"exported_at": timezone.now(), **dict(personal_data.export(user.pk))}
    _record(by, user, "Export the data", reason)
    return data


@transaction.atomic
def ask_to_erase(*, user: User, by: User, reason: str) -> None:
    """Ask another operator to erase a player. Raises ``ErasureAsked``."""
    _check(by, user)
    try:
        with transaction.atomic():
            Erasure.objects.create(user=user, asked_by=by, reason=reason)
    except IntegrityError:
        raise ErasureAsked from None
    _record(by, user, "Ask to erase", reason)


@transaction.atomic
def approve_erasure(erasure: Erasure, *, by: User) -> None:
    """Erase a player on another operator's request. Raises ``FourEyes``, ``ErasureDecided``."""
    if erasure.asked_by_id == by.pk:
        raise FourEyes
    accounts.check_may_act_on(erasure.user, operator=by)
    _decide(by, erasure, Erasure.State.APPROVED)
    _record(by, erasure.user, "Erase", erasure.reason)
    account_services.erase(erasure.user)


@transaction.atomic
def withdraw_erasure(erasure: Erasure, *, by: User) -> None:
    """Withdraw a request to erase a player. Raises ``ErasureDecided``."""
    _decide(by, erasure, Erasure.State.WITHDRAWN)
    _record(by, erasure.user, "Do not erase")


def _decide(by: User, erasure: Erasure, state: Erasure.State) -> None:
    asked = Erasure.objects.filter(pk=erasure.pk, state=Erasure.State.ASKED)
    if not asked.update(state=state, decided_by=by, decided_at=timezone.now()):
        raise ErasureDecided


def _check(by: User, user: User) -> None:
    if user.erased_at is not None:
        raise ErasedAlready
    accounts.check_may_act_on(user, operator=by)


def _record(by: User, user: User, *what: str) -> None:
    """Add an entry to the audit trail."""
    # As an account: the entries of a proxy would not be found with those of the account's other pages.
    account = User.objects.get(pk=user.pk)
    LogEntry.objects.log_actions(by.pk, [account], CHANGE, ": ".join(filter(None, what)))


def _until(until: datetime | None) -> str:
    return f"until {until:%Y-%m-%d %H:%M} UTC" if until else "for good"


def _goods(xp: int, money: Mapping[str, int], items: Iterable[tuple[str, int]]) -> str:
    amounts = [(xp, "xp"), *((amount, name) for name, amount in money.items())]
    amounts += [(quantity, slug) for slug, quantity in items]
    return ", ".join(f"{amount} {name}" for amount, name in amounts if amount)


def _cause(reason: str) -> str:
    return f"operator: {reason}"[:60]


def _key(key: str) -> str:
    return f"operator:{key}"
