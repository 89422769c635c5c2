"""Queries of parties."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet

from core.ids import UserId
from core.statements import statement
from friends import selectors as friends
from matchmaking.parties.events import PartyId, PartyInfo, PartyMemberInfo
from matchmaking.parties.models import Party, PartyMember
from matchmaking.parties.refusals import NotInParty, NotLeader, UnknownParty
from matchmaking.parties.rules import best_region

MAX_SIZE = 4


def shown(party: Party) -> PartyInfo:
    """Return the party as clients see it."""
    members = party.members.order_by("pk").values_list("user_id", "user__username", "ready", "latencies")
    return PartyInfo(
        id=party.pk,
        leader_id=party.leader_id,
        members=[PartyMemberInfo(user_id=id, username=name, ready=ready) for id, name, ready, _ in members],
        max_size=MAX_SIZE,
        open=party.open,
        version=party.version,
        region=best_region([latencies for *_, latencies in members]),
    )


def _rows(**named: Any) -> QuerySet[PartyMember, Any]:
    members = PartyMember.objects.filter(**named).order_by("pk")
    return members.values_list(
        "party_id",
        "party__leader_id",
        "party__open",
        "party__version",
        "user_id",
        "user__username",
        "ready",
        "latencies",
    )


@statement
def _by_id(party_id: PartyId) -> QuerySet[PartyMember, Any]:
    return _rows(party=party_id)


@statement
def _by_member(user_id: UserId) -> QuerySet[PartyMember, Any]:
    return _rows(party__members__user=user_id)


def _found(rows: Sequence[Any]) -> PartyInfo | None:
    """Return the party of these rows as clients see it, if there are any."""
    if not rows:
        return None
    party_id, leader_id, is_open, version, *_ = rows[0]
    return PartyInfo(
        id=party_id,
        leader_id=leader_id,
        members=[PartyMemberInfo(user_id=id, username=name, ready=ready) for *_, id, name, ready, _ in rows],
        max_size=MAX_SIZE,
        open=is_open,
        version=version,
        region=best_region([latencies for *_, latencies in rows]),
    )


def visible_to(user_id: UserId, party_id: PartyId) -> PartyInfo:
    """Return the party if it is open, the user's own, or one the user is invited to. Raises ``UnknownParty``.

    A party is hidden from users who block its leader or are blocked by its leader.
    """
    party = _found(_by_id(party_id))
    if party is None or not (_is_in(user_id, party) or _is_open_to(user_id, party)):
        raise UnknownParty
    return party


def _is_in(user_id: UserId, party: PartyInfo) -> bool:
    return any(member.user_id == user_id for member in party.members)


def _is_open_to(user_id: UserId, party: PartyInfo) -> bool:
    invited = Party.objects.filter(pk=party.id, invites__to_user=user_id, invites__status="pending")
    assert party.leader_id is not None
    return (party.open or invited.exists()) and not friends.is_blocked_between(user_id, party.leader_id)


def own(user_id: UserId) -> PartyInfo | None:
    """Return the user's party, if any."""
    return _found(_by_member(user_id))


def party_of(user_id: UserId) -> PartyInfo:
    """Return the user's party. Raises ``NotInParty``."""
    party = own(user_id)
    if party is None:
        raise NotInParty
    return party


def member_of(*, user_id: UserId, party_id: PartyId | None = None) -> PartyId:
    """Return the id of the user's party.

    Raises ``NotInParty``; ``UnknownParty`` if it is not ``party_id``.
    """
    own = PartyMember.objects.filter(user=user_id).values_list("party_id", flat=True).first()
    if party_id not in (None, own):
        raise UnknownParty
    if own is None:
        raise NotInParty
    return own


def led_by(*, user_id: UserId, party_id: PartyId | None = None) -> PartyId:
    """Return the id of the party that the user leads. Raises like ``member_of``, and ``NotLeader``."""
    own = member_of(user_id=user_id, party_id=party_id)
    if not Party.objects.filter(pk=own, leader=user_id).exists():
        raise NotLeader
    return own


def by_party(user_ids: Collection[UserId]) -> list[tuple[PartyId | None, list[UserId]]]:
    """Group these users by party; the party's id is None unless all its members are among them."""
    members = PartyMember.objects.filter(user__in=user_ids).order_by("pk").values_list("party_id", "user_id")
    parties: dict[PartyId, list[UserId]] = defaultdict(list)
    for party_id, user_id in members:
        parties[party_id].append(user_id)
    grouped = [
        (party_id if len(member_ids(party_id)) == len(mates) > 1 else None, mates)
        for party_id, mates in parties.items()
    ]
    in_party = {user_id for _, mates in grouped for user_id in mates}
    return grouped + [(None, [user_id]) for user_id in user_ids if user_id not in in_party]


def member_ids(party_id: PartyId) -> list[UserId]:
    """Return the ids of the party's members, in the order of joining."""
    members = PartyMember.objects.filter(party=party_id).order_by("pk")
    return list(members.values_list("user_id", flat=True))
