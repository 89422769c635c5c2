"""Queries about friends, their status, requests and blocks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet
from msgspec import UNSET, UnsetType

from accounts.models import User
from core.ids import UserId
from core.statements import statement, together
from friends import playing
from friends.events import Friend, FriendStatus, Person, PresenceState, Request
from friends.models import Block, FriendRequest, Friendship
from friends.models import Standing as Said
from friends.shapes import Blocked
from realtime.membership import presence

OFFLINE = "offline"


@statement
def _friendship(low_id: UserId, high_id: UserId) -> QuerySet[Friendship, Any]:
    return of_pair(low_id, high_id).values_list("pk")


def are_friends(a: UserId, b: UserId) -> bool:
    """Return whether these two users are friends."""
    return bool(_friendship(min(a, b), max(a, b)))


def of_pair(low_id: Any, high_id: Any) -> QuerySet[Friendship]:
    """Return the friendship of two users, if any, by ids or expressions of them, the lower first."""
    return Friendship.objects.filter(low=low_id, high=high_id)


@statement
def friendships(user_id: UserId) -> QuerySet[Friendship]:
    """Return the user's friendships."""
    return of_either(user_id)


def of_either(user_id: UserId) -> QuerySet[Friendship]:
    """Return the friendships in which the user is one of the two."""
    return Friendship.objects.filter(Q(low=user_id) | Q(high=user_id))


@statement
def _pairs(user_ids: Collection[UserId]) -> QuerySet[Friendship, tuple[UserId, UserId]]:
    either = Q(low__in=user_ids) | Q(high__in=user_ids)
    return Friendship.objects.filter(either).order_by("pk").values_list("low_id", "high_id")


def friend_ids(user_id: UserId) -> list[UserId]:
    """Return the ids of the user's friends, longest friendship first."""
    return [high if low == user_id else low for low, high in _pairs([user_id])]


def common_friends(user_id: UserId, other_id: UserId) -> list[Person]:
    """Return the friends of both users by name, unless one of the two blocks the other."""
    if is_blocked_between(user_id, other_id):
        return []
    friends = friend_ids_of([user_id, other_id])
    common = set(friends.get(user_id, ())) & set(friends.get(other_id, ()))
    people = [
        Person(id=friend_id, username=username, is_premium=is_premium)
        for friend_id, username, is_premium in _people(common)
    ]
    return sorted(people, key=lambda person: person.username.lower())


def friend_ids_of(user_ids: Iterable[UserId]) -> dict[UserId, list[UserId]]:
    """Return the friends' ids for each of these users who has any."""
    wanted = set(user_ids)
    pairs = _pairs(wanted)
    found: defaultdict[UserId, list[UserId]] = defaultdict(list)
    for low, high in pairs:
        for user_id, friend_id in ((low, high), (high, low)):
            if user_id in wanted:
                found[user_id].append(friend_id)
    return found


@statement
def _blocks_between(a: UserId, b: UserId) -> QuerySet[Block, Any]:
    return blocks_between(a, b).values_list("pk")


def is_blocked_between(a: UserId, b: UserId) -> bool:
    """Return whether one of the two blocks the other."""
    return bool(_blocks_between(a, b))


def blocks_between(a: UserId, b: UserId) -> QuerySet[Block]:
    """Return the blocks of one of the two by the other."""
    return Block.objects.filter(Q(by=a, blocked=b) | Q(by=b, blocked=a))


def blocked_ids(user_id: UserId) -> set[UserId]:
    """Return the ids of all users whom this user blocks or who block this user."""
    pairs = Block.objects.filter(Q(by=user_id) | Q(blocked=user_id)).values_list("by_id", "blocked_id")
    return {blocked if by == user_id else by for by, blocked in pairs}


def blocks_among(user_ids: Iterable[UserId]) -> set[tuple[UserId, UserId]]:
    """Return the pairs of these users (lower id first) in which one blocks the other."""
    return {(min(pair), max(pair)) for pair in _blocks_among(list(user_ids))}


@statement
def _blocks_among(user_ids: Collection[UserId]) -> QuerySet[Block, tuple[UserId, UserId]]:
    return Block.objects.filter(by__in=user_ids, blocked__in=user_ids).values_list("by_id", "blocked_id")


@statement
def blocks(user_id: UserId) -> QuerySet[Block]:
    """Return the user's own blocks, with the blocked users."""
    return Block.objects.filter(by=user_id).select_related("blocked")


def shown_blocks(blocks: Iterable[Block]) -> list[Blocked]:
    """Return blocks as shown to the blocker."""
    return [
        Blocked(user_id=block.blocked_id, username=block.blocked.username, created_at=block.created_at)
        for block in blocks
    ]


@statement
def pending_requests(user_id: UserId) -> QuerySet[FriendRequest]:
    """Return the open requests from and to the user."""
    pending = FriendRequest.objects.filter(status=FriendRequest.Status.PENDING)
    return pending.filter(Q(from_user=user_id) | Q(to_user=user_id)).select_related("from_user", "to_user")


def shown_request(request: FriendRequest) -> Request:
    """Return a request as shown to both users."""
    return Request(
        id=request.pk,
        from_user=person(request.from_user),
        to_user=person(request.to_user),
        status=request.status,
        created_at=request.created_at,
    )


def person(user: User) -> Person:
    """Return a user's public identity."""
    return Person(id=user.pk, username=user.username, is_premium=user.is_premium)


@statement
def _said(user_ids: Collection[UserId]) -> QuerySet[Said]:
    return Said.objects.filter(pk__in=user_ids)


def own_status(user_id: UserId) -> dict[str, Any]:
    """Return the status that the user set, and when they were last online."""
    found = _said.first([user_id]) or Said(pk=user_id)
    return {"status": found.status, "last_seen": found.last_seen}


def statuses(user_ids: Sequence[UserId]) -> dict[UserId, FriendStatus]:
    """Return the current status of these users, as their friends see it."""
    online = presence.online_anywhere_sync(user_ids)
    said, *running = together(_said.bound(user_ids), *playing.bound(online))
    return _statuses(user_ids, online, said, running)


def _statuses(
    user_ids: Sequence[UserId],
    online: Collection[UserId],
    set_by_users: Iterable[Said],
    running: Iterable[list[tuple[UserId, UUID]]],
) -> dict[UserId, FriendStatus]:
    said = {one.pk: one for one in set_by_users}
    games = dict(chain.from_iterable(running))
    return {
        user_id: _status(user_id, user_id in online, said.get(user_id), games.get(user_id, UNSET))
        for user_id in user_ids
    }


def _status(user_id: UserId, online: bool, said: Said | None, game_id: UUID | UnsetType) -> FriendStatus:
    if not online:
        return FriendStatus(
            user_id=user_id, online=False, status=OFFLINE, last_seen=None if said is None else said.last_seen
        )
    if game_id is not UNSET:
        status = Said.Status.PLAYING.value
    else:
        status = Said.Status.ONLINE.value if said is None else said.status
    return FriendStatus(user_id=user_id, online=True, status=status, last_seen=None, game_id=game_id)


@statement
def _people(user_ids: Collection[UserId]) -> QuerySet[User, Any]:
    return User.objects.filter(pk__in=user_ids).values_list("pk", "username", "is_premium")


def friends(user_ids: Sequence[UserId]) -> list[Friend]:
    """Return these users as shown in a friends list, in this order."""
    online = presence.online_anywhere_sync(user_ids)
    rows, said, *running = together(_people.bound(user_ids), _said.bound(user_ids), *playing.bound(online))
    people = {user_id: (username, is_premium) for user_id, username, is_premium in rows}
    return [
        Friend(username=username, is_premium=is_premium, **msgspec.structs.asdict(standing))
        for user_id, standing in _statuses(user_ids, online, said, running).items()
        if user_id in people
        for username, is_premium in [people[user_id]]
    ]


def presence_state(user_id: UserId) -> PresenceState:
    """Return all friends of this user with their status, and the user's own status."""
    return PresenceState(friends=friends(friend_ids(user_id)), status=own_status(user_id)["status"])
