"""Queries of invites."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from msgspec import UNSET

from friends.selectors import person
from game.selectors import ws_url
from matchmaking.invites.events import InviteInfo
from matchmaking.invites.models import Invite
from matchmaking.invites.refusals import UnknownInvite


def shown(invites: Iterable[Invite]) -> list[InviteInfo]:
    """Return the invites as clients see them."""
    return [
        InviteInfo(
            id=invite.pk,
            from_user=person(invite.from_user),
            to_user=person(invite.to_user),
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
        for invite in invites
    ]


def pending() -> QuerySet[Invite]:
    """Return the pending invites, with their users."""
    return _with_users().filter(status=Invite.Status.PENDING, expires_at__gt=timezone.now())


def pending_of(user_id: int) -> QuerySet[Invite]:
    """Return the pending invites that the user has sent or received."""
    return pending().filter(Q(from_user=user_id) | Q(to_user=user_id))


def unanswered_by(user_id: int) -> int:
    """Return the number of invites that wait for this user's answer."""
    return pending().filter(to_user=user_id).count()


def unanswered_by_each(user_ids: Iterable[int]) -> dict[int, int]:
    """Return :func:`unanswered_by` for each of these users who has any."""
    rows = pending().filter(to_user__in=user_ids).order_by().values("to_user").annotate(n=Count("pk"))
    return dict(rows.values_list("to_user", "n"))


def of_either(user_id: int) -> QuerySet[Invite]:
    """Return all invites that the user has sent or received, answered ones included, with their users."""
    return _with_users().filter(Q(from_user=user_id) | Q(to_user=user_id))


def of_user(user_id: int, invite_id: int) -> Invite:
    """Return an invite that the user has sent or received. Raises ``UnknownInvite``."""
    invite = of_either(user_id).filter(pk=invite_id).first()
    if invite is None:
        raise UnknownInvite
    return invite


def find_party_invite(*, user_id: int, invite_id: int | None = None, party_id: int | None = None) -> int:
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


def _with_users() -> QuerySet[Invite]:
    return Invite.objects.select_related("from_user", "to_user")
