"""Services that change parties: create, join, leave, kick, disband, chat.

Every change locks the party's row, so that each sees the result of the one before. Other rows that a change
affects (invites, then the queue) are locked after it, never before.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction

from chat import pacing
from core import speech, words
from core.ids import UserId
from core.refusals import Invalid
from friends import selectors as friends
from matchmaking.parties import selectors
from matchmaking.parties.events import Change, PartyChat, PartyId, PartyInfo, PartyUpdate
from matchmaking.parties.models import Party, PartyMember
from matchmaking.parties.refusals import (
    AlreadyInParty,
    CannotKickOneself,
    NotInParty,
    NotLeader,
    PartyFull,
    UnknownMember,
    UnknownParty,
)
from matchmaking.parties.selectors import MAX_SIZE
from realtime.publishing import publish


@transaction.atomic
def create(*, user_id: UserId, open: bool = False) -> PartyInfo:
    """Create a party led by this user; anybody may join an open one. Raises ``AlreadyInParty``."""
    party = Party.objects.create(leader_id=user_id, open=open)
    _seat(party, user_id)
    return _changed(party, "created", [user_id])


@transaction.atomic
def join(*, user_id: UserId, party_id: PartyId) -> PartyInfo:
    """Join an open party. Raises ``UnknownParty``, ``PartyFull`` and ``AlreadyInParty``.

    The party is also unknown to users who block its leader or are blocked by its leader.
    """
    party = lock(party_id)
    if not party.open or friends.is_blocked_between(user_id, party.leader_id):
        raise UnknownParty
    return enter(party, user_id=user_id)


def enter(party: Party, *, user_id: UserId) -> PartyInfo:
    """Add the user to this locked party. Raises ``PartyFull`` and ``AlreadyInParty``."""
    if party.members.count() >= MAX_SIZE:
        raise PartyFull(f"A party holds at most {MAX_SIZE}.")
    _seat(party, user_id)
    return _changed(party, "joined", [user_id])


@transaction.atomic
def leave(*, user_id: UserId, party_id: PartyId | None = None) -> None:
    """Leave the party. The longest-standing member becomes leader; an empty party is deleted.

    Raises ``NotInParty``; ``UnknownParty`` if the user's party is not ``party_id``.
    """
    party = lock_own(user_id, party_id=party_id)
    party.members.filter(user=user_id).delete()
    remaining = selectors.member_ids(party.pk)
    if not remaining:
        _end(party, [user_id])
        return
    if party.leader_id == user_id:
        party.leader_id = remaining[0]
    _changed(party, "left", [user_id])


@transaction.atomic
def kick(*, user_id: UserId, target_id: UserId, party_id: PartyId | None = None) -> PartyInfo:
    """Remove a member, as the leader.

    Raises like ``leave``, and ``NotLeader``, ``UnknownMember`` and ``CannotKickOneself``.
    """
    party = lock_led(user_id, party_id=party_id)
    if target_id == user_id:
        raise CannotKickOneself
    kicked, _ = party.members.filter(user=target_id).delete()
    if not kicked:
        raise UnknownMember
    return _changed(party, "kicked", [target_id])


@transaction.atomic
def disband(*, user_id: UserId, party_id: PartyId | None = None) -> None:
    """Disband the party, as its leader. Raises like ``leave``, and ``NotLeader``."""
    party = lock_led(user_id, party_id=party_id)
    user_ids = selectors.member_ids(party.pk)
    party.members.all().delete()
    _end(party, user_ids)


@transaction.atomic
def set_ready(*, user_id: UserId, ready: bool, party_id: PartyId | None = None) -> PartyInfo:
    """Set whether the user is ready to play; it is only shown to the others. Raises like ``leave``."""
    party = lock_own(user_id, party_id=party_id)
    if party.members.filter(user=user_id, ready=not ready).update(ready=ready):
        return _changed(party, "ready", [user_id])
    return selectors.shown(party)


@transaction.atomic
def set_latencies(*, user_id: UserId, latencies: Mapping[str, int]) -> PartyInfo:
    """Store the user's latencies by region. Raises ``NotInParty``, ``Invalid`` for a region that is none."""
    unknown = sorted(set(latencies) - set(settings.REGIONS))
    if unknown:
        reason = f"Not a region: {unknown[0][:30]}."
        raise Invalid(reason, details={"latencies": [reason]})
    party = lock_own(user_id)
    before = selectors.shown(party).region
    party.members.filter(user=user_id).update(latencies=dict(latencies))
    if selectors.shown(party).region != before:
        return _changed(party, "latencies", [user_id])
    return selectors.shown(party)


def say(*, user_id: UserId, content: str) -> PartyChat:
    """Send a message to the user's party. Messages are not stored.

    It counts against the rate limit that lobbies and conversations share. Raises ``InvalidContent``,
    ``NotInParty`` and ``RateLimited``.
    """
    content = speech.clean(content)
    party_id = selectors.party_of(user_id).id
    pacing.take_sync(user_id)
    return _tell(user_id, party_id, words.mask(content))


@transaction.atomic
def _tell(user_id: UserId, party_id: PartyId, content: str) -> PartyChat:
    party = lock_own(user_id, party_id=party_id)
    members = selectors.shown(party).members
    (sender,) = (member for member in members if member.user_id == user_id)
    said = PartyChat(
        party_id=party.pk,
        sender_id=user_id,
        sender_name=sender.username,
        content=content,
        member_ids=[member.user_id for member in members],
    )
    publish(said)
    return said


def lock(party_id: PartyId) -> Party:
    """Return the party, locked until the transaction ends. Raises ``UnknownParty``."""
    party = Party.objects.select_for_update(no_key=True).filter(pk=party_id).first()
    if party is None:
        raise UnknownParty
    return party


def lock_own(user_id: UserId, *, party_id: PartyId | None = None) -> Party:
    """Return the user's party, locked. Raises ``NotInParty``; ``UnknownParty`` if it is not ``party_id``."""
    own = selectors.member_of(user_id=user_id, party_id=party_id)
    party = Party.objects.select_for_update(no_key=True).filter(pk=own).first()
    # The user may have been kicked while this waited for the lock.
    if party is None or not party.members.filter(user=user_id).exists():
        raise NotInParty
    return party


def lock_led(user_id: UserId, *, party_id: PartyId | None = None) -> Party:
    """Return the party that the user leads, locked. Raises like ``lock_own``, and ``NotLeader``."""
    party = lock_own(user_id, party_id=party_id)
    if party.leader_id != user_id:
        raise NotLeader
    return party


def _seat(party: Party, user_id: UserId) -> None:
    try:
        with transaction.atomic():
            PartyMember.objects.create(party=party, user_id=user_id)
    except IntegrityError:
        raise AlreadyInParty from None


def _changed(party: Party, change: Change, user_ids: Sequence[UserId]) -> PartyInfo:
    party.version += 1
    party.save(update_fields=["version", "leader"])
    now = selectors.shown(party)
    publish(PartyUpdate(party=now, change=change, user_ids=list(user_ids)))
    return now


def _end(party: Party, user_ids: Sequence[UserId]) -> None:
    last = PartyInfo(
        id=party.pk,
        leader_id=None,
        members=[],
        max_size=MAX_SIZE,
        open=False,
        region=None,
        version=party.version + 1,
    )
    # Published before the deletion, so that reactions can still find what belongs to it.
    publish(PartyUpdate(party=last, change="disbanded", user_ids=list(user_ids)))
    party.delete()
