"""Queries about lobbies, their members and sanctions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import selectors as accounts
from chat import events, rules, shapes
from chat.events import LobbyId
from chat.models import FilteredWord, Lobby, Membership, Sanction
from chat.refusals import (
    AlreadyInLobby,
    Banned,
    LobbyClosed,
    NotAMember,
    OwnerOnly,
    PremiumRequired,
    UnknownLobby,
)
from chat.selectors.messages import latest_reactions, messages, shown_message, standing, with_reactions
from chat.selectors.said import LAST_MESSAGES
from core.ids import UserId
from core.statements import statement, together
from core.words import extra_words
from friends.events import Person
from realtime.membership.leased_set import users_in

ATTENDANCE = "here"
"""The kind of our ``LeasedSet``, whose rooms are topics of lobbies and conversations."""

_encode = msgspec.json.encode


@extra_words
def filtered_words() -> list[str]:
    """Return the words that operators added to the filter."""
    return list(FilteredWord.objects.order_by("pk").values_list("word", flat=True))


@statement
def _lobby(lobby_id: LobbyId) -> QuerySet[Lobby]:
    return Lobby.objects.filter(pk=lobby_id)


def lobby(lobby_id: LobbyId) -> Lobby:
    """Return a lobby, open or closed. Raises ``UnknownLobby``."""
    found = _lobby.first(lobby_id)
    if found is None:
        raise UnknownLobby
    return found


def facts(lobby: Lobby) -> events.LobbyFacts:
    """Return the lobby's properties, as sent to its members."""
    pinned = None if lobby.pinned_id is None else shown_message(lobby.pk, lobby.pinned_id)
    return events.LobbyFacts(
        id=lobby.pk,
        name=lobby.name,
        title=lobby.shown_title,
        is_public=lobby.is_public,
        max_participants=lobby.max_participants,
        game=lobby.game,
        status=lobby.status,
        owner_id=lobby.owner_id,
        slow_mode_s=lobby.slow_mode_s,
        pinned=pinned,
    )


class _Rows(Subquery):
    """The number of rows of a subquery."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) _rows)"
    output_field = IntegerField()


@statement
def lobbies_visible_to(user_id: UserId) -> QuerySet[Lobby, Any]:
    """Return public lobbies and those the user belongs to, as rows for :func:`shown_lobbies`."""
    mine = Membership.objects.filter(lobby=OuterRef("pk"), user_id=user_id)
    # Nothing is newer than NULL, so nothing is unread in lobbies to which the user does not belong.
    unread = (
        standing(OuterRef("pk"))
        .filter(pk__gt=OuterRef("my_read_up_to"))
        .exclude(sender_id=user_id)
        .order_by("-pk")
        .values("pk")[: rules.MAX_UNREAD]
    )
    counted = (
        Membership.objects.filter(lobby=OuterRef("pk"))
        .order_by()
        .values("lobby")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Lobby.objects.annotate(
            my_role=Subquery(mine.values("role")),
            my_read_up_to=Subquery(mine.values("read_up_to")),
            unread=_Rows(unread),
            member_count=Coalesce(Subquery(counted), 0),
        )
        .filter(Q(is_public=True) | Q(my_role__isnull=False))
        .values_list(
            "id",
            "name",
            "title",
            "is_public",
            "max_participants",
            "game",
            "status",
            "owner_id",
            "owner__username",
            "owner__is_premium",
            "member_count",
            "my_role",
            "unread",
            "created_at",
            "closed_at",
            named=True,
        )
    )


def shown_lobbies(rows: Iterable[Any]) -> list[shapes.OneLobby]:
    """Return lobbies as shown to the user who may see them."""
    return [
        shapes.OneLobby(
            id=row.id,
            name=row.name,
            title=row.title or row.name,
            is_public=row.is_public,
            max_participants=row.max_participants,
            game=row.game,
            status=row.status,
            owner=None
            if row.owner_id is None
            else Person(id=row.owner_id, username=row.owner__username, is_premium=row.owner__is_premium),
            member_count=row.member_count,
            role=row.my_role,
            unread=row.unread,
            created_at=row.created_at,
            closed_at=row.closed_at,
            ws_url=f"/ws/lobbies/{row.id}/",
        )
        for row in rows
    ]


def lobby_with_members(user_id: UserId, lobby_id: LobbyId) -> shapes.LobbyWithMembers:
    """Return a lobby that is public or the user's own.

    Raises ``UnknownLobby``, ``Banned`` or ``NotAMember``.
    """
    found = shown_lobbies(_lobby_visible_to(user_id, lobby_id))
    if not found:
        check_member(lobby_id, user_id)
        # The user became a member after the first query.
        raise NotAMember
    here = users_in(ATTENDANCE, events.lobby_topic(found[0].name))
    return shapes.LobbyWithMembers(**msgspec.structs.asdict(found[0]), members=members(lobby_id, here))


@statement
def _lobby_visible_to(user_id: UserId, lobby_id: LobbyId) -> QuerySet[Lobby, Any]:
    found: QuerySet[Lobby, Any] = lobbies_visible_to.queryset(user_id).filter(pk=lobby_id)
    return found


def _sanction(lobby_id: LobbyId, user_id: UserId, kind: Sanction.Kind) -> Sanction | None:
    return Sanction.objects.in_force().filter(lobby_id=lobby_id, user_id=user_id, kind=kind).first()


def check_not_banned(lobby_id: LobbyId, user_id: UserId) -> None:
    """Raise ``Banned``, with the end of the ban, if the user is banned."""
    ban = _sanction(lobby_id, user_id, Sanction.Kind.BAN)
    if ban is not None:
        raise Banned(details={"until": ban.until, "reason": ban.reason})


@statement
def _role(lobby_id: LobbyId, user_id: UserId) -> QuerySet[Membership, str]:
    return Membership.objects.filter(lobby_id=lobby_id, user_id=user_id).values_list("role", flat=True)


def role(lobby_id: LobbyId, user_id: UserId) -> str | None:
    """Return the user's role in the lobby, or None if they are not a member."""
    return _role.first(lobby_id, user_id)


def check_member(lobby_id: LobbyId, user_id: UserId) -> str:
    """Return the member's role, in one query. Raises ``UnknownLobby``, ``Banned`` or ``NotAMember``."""
    found = role(lobby_id, user_id)
    if found is None:
        lobby(lobby_id)
        check_not_banned(lobby_id, user_id)
        raise NotAMember
    return found


def check_owner(lobby_id: LobbyId, user_id: UserId) -> None:
    """Raise ``OwnerOnly`` unless the user is the owner; for others, the refusals of :func:`check_member`."""
    if check_member(lobby_id, user_id) != rules.OWNER:
        raise OwnerOnly


def check_may_open(user_id: UserId) -> None:
    """Raise ``PremiumRequired`` unless the user may create lobbies."""
    if not accounts.by_id(user_id).is_premium:
        raise PremiumRequired


def check_may_moderate(user_id: UserId, lobby_id: LobbyId) -> None:
    """Check that the user moderates the lobby.

    Raises ``UnknownLobby``, ``Banned``, ``NotAMember``, ``MayNotActOn``.
    """
    rules.check_may_act_on(check_member(lobby_id, user_id), rules.MEMBER)


def check_open(lobby: Lobby) -> None:
    """Raise ``LobbyClosed`` unless the lobby is open."""
    if lobby.status != Lobby.Status.OPEN:
        raise LobbyClosed


def check_invites_to(user_id: UserId, lobby_id: LobbyId) -> None:
    """Check that the user may invite: any member to a public lobby, owner and moderators to a private one.

    Raises ``UnknownLobby``, ``LobbyClosed``, ``NotAMember``, ``MayNotActOn``.
    """
    found = lobby(lobby_id)
    check_open(found)
    own_role = check_member(lobby_id, user_id)
    if not found.is_public:
        rules.check_may_act_on(own_role, rules.MEMBER)


def check_may_invite(user_id: UserId, lobby_id: LobbyId, invitee_id: UserId) -> None:
    """Check an invite. Raises like ``check_invites_to``, and ``AlreadyInLobby``, ``Banned``."""
    check_invites_to(user_id, lobby_id)
    if role(lobby_id, invitee_id) is not None:
        raise AlreadyInLobby
    if _sanction(lobby_id, invitee_id, Sanction.Kind.BAN) is not None:
        raise Banned("This user is banned from the lobby.")


def sanctions(lobby_id: LobbyId) -> QuerySet[Sanction, Any]:
    """Return the bans and mutes in force in a lobby, as rows for :func:`shown_sanctions`."""
    return (
        Sanction.objects.in_force()
        .filter(lobby_id=lobby_id)
        .values_list(
            "pk",
            "user_id",
            "user__username",
            "user__is_premium",
            "kind",
            "reason",
            "by_id",
            "created_at",
            "until",
            named=True,
        )
    )


def shown_sanctions(rows: Iterable[Any]) -> list[shapes.OneSanction]:
    """Return sanctions as shown to the lobby's moderators."""
    return [
        shapes.OneSanction(
            user=Person(id=row.user_id, username=row.user__username, is_premium=row.user__is_premium),
            kind=row.kind,
            reason=row.reason,
            by_id=row.by_id,
            created_at=row.created_at,
            until=row.until,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class LobbyState:
    """A lobby's state, encoded once for all its sockets; each member's role, mute and read marker."""

    lobby: msgspec.Raw
    members: msgspec.Raw
    messages: msgspec.Raw
    standing: dict[UserId, tuple[str, datetime | None, int]]

    def seen_by(self, user_id: UserId) -> events.PresenceState:
        """Return the state for this member. Raises ``NotAMember``."""
        if user_id not in self.standing:
            raise NotAMember
        role, muted_until, read_up_to = self.standing[user_id]
        return events.PresenceState(
            lobby=self.lobby,
            members=self.members,
            messages=self.messages,
            you=events.OwnMembership(
                user_id=user_id, role=role, muted_until=muted_until, read_up_to=read_up_to
            ),
        )


def _member_rows(lobby_id: LobbyId, now: datetime) -> QuerySet[Membership, Any]:
    muted = Sanction.objects.in_force(now).filter(
        lobby=OuterRef("lobby"), user=OuterRef("user"), kind=Sanction.Kind.MUTE
    )
    return (
        Membership.objects.filter(lobby_id=lobby_id)
        .order_by("pk")
        .values_list(
            "user_id",
            "user__username",
            "user__is_premium",
            "role",
            Subquery(muted.values("until")[:1]),
            "read_up_to",
        )
    )


_members = statement(_member_rows)


@statement
def _member(lobby_id: LobbyId, user_id: UserId, now: datetime) -> QuerySet[Membership, Any]:
    return _member_rows(lobby_id, now).filter(user_id=user_id)


def members(lobby_id: LobbyId, online: set[UserId]) -> list[events.Member]:
    """Return the lobby's members by rank and then by time of joining."""
    return _shown_members(_members(lobby_id, timezone.now()), online)


def _shown_members(rows: Iterable[Any], online: set[UserId]) -> list[events.Member]:
    by_rank = sorted(rows, key=lambda row: -rules.RANKS[row[3]])
    return [_shown_member(online, *row[:5]) for row in by_rank]


def member(lobby_id: LobbyId, user_id: UserId, online: set[UserId]) -> events.Member:
    """Return one of the lobby's members."""
    (row,) = _member(lobby_id, user_id, timezone.now())
    return _shown_member(online, *row[:5])


def _shown_member(
    online: set[UserId],
    user_id: UserId,
    username: str,
    is_premium: bool,
    role: str,
    muted_until: datetime | None,
) -> events.Member:
    return events.Member(
        user_id=user_id,
        username=username,
        is_premium=is_premium,
        role=role,
        muted_until=muted_until,
        online=user_id in online,
    )


@statement
def _open_by_id(lobby_id: LobbyId, user_id: UserId) -> QuerySet[Lobby, Any]:
    return _open_to(user_id).filter(pk=lobby_id)


@statement
def _open_by_name(name: str, user_id: UserId) -> QuerySet[Lobby, Any]:
    return _open_to(user_id).filter(name__lower=name)


def _open_to(user_id: UserId) -> QuerySet[Lobby, Any]:
    is_member = Exists(Membership.objects.filter(lobby=OuterRef("pk"), user_id=user_id))
    return Lobby.objects.filter(status=Lobby.Status.OPEN).values_list("pk", "name", is_member)


def lobby_entered_by(
    user_id: UserId, *, lobby_id: LobbyId | None = None, name: str = ""
) -> tuple[LobbyId, str]:
    """Return the id and name of the open lobby, by id or case-insensitive name, whose socket a member opens.

    Raises ``UnknownLobby``, ``Banned``, ``NotAMember``.
    """
    if lobby_id is None:
        found = _open_by_name.first(name.lower(), user_id)
    else:
        found = _open_by_id.first(lobby_id, user_id)
    if found is None:
        raise UnknownLobby
    lobby_id, name, is_member = found
    if not is_member:
        check_member(lobby_id, user_id)
    return lobby_id, name


def lobby_state(lobby_id: LobbyId) -> LobbyState:
    """Return an open lobby's state. Raises ``UnknownLobby``."""
    lobbies, rows, latest, reactions = together(
        _lobby.bound(lobby_id),
        _members.bound(lobby_id, timezone.now()),
        messages.top(LAST_MESSAGES, ["-id"]).bound(lobby_id),
        latest_reactions.bound(lobby_id),
    )
    if not lobbies or lobbies[0].status != Lobby.Status.OPEN:
        raise UnknownLobby
    (found,) = lobbies
    there = _shown_members(rows, users_in(ATTENDANCE, events.lobby_topic(found.name)))
    return LobbyState(
        lobby=msgspec.Raw(_encode(facts(found))),
        members=msgspec.Raw(_encode(there)),
        messages=msgspec.Raw(_encode(with_reactions(latest, reactions))),
        standing={user_id: standing for user_id, _, _, *standing in rows},
    )
