"""Facts to other cells, and those of others applied here."""

import logging
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from accounts import services as accounts
from accounts.models import Session, User
from cells import broker, facts
from cells.models import Link, Outgoing, Visit
from chat import services as chat
from core import cells, due
from core.ids import UserId
from core.refusals import Refusal
from core.statements import statement
from friends import selectors as friend_selectors
from friends import services as friends
from realtime.membership import presence

logger = logging.getLogger(__name__)

LOOK = "cells"
MAX_AT_ONCE = 500

_is_applying: ContextVar[bool] = ContextVar("is_applying", default=False)
"""Whether what happens now is a fact of another cell, which has told all that it concerns."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(facts.Fact).decode


def tell(fact: facts.Fact, *, to: Iterable[str]) -> None:
    """Tell these cells a fact, if the current transaction commits; not the own one, nor what others told."""
    if not _is_applying.get():
        for cell in sorted({*to} - {cells.here()}):
            _put(fact, cell)


def _put(fact: facts.Fact, cell: str) -> None:
    Outgoing.objects.create(to=cell, data=_encode(fact).decode())
    due.wake(LOOK)


def homes(*user_ids: UserId) -> set[str]:
    """Return the cells in which these accounts are at home."""
    return {cells.home(user_id) for user_id in user_ids}


def person(user_id: UserId) -> facts.Person:
    """Return an account, as other cells know it."""
    user = User.objects.get(pk=user_id)
    return facts.Person(user_id, user.username, user.is_premium, user.is_guest, user.has_mfa)


def tell_presence(*, user_id: UserId, is_online: bool) -> None:
    """Tell the home of a user, and those of their friends, that they came or went here."""
    to = homes(user_id, *friend_selectors.friend_ids(user_id))
    tell(facts.Present(user_id, cells.here(), is_online), to=to)


def tell_presence_to(*, user_id: UserId, to: Iterable[str]) -> None:
    """Tell cells that a user is online here, also if their friendship was told by one of them."""
    for cell in {*to} - {cells.here()}:
        _put(facts.Present(user_id, cells.here(), True), cell)


def allot_ids() -> None:
    """Let accounts and sessions get ids of this cell."""
    accounts.allot_ids(cells.number())


@statement
def unsent(until: datetime) -> QuerySet[Outgoing, int]:
    """Return the facts that have no number yet."""
    return Outgoing.objects.filter(number=None).values_list("pk", flat=True)


def send() -> None:
    """Write to the streams what they lack, and forget what other cells have applied."""
    for cell in Outgoing.objects.order_by("to").values_list("to", flat=True).distinct():
        # Committed before anybody reads them: a number never stands for another fact later.
        _number(cell)
        _append(cell)


@transaction.atomic
def _number(cell: str) -> None:
    rows = Outgoing.objects.filter(to=cell, number=None).order_by("pk")
    if not rows.exists():
        return
    link = _lock(cell)
    numbered = list(rows[:MAX_AT_ONCE])
    for number, row in enumerate(numbered, link.numbered + 1):
        row.number = number
    Outgoing.objects.bulk_update(numbered, ["number"])
    Link.objects.filter(pk=cell).update(numbered=link.numbered + len(numbered))


@transaction.atomic
def _append(cell: str) -> None:
    _lock(cell)
    ours = Outgoing.objects.filter(to=cell, number__isnull=False)
    ours.filter(number__lte=broker.acknowledged_by(cell)).delete()
    lacking = ours.filter(number__gt=broker.last_to(cell)).order_by("number")[:MAX_AT_ONCE]
    broker.append(cell, [(row.number or 0, row.data) for row in lacking])


def _lock(cell: str) -> Link:
    Link.objects.bulk_create([Link(cell=cell)], ignore_conflicts=True)
    return Link.objects.select_for_update().get(pk=cell)


def applied() -> dict[str, int]:
    """Return the number of the last fact of each other cell that was applied."""
    known = dict(Link.objects.values_list("cell", "applied"))
    return {cell: known.get(cell, 0) for cell in cells.others()}


@transaction.atomic
def apply(*, cell: str, number: int, data: str) -> None:
    """Apply a fact of another cell, once: its number is stored in the same transaction."""
    link = _lock(cell)
    if number <= link.applied:
        return
    if number > link.applied + 1:
        logger.error("Facts %s to %s of cell %s are lost", link.applied + 1, number - 1, cell)
    Link.objects.filter(pk=cell).update(applied=number)
    fact = _decode(data)
    token = _is_applying.set(True)
    try:
        with transaction.atomic():
            _APPLY[type(fact)](fact)
    except Refusal as refusal:
        # Such as a message that was sent before the other cell knew of a block.
        logger.info("Fact %s of cell %s was refused: %s", number, cell, refusal.code)
    finally:
        _is_applying.reset(token)


def _copy(*people: facts.Person) -> None:
    for one in people:
        accounts.copy_account(**msgspec.structs.asdict(one))


def _befriended(fact: facts.Befriended) -> None:
    _copy(fact.one, fact.other)
    friends.befriend(user_id=fact.one.user_id, friend_id=fact.other.user_id)


def _parted(fact: facts.Parted) -> None:
    friends.remove(user_id=fact.one_id, friend_id=fact.other_id)


def _blocked(fact: facts.Blocked) -> None:
    _copy(fact.by, fact.blocked)
    friends.block(user_id=fact.by.user_id, blocked_id=fact.blocked.user_id)


def _unblocked(fact: facts.Unblocked) -> None:
    friends.unblock(user_id=fact.by_id, blocked_id=fact.blocked_id)


def _said(fact: facts.Said) -> None:
    chat.post_direct(sender_id=fact.sender_id, friend_id=fact.to_user_id, content=fact.content)


def _present(fact: facts.Present) -> None:
    presence.note_elsewhere(fact.user_id, fact.cell, fact.is_online)
    friends.presence_changed(user_id=fact.user_id, is_online=fact.is_online)


def _session_used(fact: facts.SessionUsed) -> None:
    Visit.objects.bulk_create([Visit(session_id=fact.session_id, cell=fact.cell)], ignore_conflicts=True)
    # It may have ended before this was known.
    if not Session.objects.filter(pk=fact.session_id, ended_at=None, user__is_active=True).exists():
        _put(facts.SessionsEnded([fact.session_id]), fact.cell)


def tell_of_silent() -> None:
    """Tell where those sessions were used that have ended because nobody was heard."""
    ended = Session.objects.exclude(ended_at=None)
    visits = Visit.objects.filter(session_id__in=ended.values("pk"))
    tell_of_ended(list(visits.values_list("session_id", flat=True)))


@transaction.atomic
def tell_of_ended(session_ids: list[int]) -> None:
    """Tell the cells in which these sessions were used that they have ended."""
    visits = Visit.objects.filter(session_id__in=session_ids)
    for visit in visits:
        tell(facts.SessionsEnded([visit.session_id]), to=[visit.cell])
    visits.delete()


def _sessions_ended(fact: facts.SessionsEnded) -> None:
    accounts.end_sessions(Session.objects.filter(pk__in=fact.session_ids))


def _erased(fact: facts.Erased) -> None:
    for user in User.objects.filter(pk=fact.user_id, erased_at=None):
        accounts.erase(user)


_APPLY: dict[type, Callable[[Any], None]] = {
    facts.Befriended: _befriended,
    facts.Parted: _parted,
    facts.Blocked: _blocked,
    facts.Unblocked: _unblocked,
    facts.Said: _said,
    facts.Present: _present,
    facts.SessionUsed: _session_used,
    facts.SessionsEnded: _sessions_ended,
    facts.Erased: _erased,
}
