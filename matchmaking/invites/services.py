"""Services that change invites: create, accept, decline, cancel, expire.

An invite leaves ``pending`` by one conditional update, so if several requests answer, cancel or expire it at
the same moment, one of them succeeds. Locks are taken in this order: party or lobby, users, invites by
ascending id, queue.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from accounts import services as accounts
from chat import selectors as lobbies
from chat import services as chat
from chat.events import LobbyId
from core.ids import UserId
from friends import selectors as friends
from game import services as game_services
from game.author import catalogue
from matchmaking.invites import selectors
from matchmaking.invites.events import (
    InviteAccepted,
    InviteCancelled,
    InviteCreated,
    InviteDeclined,
    InviteEvent,
    InviteExpired,
    InviteInfo,
)
from matchmaking.invites.models import Invite
from matchmaking.invites.refusals import (
    AlreadyInvited,
    AlreadyMember,
    CannotInvite,
    CannotInviteOneself,
    InviteNotPending,
    NotForTwo,
    NotYoursToAnswer,
    TooManyInvites,
    UnknownInvitee,
)
from matchmaking.parties import selectors as party_selectors
from matchmaking.parties import services as parties
from matchmaking.parties.events import PartyId
from matchmaking.parties.refusals import PartyFull
from matchmaking.parties.selectors import MAX_SIZE
from realtime.connections import limits
from realtime.publishing import publish

MAX_PENDING_SENT = 20
"""Maximum number of pending invites that one user has sent."""
MAX_PENDING_RECEIVED = 100
"""Maximum number of invites that wait for one user's answer."""
MAX_PER_MINUTE = 30
"""Maximum number of invites that one user may send per minute: each notifies somebody."""
RETENTION = timedelta(days=7)
"""The time that answered invites are kept."""

Status = Invite.Status

_EVENTS: dict[str, type[InviteEvent]] = {
    Status.PENDING: InviteCreated,
    Status.ACCEPTED: InviteAccepted,
    Status.DECLINED: InviteDeclined,
    Status.CANCELLED: InviteCancelled,
    Status.EXPIRED: InviteExpired,
}


def create(
    *,
    user_id: UserId,
    to_user_id: UserId,
    game: str | None = None,
    lobby_id: LobbyId | None = None,
    party_id: PartyId | None = None,
) -> InviteInfo:
    """Invite a user to a game, a lobby or a party; exactly one of the three must be given.

    Raises ``CannotInviteOneself``, ``UnknownInvitee``, ``CannotInvite``, ``AlreadyInvited``,
    ``TooManyInvites`` and ``RateLimited``; for games ``UnknownGame`` and ``NotForTwo``; for lobbies the
    refusals of ``chat.selectors.check_may_invite``; for parties ``UnknownParty``, ``NotLeader``,
    ``PartyFull`` and ``AlreadyMember``.
    """
    if to_user_id == user_id:
        raise CannotInviteOneself
    limits.enforce_sync(f"invites:{user_id}", allowed=MAX_PER_MINUTE, window_s=60)
    with transaction.atomic():
        if party_id is not None:
            about = _about_party(user_id, to_user_id, party_id)
        elif lobby_id is not None:
            about = _about_lobby(user_id, to_user_id, lobby_id)
        else:
            about = _about_game(game or "")
        return _send(user_id, to_user_id, about)


def check_may_invite(
    *, user_id: UserId, lobby_id: LobbyId | None = None, party_id: PartyId | None = None
) -> None:
    """Check that the user may invite others to this lobby and party.

    Raises ``UnknownLobby``, ``LobbyClosed``, ``NotAMember``, ``MayNotActOn``, ``NotInParty``,
    ``UnknownParty`` and ``NotLeader``.
    """
    if lobby_id is not None:
        lobbies.check_invites_to(user_id, lobby_id)
    if party_id is not None:
        party_selectors.led_by(user_id=user_id, party_id=party_id)


def _about_game(name: str) -> dict[str, Any]:
    rules = catalogue.get(name)
    if not rules.min_players <= 2 <= rules.max_players:
        raise NotForTwo(f"{rules.title} is not for two.")
    return {"kind": Invite.Kind.GAME, "game": name}


def _about_lobby(user_id: UserId, to_user_id: UserId, lobby_id: LobbyId) -> dict[str, Any]:
    lobbies.check_may_invite(user_id, lobby_id, to_user_id)
    return {"kind": Invite.Kind.LOBBY, "lobby_id": lobby_id}


def _about_party(user_id: UserId, to_user_id: UserId, party_id: PartyId) -> dict[str, Any]:
    party = parties.lock_led(user_id, party_id=party_id)
    if party.members.filter(user=to_user_id).exists():
        raise AlreadyMember
    if party.members.count() >= MAX_SIZE:
        raise PartyFull
    return {"kind": Invite.Kind.PARTY, "party": party}


def _send(user_id: UserId, to_user_id: UserId, about: dict[str, Any]) -> InviteInfo:
    # Locking both users' rows makes the checks and counts below safe against concurrent invites.
    users = {user.pk: user for user in accounts.lock(user_id, to_user_id)}
    invitee = users.get(to_user_id)
    if invitee is None or not invitee.is_active:
        raise UnknownInvitee
    now = timezone.now()
    # An overdue invite must not block a new one until the next expiry run.
    _settle(_between(user_id, to_user_id).filter(expires_at__lte=now), Status.EXPIRED)
    if selectors.pending().filter(from_user=user_id).count() >= MAX_PENDING_SENT:
        raise TooManyInvites(f"{MAX_PENDING_SENT} of your invites are unanswered.")
    if (
        friends.is_blocked_between(user_id, to_user_id)
        or invitee.is_bot
        or selectors.unanswered_by(to_user_id) >= MAX_PENDING_RECEIVED
    ):
        raise CannotInvite
    try:
        with transaction.atomic():
            invite = Invite.objects.create(
                from_user=users[user_id],
                to_user=invitee,
                created_at=now,
                expires_at=now + timedelta(seconds=settings.INVITE_TTL),
                **about,
            )
    except IntegrityError:
        raise _already_invited(user_id, to_user_id, about) from None
    return _tell(invite)


def _already_invited(user_id: UserId, to_user_id: UserId, about: dict[str, Any]) -> AlreadyInvited:
    same = selectors.pending().filter(**about)
    if about["kind"] == Invite.Kind.GAME:
        same = same.filter(from_user__in=(user_id, to_user_id))
    invite = same.filter(to_user__in=(user_id, to_user_id)).first()
    if invite is not None and invite.to_user_id == user_id:
        return AlreadyInvited("They have invited you.", details={"invite_id": invite.pk})
    return AlreadyInvited(details=None if invite is None else {"invite_id": invite.pk})


@transaction.atomic
def accept(*, user_id: UserId, invite_id: int) -> InviteInfo:
    """Accept an invite: the game starts, or the user enters the lobby or the party.

    Raises ``UnknownInvite``, ``NotYoursToAnswer`` and ``InviteNotPending``; for parties ``PartyFull`` and
    ``AlreadyInParty``; for lobbies the refusals of ``chat.services.join_lobby``.
    """
    invite = _received(user_id, invite_id)
    party = None if invite.party_id is None else parties.lock(invite.party_id)
    if invite.lobby_id is not None and invite.status == Status.PENDING:
        chat.join_lobby(user_id=user_id, lobby_id=LobbyId(invite.lobby_id), is_invited=True)
    _answer(invite, Status.ACCEPTED)
    if invite.kind == Invite.Kind.GAME:
        _begin_game(invite)
    elif party is not None:
        parties.enter(party, user_id=user_id)
    return _tell(invite)


def _begin_game(invite: Invite) -> None:
    # The seats are assigned at random.
    user_ids = random.sample((invite.from_user_id, invite.to_user_id), 2)
    players = [game_services.Player(user_id) for user_id in user_ids]
    game = game_services.create_game(name=invite.game, players=players, created_by=invite.from_user_id)
    rules = catalogue.get(invite.game)
    for number, user_id in enumerate(user_ids):
        publish(game_services.match_found(game, rules=rules, number=number, user_id=user_id))
    invite.game_id = game.pk
    invite.save(update_fields=["game_id"])


@transaction.atomic
def decline(*, user_id: UserId, invite_id: int) -> InviteInfo:
    """Decline an invite. Raises ``UnknownInvite``, ``NotYoursToAnswer`` and ``InviteNotPending``."""
    invite = _received(user_id, invite_id)
    _answer(invite, Status.DECLINED)
    return _tell(invite)


@transaction.atomic
def cancel(*, user_id: UserId, invite_id: int) -> InviteInfo:
    """Cancel an invite that the user has sent. Raises like ``decline``."""
    invite = selectors.of_user(user_id, invite_id)
    if invite.from_user_id != user_id:
        raise NotYoursToAnswer("Only the sender can cancel an invite.")
    _answer(invite, Status.CANCELLED)
    return _tell(invite)


@transaction.atomic
def cancel_all(invites: QuerySet[Invite]) -> None:
    """Cancel the pending invites among these."""
    _settle(invites, Status.CANCELLED)


@transaction.atomic
def cancel_between(*, by_id: UserId, blocked_id: UserId) -> None:
    """Settle the pending invites between two users after a block.

    Those sent by the blocking user are cancelled, the others declined: the blocked user must not notice the
    block.
    """
    between = _between(by_id, blocked_id)
    _settle(between, lambda invite: Status.CANCELLED if invite.from_user_id == by_id else Status.DECLINED)


def cancel_to_party(party_id: PartyId) -> None:
    """Cancel the invites to this party."""
    cancel_all(Invite.objects.filter(party=party_id))


def cancel_to_lobby(lobby_id: LobbyId) -> None:
    """Cancel the invites to this lobby."""
    cancel_all(Invite.objects.filter(lobby_id=lobby_id))


@transaction.atomic
def accept_to_party(party_id: PartyId, *, user_id: UserId) -> None:
    """Mark the user's invite to this party as accepted, after they have joined by themselves."""
    _settle(Invite.objects.filter(party=party_id, to_user=user_id), Status.ACCEPTED)


@transaction.atomic
def erase(*, user_id: UserId) -> None:
    """Cancel and delete all invites that the user has sent or received."""
    invites = Invite.objects.filter(Q(from_user=user_id) | Q(to_user=user_id))
    _settle(invites, Status.CANCELLED)
    invites.delete()


def expire_due() -> float | None:
    """Expire overdue invites; return the seconds until the next one expires, if any.

    All workers may run this concurrently: each invite is expired, and announced, by one of them.
    """
    due = Invite.objects.filter(expires_at__lte=timezone.now(), status=Status.PENDING)
    for invite_id in list(due.order_by("expires_at").values_list("pk", flat=True)):
        with transaction.atomic():
            _settle(Invite.objects.filter(pk=invite_id), Status.EXPIRED)
    still_open = Invite.objects.filter(status=Status.PENDING)
    next_end = still_open.aggregate(end=Min("expires_at"))["end"]
    return None if next_end is None else max(0.0, (next_end - timezone.now()).total_seconds())


def delete_old() -> None:
    """Delete invites that were answered or have expired long ago."""
    Invite.objects.filter(answered_at__lt=timezone.now() - RETENTION).delete()


def _between(user_id: UserId, other_id: UserId) -> QuerySet[Invite]:
    both = (user_id, other_id)
    return Invite.objects.filter(from_user__in=both, to_user__in=both)


def _received(user_id: UserId, invite_id: int) -> Invite:
    invite = selectors.of_user(user_id, invite_id)
    if invite.to_user_id != user_id:
        raise NotYoursToAnswer("Only the invited user can answer an invite.")
    return invite


def _answer(invite: Invite, status: Status) -> None:
    """Set the invite's final status if it can still be answered. Raises ``InviteNotPending``."""
    if not _end(invite, status, Invite.objects.filter(expires_at__gt=timezone.now())):
        invite.refresh_from_db(fields=["status"])
        is_overdue = invite.status == Status.PENDING
        raise InviteNotPending(details={"status": Status.EXPIRED if is_overdue else invite.status})


def _settle(invites: QuerySet[Invite], status: Status | Callable[[Invite], Status]) -> None:
    """Set the final status of the pending invites among these, and publish the change."""
    pending = invites.filter(status=Status.PENDING).select_related("from_user", "to_user")
    for invite in pending.order_by("pk"):
        end = status if isinstance(status, Status) else status(invite)
        if _end(invite, end, Invite.objects.all()):
            _tell(invite)


def _end(invite: Invite, status: Status, among: QuerySet[Invite]) -> bool:
    now = timezone.now()
    pending = among.filter(pk=invite.pk, status=Status.PENDING)
    if not pending.update(status=status, answered_at=now):
        return False
    invite.status, invite.answered_at = status, now
    return True


def _tell(invite: Invite) -> InviteInfo:
    info = selectors.shown_invite(invite)
    publish(_EVENTS[invite.status](invite=info))
    return info
