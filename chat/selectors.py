"""Queries about lobbies and direct messages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import selectors as accounts
from accounts.models import User
from chat import events, rules
from chat.models import (
    DirectMessage,
    FilteredWord,
    Lobby,
    LobbyMessage,
    Membership,
    Sanction,
    Thread,
)
from chat.refusals import (
    AlreadyInLobby,
    Banned,
    LobbyClosed,
    NotAMember,
    NotFriends,
    OwnerOnly,
    PremiumRequired,
    UnknownLobby,
    UnknownMessage,
)
from core.words import extra_words
from friends import selectors as friends
from friends.events import Person
from friends.selectors import person
from realtime.membership.leased_set import users_in
from realtime.wire import topics

LAST_MESSAGES = 50
ATTENDANCE = "here"
"""The kind of our ``LeasedSet``, whose rooms are topics of lobbies and conversations."""

_encode = msgspec.json.encode


@extra_words
def filtered_words() -> list[str]:
    """Return the words that operators added to the filter."""
    return list(FilteredWord.objects.order_by("pk").values_list("word", flat=True))


# -- Lobbies


def lobby(lobby_id: int) -> Lobby:
    """Return a lobby, open or closed, with its owner. Raises ``UnknownLobby``."""
    found = Lobby.objects.select_related("owner").filter(pk=lobby_id).first()
    if found is None:
        raise UnknownLobby
    return found


def _open_lobby(**wanted: Any) -> Lobby:
    found = Lobby.objects.filter(status=Lobby.Status.OPEN, **wanted).first()
    if found is None:
        raise UnknownLobby
    return found


def facts(lobby: Lobby) -> events.LobbyFacts:
    """Return the lobby's properties, as sent to its members."""
    return events.LobbyFacts(
        id=lobby.pk,
        name=lobby.name,
        title=lobby.shown_title,
        is_public=lobby.is_public,
        max_participants=lobby.max_participants,
        game=lobby.game,
        status=lobby.status,
        owner_id=lobby.owner_id,
    )


def lobbies_visible_to(user_id: int) -> QuerySet[Lobby]:
    """Return public lobbies and those the user belongs to.

    They are annotated with the user's role (``my_role``) and the number of members (``member_count``).
    """
    my_role = Membership.objects.filter(lobby=OuterRef("pk"), user_id=user_id).values("role")
    counted = (
        Membership.objects.filter(lobby=OuterRef("pk"))
        .order_by()
        .values("lobby")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Lobby.objects.select_related("owner")
        .annotate(
            my_role=Subquery(my_role),
            member_count=Coalesce(Subquery(counted), 0),
        )
        .filter(Q(is_public=True) | Q(my_role__isnull=False))
    )


def _sanction(lobby_id: int, user_id: int, kind: Sanction.Kind) -> Sanction | None:
    return Sanction.objects.in_force().filter(lobby_id=lobby_id, user_id=user_id, kind=kind).first()


def check_not_banned(lobby_id: int, user_id: int) -> None:
    """Raise ``Banned``, with the end of the ban, if the user is banned."""
    ban = _sanction(lobby_id, user_id, Sanction.Kind.BAN)
    if ban is not None:
        raise Banned(details={"until": ban.until, "reason": ban.reason})


def role(lobby_id: int, user_id: int) -> str | None:
    """Return the user's role in the lobby, or None if they are not a member."""
    return (
        Membership.objects.filter(lobby_id=lobby_id, user_id=user_id).values_list("role", flat=True).first()
    )


def check_member(lobby: Lobby, user_id: int) -> str:
    """Return the member's role. Raises ``Banned`` or ``NotAMember``."""
    found = role(lobby.pk, user_id)
    if found is None:
        check_not_banned(lobby.pk, user_id)
        raise NotAMember
    return found


def check_owner(lobby: Lobby, user_id: int) -> None:
    """Raise ``OwnerOnly`` unless the user is the owner; for non-members ``Banned`` or ``NotAMember``."""
    if check_member(lobby, user_id) != rules.OWNER:
        raise OwnerOnly


def lobby_seen_by(user_id: int, lobby_id: int) -> Lobby:
    """Return the lobby if it is public or the user is a member. Raises ``UnknownLobby``, ``NotAMember``."""
    found = lobby(lobby_id)
    if not found.is_public:
        check_member(found, user_id)
    return found


def check_may_open(user_id: int) -> None:
    """Raise ``PremiumRequired`` unless the user may create lobbies."""
    if not accounts.by_id(user_id).is_premium:
        raise PremiumRequired


def check_may_moderate(user_id: int, lobby_id: int) -> None:
    """Check that the user moderates the lobby.

    Raises ``UnknownLobby``, ``Banned``, ``NotAMember``, ``MayNotActOn``.
    """
    rules.check_may_act_on(check_member(lobby(lobby_id), user_id), rules.MEMBER)


def check_open(lobby: Lobby) -> None:
    """Raise ``LobbyClosed`` unless the lobby is open."""
    if lobby.status != Lobby.Status.OPEN:
        raise LobbyClosed


def check_invites_to(user_id: int, lobby_id: int) -> None:
    """Check that the user may invite: any member to a public lobby, owner and moderators to a private one.

    Raises ``UnknownLobby``, ``LobbyClosed``, ``NotAMember``, ``MayNotActOn``.
    """
    found = lobby(lobby_id)
    check_open(found)
    own_role = check_member(found, user_id)
    if not found.is_public:
        rules.check_may_act_on(own_role, rules.MEMBER)


def check_may_invite(user_id: int, lobby_id: int, invitee_id: int) -> None:
    """Check an invite. Raises like ``check_invites_to``, and ``AlreadyInLobby``, ``Banned``."""
    check_invites_to(user_id, lobby_id)
    if role(lobby_id, invitee_id) is not None:
        raise AlreadyInLobby
    if _sanction(lobby_id, invitee_id, Sanction.Kind.BAN) is not None:
        raise Banned("This user is banned from the lobby.")


def sanctions(lobby_id: int) -> QuerySet[Sanction]:
    """Return the bans and mutes in force in a lobby, with their users."""
    return Sanction.objects.in_force().filter(lobby_id=lobby_id).select_related("user")


@dataclass(frozen=True)
class LobbyState:
    """A lobby's state, encoded once for all its sockets, and the role and mute of each member."""

    lobby: msgspec.Raw
    members: msgspec.Raw
    messages: msgspec.Raw
    standing: dict[int, tuple[str, datetime | None]]

    def seen_by(self, user_id: int) -> events.PresenceState:
        """Return the state for this member. Raises ``NotAMember``."""
        if user_id not in self.standing:
            raise NotAMember
        role, muted_until = self.standing[user_id]
        return events.PresenceState(
            lobby=self.lobby,
            members=self.members,
            messages=self.messages,
            you=events.OwnMembership(user_id=user_id, role=role, muted_until=muted_until),
        )


def members(lobby_id: int, online: set[int], user_id: int | None = None) -> list[events.Member]:
    """Return the lobby's members, or one of them, by rank and then by time of joining."""
    muted = Sanction.objects.in_force().filter(lobby=OuterRef("lobby"), user=OuterRef("user"), kind="mute")
    rows = Membership.objects.filter(lobby_id=lobby_id)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    found = rows.order_by("pk").values_list(
        "user_id", "user__username", "user__is_premium", "role", Subquery(muted.values("until")[:1])
    )
    return [
        events.Member(
            user_id=user,
            username=name,
            is_premium=is_premium,
            role=role,
            muted_until=until,
            online=user in online,
        )
        for user, name, is_premium, role, until in sorted(found, key=lambda row: -rules.RANKS[row[3]])
    ]


def lobby_entered_by(user_id: int, *, lobby_id: int | None = None, name: str = "") -> Lobby:
    """Return the open lobby, by id or case-insensitive name, whose socket the member opens.

    Raises ``UnknownLobby``, ``Banned``, ``NotAMember``.
    """
    wanted: dict[str, Any] = {"name__lower": name.lower()} if lobby_id is None else {"pk": lobby_id}
    found = Lobby.objects.filter(status=Lobby.Status.OPEN, memberships__user=user_id, **wanted).first()
    if found is None:
        found = _open_lobby(**wanted)
        check_member(found, user_id)
    return found


def lobby_state(lobby_id: int) -> LobbyState:
    """Return an open lobby's state. Raises ``UnknownLobby``."""
    found = _open_lobby(pk=lobby_id)
    there = members(lobby_id, users_in(ATTENDANCE, topics.lobby(found.name)))
    return LobbyState(
        lobby=msgspec.Raw(_encode(facts(found))),
        members=msgspec.Raw(_encode(there)),
        messages=msgspec.Raw(_encode(shown_messages(messages(lobby_id)[:LAST_MESSAGES]))),
        standing={member.user_id: (member.role, member.muted_until) for member in there},
    )


def messages(lobby_id: int) -> QuerySet[LobbyMessage]:
    """Return the lobby's messages that were not deleted, newest first."""
    rows = LobbyMessage.objects.filter(lobby_id=lobby_id, deleted_at=None)
    return rows.select_related("sender").order_by("-id")


def message(lobby_id: int, message_id: int) -> LobbyMessage:
    """Return a message that was not deleted. Raises ``UnknownMessage``."""
    found = messages(lobby_id).filter(pk=message_id).first()
    if found is None:
        raise UnknownMessage
    return found


def shown_messages(messages: Iterable[LobbyMessage]) -> list[events.Text]:
    """Return messages as shown to members."""
    return [
        events.Text(id=each.pk, content=each.content, sender=person(each.sender), created_at=each.created_at)
        for each in messages
    ]


# -- Between friends


def check_friends(one_id: int, other_id: int) -> None:
    """Raise ``NotFriends`` unless these two users are friends."""
    if not friends.are_friends(one_id, other_id):
        raise NotFriends


def sender_to(friend_id: int, sender_id: int) -> User:
    """Return the sender of a message to a friend. Raises ``NotFriends``."""
    friendship = friends.between(sender_id, friend_id)
    found = User.objects.filter(Exists(friendship), pk=sender_id, is_active=True).first()
    if found is None:
        raise NotFriends
    return found


def direct_messages(one_id: int, other_id: int) -> QuerySet[DirectMessage]:
    """Return the messages between these two users, newest first."""
    low_id, high_id = rules.between(one_id, other_id)
    rows = DirectMessage.objects.filter(thread__low_id=low_id, thread__high_id=high_id)
    return rows.select_related("sender").order_by("-id")


def shown_direct(messages: Iterable[DirectMessage]) -> list[events.DirectText]:
    """Return direct messages as shown to both users."""
    return [
        events.DirectText(
            id=each.pk,
            content=each.content,
            sender=person(each.sender),
            to_user_id=each.receiver_id,
            created_at=each.created_at,
            read_at=each.read_at,
        )
        for each in messages
    ]


def direct_state(user_id: int, friend_id: int) -> events.DirectState:
    """Return the conversation's state for one of the two. Raises ``NotFriends``."""
    check_friends(user_id, friend_id)
    here = users_in(ATTENDANCE, topics.direct(user_id, friend_id))
    return events.DirectState(
        members=[
            events.Talker(
                user_id=each.pk, username=each.username, is_premium=each.is_premium, online=each.pk in here
            )
            for each in User.objects.filter(pk__in=(user_id, friend_id)).order_by("pk")
        ],
        messages=shown_direct(direct_messages(user_id, friend_id)[:LAST_MESSAGES]),
        unread=DirectMessage.objects.filter(receiver_id=user_id, sender_id=friend_id, read_at=None).count(),
    )


def threads(user_id: int) -> QuerySet[Thread]:
    """Return the user's conversations with friends, annotated with the unread count (``unread``)."""
    unread = (
        DirectMessage.objects.filter(thread=OuterRef("pk"), receiver_id=user_id, read_at=None)
        .order_by()
        .values("thread")
        .annotate(n=Count("pk"))
        .values("n")
    )
    with_friends = friends.friend_ids(user_id)
    return (
        Thread.objects.filter(
            Q(low_id=user_id, high_id__in=with_friends) | Q(high_id=user_id, low_id__in=with_friends)
        )
        .select_related("low", "high", "last_message__sender")
        .annotate(unread=Coalesce(Subquery(unread), 0))
    )


def unread_counts(user_id: int) -> dict[int, int]:
    """Return the number of unread messages by friend; friends without any are left out."""
    return unread_counts_of([user_id]).get(user_id, {})


def unread_counts_of(user_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Return :func:`unread_counts` for each of these users who has unread messages."""
    rows = (
        DirectMessage.objects.filter(receiver_id__in=user_ids, read_at=None)
        .order_by()
        .values("receiver_id", "sender_id")
        .annotate(n=Count("pk"))
        .values_list("receiver_id", "sender_id", "n")
    )
    counts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for receiver, sender, n in rows:
        counts[receiver][sender] = n
    if not counts:
        return {}
    with_friends = friends.friend_ids_of(counts)
    return {
        receiver: {sender: n for sender, n in of_each.items() if sender in with_friends.get(receiver, ())}
        for receiver, of_each in counts.items()
    }


def person_of(user_id: int) -> Person | None:
    """Return a user's public identity by id, or None if the user is gone."""
    found = User.objects.filter(pk=user_id).first()
    return None if found is None else person(found)
