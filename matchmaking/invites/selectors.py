"""Queries of invites."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from msgspec import UNSET

from core.ids import UserId
from core.statements import statement
from friends.events import Person
from friends.selectors import person
from game.selectors import ws_url
from matchmaking.invites.events import InviteInfo
from matchmaking.invites.models import IS_PENDING, Invite
from matchmaking.invites.refusals import UnknownInvite
from matchmaking.parties.events import PartyId


@statement
def waiting(until: datetime) -> QuerySet[Invite, int]:
    """Return the pending invites that expire before ``until``."""
    return Invite.objects.filter(IS_PENDING, expires_at__lte=until).values_list("pk", flat=True)


def shown(rows: Iterable[Any]) -> list[InviteInfo]:
    """Return the invites as clients see them."""
    return [
        _shown(
            row,
            Person(
                id=row.from_user_id, username=row.from_user__username, is_premium=row.from_user__is_premium
            ),
            Person(id=row.to_user_id, username=row.to_user__username, is_premium=row.to_user__is_premium),
        )
        for row in rows
    ]


def shown_invite(invite: Invite) -> InviteInfo:
    """Return an invite that was fetched with its users as clients see it."""
    return _shown(invite, person(invite.from_user), person(invite.to_user))


def _shown(invite: Any, from_user: Person, to_user: Person) -> InviteInfo:
    return InviteInfo(
        id=invite.id,
        from_user=from_user,
        to_user=to_user,
        kind=invite.kind,
        game=invite.game or None,
        lobby_id=invite.lobby_id,
        party_id=invite.party_id,
        status=invite.status,
        created_at=invite.created_at,
        expires_at=invite.expires_at,
        game_id=UNSET if invite.game_id is None else invite.game_id,
        ws_url=UNSET if invite.game_id is None else ws_url(invite.game_id),
    )


def _rows(invites: QuerySet[Invite]) -> QuerySet[Invite, Any]:
    return invites.values_list(
        "id",
        "from_user_id",
        "from_user__username",
        "from_user__is_premium",
        "to_user_id",
        "to_user__username",
        "to_user__is_premium",
        "kind",
        "game",
        "lobby_id",
        "party_id",
        "status",
        "created_at",
        "expires_at",
        "game_id",
        named=True,
    )


def pending(now: datetime | None = None) -> QuerySet[Invite]:
    """Return the pending invites."""
    return Invite.objects.filter(status=Invite.Status.PENDING, expires_at__gt=now or timezone.now())


@statement
def pending_of(user_id: UserId, now: datetime) -> QuerySet[Invite, Any]:
    """Return the pending invites that the user has sent or received, as rows for :func:`shown`."""
    return _rows(pending(now).filter(_either(user_id)))


def unanswered_by(user_id: UserId) -> int:
    """Return the number of invites that wait for this user's answer."""
    return pending().filter(to_user=user_id).count()


@statement
def unanswered(user_ids: Collection[UserId], now: datetime) -> QuerySet[Invite, tuple[UserId, int]]:
    """Return each of these users whose answer invites wait for, with their number."""
    rows = pending(now).filter(to_user__in=user_ids).order_by().values("to_user").annotate(n=Count("pk"))
    return rows.values_list("to_user", "n")


def of_either(user_id: UserId) -> QuerySet[Invite, Any]:
    """Return all invites that the user has sent or received, as rows for :func:`shown`."""
    return _rows(Invite.objects.filter(_either(user_id)))


def shown_to(user_id: UserId, invite_id: int) -> InviteInfo:
    """Return an invite that the user has sent or received, as clients see it. Raises ``UnknownInvite``."""
    found = shown(_one(user_id, invite_id))
    if not found:
        raise UnknownInvite
    return found[0]


@statement
def _one(user_id: UserId, invite_id: int) -> QuerySet[Invite, Any]:
    return of_either(user_id).filter(pk=invite_id)


def of_user(user_id: UserId, invite_id: int) -> Invite:
    """Return an invite that the user has sent or received, with its users. Raises ``UnknownInvite``."""
    invites = Invite.objects.select_related("from_user", "to_user").filter(_either(user_id), pk=invite_id)
    invite = invites.first()
    if invite is None:
        raise UnknownInvite
    return invite


def _either(user_id: UserId) -> Q:
    return Q(from_user=user_id) | Q(to_user=user_id)


def find_party_invite(
    *, user_id: UserId, invite_id: int | None = None, party_id: PartyId | None = None
) -> int:
    """Return the id of the user's invite to a party: this one, the one to this party, or the newest.

    Raises ``UnknownInvite``.
    """
    invites = Invite.objects.filter(to_user=user_id, kind=Invite.Kind.PARTY)
    if invite_id is not None:
        invites = invites.filter(pk=invite_id)
    elif party_id is not None:
        invites = invites.filter(party=party_id)
    else:
        invites = invites.filter(status=Invite.Status.PENDING)
    newest = invites.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise UnknownInvite
    return newest
